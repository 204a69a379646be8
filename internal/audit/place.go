package audit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"plusultra.link/privacy/internal/postgres"
)

const (
	placeMost = 2000                   // entries of one batch, but for those of one statement more
	placeRest = 200 * time.Millisecond // in which others have the database
)

// ErrNotWhole is why the sequencer goes no further: what stands in the database is
// not what it signed last. `portal audit verify` tells what.
var ErrNotWhole = errors.New("the audit log is not what its last checkpoint says: `portal audit verify` tells what was changed")

// Place gives a place to each entry that has none, as it is committed when the
// database is asked, and signs what the log has come to. The workers do it within
// seconds of a deed; whoever can't wait for them does it at once.
func (s *Service) Place(ctx context.Context) error {
	for more := true; more; {
		err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
			more, err = s.placeSome(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// placeSome places a batch, and tells whether there may be more. One does it at a
// time, over all portals: the next sees what this one has committed.
func (s *Service) placeSome(ctx context.Context, tx postgres.Tx) (more bool, err error) {
	noted := false
	if s.deps.Note != nil {
		if noted, err = s.deps.Note(ctx, tx); err != nil {
			return false, err
		}
	}
	if err := lockLog(ctx, tx); err != nil {
		return false, err
	}
	ids, err := takeUnplaced(ctx, tx, placeMost)
	if err != nil || len(ids) == 0 {
		return noted, err
	}
	left, err := anyUnplaced(ctx, tx.PGX)
	if err != nil {
		return false, err
	}
	more = left || noted
	entries, err := readLeaves(ctx, tx.PGX, ids)
	if err != nil {
		return false, err
	}
	if len(entries) != len(ids) {
		return false, fmt.Errorf("%w: %d of the entries that wait for their place are gone", ErrNotWhole, len(ids)-len(entries))
	}
	last, err := s.latest(ctx, func(ctx context.Context) (string, error) { return lastCheckpoint(ctx, tx.PGX) })
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrNotWhole, err)
	}
	tree := &hashed{known: map[int64]tlog.Hash{}, more: storedHashes(ctx, tx.PGX)}
	if root, err := tlog.TreeHash(last.N, tree); err != nil || last.N > 0 && root != last.Hash {
		return false, errors.Join(ErrNotWhole, err)
	}
	added := make([][]byte, len(entries))
	for i, e := range entries {
		record, err := e.record()
		if err != nil {
			return false, err
		}
		hashes, err := tree.add(last.N+int64(i), tlog.RecordHash(record))
		if err != nil {
			return false, err
		}
		added[i] = joined(hashes)
	}
	if err := insertLeaves(ctx, tx, last.N, entries, added); err != nil {
		return false, err
	}
	now := tlog.Tree{N: last.N + int64(len(entries))}
	if now.Hash, err = tlog.TreeHash(now.N, tree); err != nil {
		return false, err
	}
	whole := s.deps.Now()
	if more {
		whole = time.Time{}
	}
	signed, err := s.sign(now, whole)
	if err != nil {
		return false, err
	}
	return more, insertCheckpoint(ctx, tx, now.N, signed)
}

// Latest is the last checkpoint, as it was signed; empty before the first.
func (s *Service) Latest(ctx context.Context) (string, error) {
	return lastCheckpoint(ctx, s.deps.DB.Pool)
}
