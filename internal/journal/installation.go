package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
)

// markFile says in the file store whose it is.
const markFile = "portal-store.json"

type mark struct {
	Store    uuid.UUID `json:"store"`
	Database uuid.UUID `json:"database"` // whose it was made for
	Renewed  int       `json:"renewed"`  // times that its journal was begun anew
}

// newer tells whether the journal there was begun anew since the database was as
// it is: that comes from a backup.
func (m mark) newer(in installation) bool {
	return m.Database == in.ID && m.Renewed > in.Renewed
}

// The sentences for what does not belong together.
var (
	ErrForeignStore = errors.New("the file store that PORTAL_FILES names is another portal's: name a folder or a bucket of this portal's own")
	ErrOtherStore   = errors.New("PORTAL_FILES does not name the file store of this database: all portals on one database share one, a bucket or a folder that each of them reaches; " +
		"if it is lost for good, begin a new one with portal journal renew")
	ErrRenewedStore = errors.New("the journal in the file store was begun anew since the backup that this database comes from: replay all of it with portal erasure replay")
)

// KeysError says that none of the keys at hand is one of those that a database,
// or a backup of one, was written with.
type KeysError struct{ Known []KeyCheck }

func (e KeysError) Error() string {
	return fmt.Sprintf("PORTAL_KEYS are not the keys of this database, and nothing in it could be read by them: it was written with the key %x; nothing was changed", e.Known[len(e.Known)-1].ID)
}

// Open makes sure that database, keys and file store belong together, and notes
// it where they come together for the first time. Without a file store it looks
// at the keys alone.
func (s *Service) Open(ctx context.Context) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		in, err := s.claim(ctx, tx)
		if err != nil {
			return err
		}
		if err := s.openKeys(ctx, tx, in); err != nil || s.deps.Files == nil {
			return err
		}
		return s.checkStore(ctx, in)
	})
}

// claim holds the installation, and makes it, or its store, if there is none.
func (s *Service) claim(ctx context.Context, tx postgres.Tx) (installation, error) {
	const alone = "for update of installation"
	in, err := lock(ctx, tx, alone)
	if err == nil && in.ID == uuid.Nil {
		if err = begin(ctx, tx, uuid.New()); err == nil {
			in, err = lock(ctx, tx, alone)
		}
	}
	if err != nil || in.StoreID != nil || s.deps.Files == nil {
		return in, err
	}
	m, err := s.claimStore(ctx, mark{Store: uuid.New(), Database: in.ID})
	if err != nil {
		return in, err
	}
	if err := s.startOver(ctx, tx, m); err != nil {
		return in, err
	}
	return lock(ctx, tx, alone)
}

// claimStore marks a store that is nobody's, and gives the mark that is there.
func (s *Service) claimStore(ctx context.Context, mine mark) (mark, error) {
	err := s.create(ctx, markFile, mine.bytes())
	if !errors.Is(err, errThere) {
		if err != nil {
			err = fmt.Errorf("marking the file store: %w", err)
		}
		return mine, err
	}
	there, err := s.readMark(ctx)
	if err == nil && there.Database != mine.Database {
		err = ErrForeignStore
	}
	return there, err
}

func (m mark) bytes() []byte {
	content, err := json.Marshal(m)
	if err != nil {
		panic(err) // it has numbers alone
	}
	return append(content, '\n')
}

// Adopt takes up a journal that was begun anew since the backup that the database
// comes from: it has all that the database knew then, and what was said since.
func (s *Service) Adopt(ctx context.Context) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		in, err := s.claim(ctx, tx)
		if err != nil {
			return err
		}
		if err := s.openKeys(ctx, tx, in); err != nil {
			return err
		}
		m, err := s.readMark(ctx)
		if err != nil || !m.newer(in) {
			return err
		}
		return s.startOver(ctx, tx, m)
	})
}

// startOver begins a journal in a store with all that the database holds.
func (s *Service) startOver(ctx context.Context, tx postgres.Tx, m mark) error {
	if err := setStore(ctx, tx, m); err != nil {
		return err
	}
	if err := empty(ctx, tx); err != nil {
		return err
	}
	return s.deps.Refill(ctx, tx)
}

