package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gocloud.dev/gcerrors"

	"plusultra.link/privacy/internal/postgres"
)

// Report is what a replay did.
type Report struct {
	Segments int64          // that the database did not know
	Changed  map[Kind]int64 // entries that were not true any more
	Torn     bool           // the last one was torn, and set aside
}

// CatchUp replays what the store has and the database does not know, segment by
// segment, each in one transaction with the note of it. Whatever it finds true
// already it leaves alone, so that it may be stopped anywhere and run again. The
// errors say in a sentence which segment is torn, altered or missing.
func (s *Service) CatchUp(ctx context.Context) (Report, error) {
	r := Report{Changed: map[Kind]int64{}}
	for {
		var more bool
		err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
			more, err = s.catchUpOne(ctx, tx, &r)
			return err
		})
		if err != nil || !more {
			s.tell(ctx, r)
			return r, err
		}
	}
}

// tell says in the log what a replay has changed, at whatever time it came.
func (s *Service) tell(ctx context.Context, r Report) {
	if len(r.Changed) == 0 {
		return
	}
	s.deps.Log.WarnContext(ctx, "this database comes from a backup that is older than the journal: what was erased, called off, suppressed or withdrawn since is so again, and mail that was waiting in it is given up",
		"erasures", r.Changed[Erasure], "deletions of one kind", r.Changed[Part], "called off", r.Changed[CallOff], "suppressions", r.Changed[Suppression], "withdrawals", r.Changed[Withdrawal])
}

// replay makes the entries of a segment true again, and counts what that changed.
func (s *Service) replay(ctx context.Context, tx postgres.Tx, g segment, changed map[Kind]int64) error {
	more := false
	for _, e := range g.Entries {
		did, err := s.deps.Apply(ctx, tx, e)
		if err != nil {
			return fmt.Errorf("replaying segment %d of the journal: %w", g.Number, err)
		}
		if did {
			changed[e.Kind]++
			more = true
		}
	}
	if !more {
		return nil
	}
	return s.restored(ctx, tx)
}

// Restored notes that this database was just restored from a backup, and ends
// what it says is still to be sent.
func (s *Service) Restored(ctx context.Context) error { return s.deps.DB.InTx(ctx, s.restored) }

func (s *Service) restored(ctx context.Context, tx postgres.Tx) error {
	return errors.Join(setRestored(ctx, tx, s.deps.Now()), s.deps.Restored(ctx, tx))
}

func (s *Service) catchUpOne(ctx context.Context, tx postgres.Tx, r *Report) (more bool, err error) {
	in, err := s.claim(ctx, tx)
	if err != nil {
		return false, err
	}
	if in.StoreID == nil {
		return false, ErrNoStore
	}
	if err := s.checkStore(ctx, in); err != nil {
		return false, err
	}
	if err := s.checkLast(ctx, in); err != nil {
		return false, err
	}
	g, raw, there, err := s.segmentAt(ctx, in, in.Segment+1)
	if _, torn := errors.AsType[TornError](err); torn || !there && err == nil {
		next, err2 := s.after(ctx, in.Segment+1)
		switch {
		case err2 != nil:
			return false, err2
		case next != 0 && torn:
			return false, AlteredError{in.Segment + 1} // others were written after it
		case next != 0:
			return false, MissingError{in.Segment + 1, fmt.Sprintf("segment %d is there", next)}
		case torn:
			r.Torn = true
			return false, s.setAside(ctx, in.Segment+1)
		}
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !bytes.Equal(g.Previous, in.Hash) {
		return false, fmt.Errorf("segment %d of the journal does not follow on the one before it: one of the two was put in place of another; put the file store's own copy back, or take it from a backup", g.Number)
	}
	if err := s.replay(ctx, tx, g, r.Changed); err != nil {
		return false, err
	}
	r.Segments++
	return true, note(ctx, tx, g.Number, hashOf(raw))
}

// checkLast makes sure that the store still has the last segment that the
// database knows, as it was. Its key need not be there any more: it is not opened.
func (s *Service) checkLast(ctx context.Context, in installation) error {
	if in.Segment == 0 {
		return nil
	}
	raw, err := s.read(ctx, key(in.Segment), false)
	switch {
	case gcerrors.Code(err) == gcerrors.NotFound:
		return MissingError{in.Segment, "this database knows it"}
	case err != nil:
		return fmt.Errorf("reading segment %d of the journal: %w", in.Segment, err)
	case !bytes.Equal(hashOf(raw), in.Hash):
		return AlteredError{in.Segment}
	}
	return nil
}

// ReplayErasures erases everybody again of whom the journal says so, and what some
// had deleted in parts, from its beginning on, whatever the database knows: for
// those who brought single tables back. It adds how much was there again.
func (s *Service) ReplayErasures(ctx context.Context, changed map[Kind]int64) error {
	return s.each(ctx, func(_ installation, g segment) error {
		return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
			for _, e := range g.Entries {
				if e.Kind != Erasure && e.Kind != Part {
					continue
				}
				did, err := s.deps.Apply(ctx, tx, e)
				if err != nil {
					return err
				}
				if did {
					changed[e.Kind]++
				}
			}
			return nil
		})
	})
}