// readMark tells whose a store is; the zero mark if it is nobody's.
func (s *Service) readMark(ctx context.Context) (m mark, err error) {
	content, err := s.read(ctx, markFile, false)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return m, nil
	}
	if err == nil {
		err = json.Unmarshal(content, &m)
	}
	if err != nil {
		err = fmt.Errorf("reading whose the file store is: %w", err)
	}
	return m, err
}

// IsMark tells whether a file of a store is the one that says whose it is.
func IsMark(name string) bool { return name == markFile }

// StoreOf tells which database's store a bucket is, uuid.Nil if it is nobody's, and
// whether nothing lies in it.
func StoreOf(ctx context.Context, files *blob.Bucket) (database uuid.UUID, empty bool, err error) {
	m, err := (&Service{Deps{Files: files}}).readMark(ctx)
	if err != nil {
		return uuid.Nil, false, err
	}
	_, err = files.List(nil).Next(ctx)
	if errors.Is(err, io.EOF) {
		return uuid.Nil, true, nil
	}
	if err != nil {
		err = fmt.Errorf("listing the file store: %w", err)
	}
	return m.Database, false, err
}

// Installation is what belongs together, as it is told outside.
type Installation struct {
	Database uuid.UUID  `json:"database"`
	Store    uuid.UUID  `json:"store"`
	Segment  int64      `json:"segment"` // the last of the journal that the database knows
	Keys     []KeyCheck `json:"keys"`
}

// Installation reads what belongs together, as tx sees it.
func (s *Service) Installation(ctx context.Context, tx postgres.Tx) (Installation, error) {
	in, err := lock(ctx, tx, "")
	if err == nil && in.StoreID == nil {
		err = ErrNoStore
	}
	if err != nil {
		return Installation{}, err
	}
	keys, err := keyChecks(ctx, tx.PGX)
	return Installation{Database: in.ID, Store: *in.StoreID, Segment: in.Segment, Keys: keys}, err
}

// checkStore makes sure that the store at hand is the database's.
func (s *Service) checkStore(ctx context.Context, in installation) error {
	m, err := s.readMark(ctx)
	switch {
	case err != nil:
		return err
	case in.StoreID != nil && m.Store == *in.StoreID:
		return nil
	case m.Database != uuid.Nil && m.Database != in.ID:
		return ErrForeignStore
	case m.newer(in):
		return ErrRenewedStore
	}
	return ErrOtherStore
}

// checks are what a database keeps of a ring's keys.
func checks(ring *keyring.Ring, database uuid.UUID) []KeyCheck {
	var all []KeyCheck
	values := ring.Hashes("key check", database[:])
	for i, k := range ring.Keys() {
		all = append(all, KeyCheck{ID: k.ID[:], Value: values[i]})
	}
	return all
}

// CheckKeys tells whether a ring has one of the keys that something was written
// with: KeysError if it has none. That nothing is known of is no fault.
func CheckKeys(ring *keyring.Ring, database uuid.UUID, known []KeyCheck) error {
	have := checks(ring, database)
	fits := func(k KeyCheck) bool {
		return slices.ContainsFunc(have, func(h KeyCheck) bool { return bytes.Equal(h.ID, k.ID) && bytes.Equal(h.Value, k.Value) })
	}
	if len(known) > 0 && !slices.ContainsFunc(known, fits) {
		return KeysError{known}
	}
	return nil
}

// openKeys refuses keys of another database. New ones beside a known one are a
// rotation, and known from then on.
func (s *Service) openKeys(ctx context.Context, tx postgres.Tx, in installation) error {
	known, err := keyChecks(ctx, tx.PGX)
	if err != nil {
		return err
	}
	if err := CheckKeys(s.deps.Ring, in.ID, known); err != nil {
		return err
	}
	return addKeys(ctx, tx, s.deps.Now(), checks(s.deps.Ring, in.ID))
}