// Verify reads the whole journal and tells how many entries it has. The error
// is the first fault: a segment that is torn, altered, missing or not the one
// that followed.
func (s *Service) Verify(ctx context.Context) (entries int64, err error) {
	var known installation
	var last int64
	err = s.each(ctx, func(in installation, g segment) error {
		entries += int64(len(g.Entries))
		known, last = in, g.Number
		return nil
	})
	if err == nil && last < known.Segment {
		err = MissingError{last + 1, "this database knows it"}
	}
	return entries, err
}

// each gives every segment, in order.
func (s *Service) each(ctx context.Context, do func(installation, segment) error) error {
	var in installation
	err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		if in, err = s.claim(ctx, tx); err == nil {
			err = s.checkStore(ctx, in)
		}
		return err
	})
	if err != nil {
		return err
	}
	all, err := s.numbers(ctx, 0)
	if err != nil {
		return err
	}
	var previous []byte
	for i, number := range all {
		if number != int64(i)+1 {
			return MissingError{int64(i) + 1, fmt.Sprintf("segment %d is there", number)}
		}
		g, raw, _, err := s.segmentAt(ctx, in, number)
		_, torn := errors.AsType[TornError](err)
		switch {
		case torn && i < len(all)-1: // others were written after it
			return AlteredError{number}
		case err != nil:
			return err
		case !bytes.Equal(g.Previous, previous):
			return AlteredError{number - 1}
		case number == in.Segment && !bytes.Equal(hashOf(raw), in.Hash):
			return AlteredError{number}
		}
		if err := do(in, g); err != nil {
			return err
		}
		previous = hashOf(raw)
	}
	return nil
}

// Renew begins a new journal, in the store at hand, with all that the database
// holds: the old one is lost, or damaged beyond mending. What can be read of it
// and the database does not know is replayed first, and it is kept under another
// name; lost are the segments that can't be read. The file store of another
// portal is refused.
func (s *Service) Renew(ctx context.Context) (lost []int64, err error) {
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		in, err := s.claim(ctx, tx)
		if err != nil {
			return err
		}
		if err := s.openKeys(ctx, tx, in); err != nil {
			return err
		}
		m, err := s.readMark(ctx)
		switch {
		case err != nil:
			return err
		case m.Database != uuid.Nil && m.Database != in.ID:
			return ErrForeignStore
		case m.newer(in):
			return ErrRenewedStore
		}
		var saved []Entry
		if in.StoreID != nil && m.Store == *in.StoreID {
			if saved, lost, err = s.salvage(ctx, tx, in); err != nil {
				return err
			}
		}
		if err := s.putAway(ctx); err != nil {
			return err
		}
		m = mark{Store: uuid.New(), Database: in.ID, Renewed: in.Renewed + 1}
		if err := s.deps.Files.WriteAll(ctx, markFile, m.bytes(), nil); err != nil {
			return fmt.Errorf("marking the file store: %w", err)
		}
		if _, err := s.read(ctx, markFile, true); err != nil {
			return fmt.Errorf("marking the file store: %w", err)
		}
		if err := s.startOver(ctx, tx, m); err != nil {
			return err
		}
		for _, e := range saved { // the database may hold the beginning of an erasure alone
			if err := add(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return lost, s.Flush(ctx)
}

// salvage replays what can be read of the segments that the database does not
// know, and tells which of them can't.
func (s *Service) salvage(ctx context.Context, tx postgres.Tx, in installation) (saved []Entry, lost []int64, err error) {
	all, err := s.numbers(ctx, 0)
	if err != nil || len(all) == 0 {
		return nil, nil, err
	}
	r := Report{Changed: map[Kind]int64{}}
	for number := in.Segment + 1; number <= all[len(all)-1]; number++ {
		g, _, there, err := s.segmentAt(ctx, in, number)
		_, torn := errors.AsType[TornError](err)
		_, altered := errors.AsType[AlteredError](err)
		if torn || altered || err == nil && !there {
			lost = append(lost, number)
			continue
		}
		if err != nil { // a key that is missing can be put back
			return nil, nil, err
		}
		if err := s.replay(ctx, tx, g, r.Changed); err != nil {
			return nil, nil, err
		}
		saved = append(saved, g.Entries...)
	}
	s.tell(ctx, r)
	return saved, lost, nil
}

// putAway moves a journal, if there is one, where nobody reads it.
func (s *Service) putAway(ctx context.Context) error {
	all, err := s.numbers(ctx, 0)
	if err != nil {
		return err
	}
	under := fmt.Sprintf("journal-old-%d/", s.deps.Now().UnixNano())
	for _, n := range all {
		if err := s.deps.Files.Copy(ctx, under+key(n), key(n), nil); err != nil {
			return fmt.Errorf("putting the old journal away: %w", err)
		}
		if err := s.deps.Files.Delete(ctx, key(n)); err != nil {
			return fmt.Errorf("putting the old journal away: %w", err)
		}
	}
	return nil
}
