package journal

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"gocloud.dev/blob"

	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
)

// Deps are what the service stands on.
type Deps struct {
	DB    *postgres.DB
	Ring  *keyring.Ring
	Files *blob.Bucket // the file store; nil where nothing is erased, replayed or checked
	Log   *slog.Logger
	Now   func() time.Time

	// Apply makes an entry true again, and tells whether that changed anything.
	Apply func(ctx context.Context, tx postgres.Tx, e Entry) (changed bool, err error)
	// Restored is told, in the transaction, that entries were found which the
	// database did not know: it comes from a backup.
	Restored func(ctx context.Context, tx postgres.Tx) error
	// Refill puts all that the database holds into the outbox: for a new journal.
	Refill func(ctx context.Context, tx postgres.Tx) error
}

// Service writes the journal and reads it again.
type Service struct{ deps Deps }

// New makes a service.
func New(d Deps) *Service { return &Service{deps: d} }

// ErrNoStore says that this process has no file store to write to.
var ErrNoStore = errors.New("no file store is configured, and nothing is erased for good before the journal in it says so")

// ErrBehind says that the store has segments which the database does not know:
// it comes from a backup, or a portal was killed in between. CatchUp ends it.
var ErrBehind = errors.New("the journal in the file store is ahead of this database: it has to be replayed first")

const (
	followEvery = time.Second // between two looks at the outbox, and at the store
	sayEvery    = time.Minute // between two lines in the log on one and the same fault
	segmentMax  = 5000        // entries of a segment, beyond which no further row is taken
)

// Follow writes what comes into the outbox until ctx ends, within seconds. It
// runs in every portal; they take turns. It also looks whether the store is ahead:
// then somebody has put a backup in the database's place while the portal ran.
func (s *Service) Follow(ctx context.Context) {
	var said time.Time
	for wait := time.NewTicker(followEvery); ; {
		select {
		case <-ctx.Done():
			wait.Stop()
			return
		case <-wait.C:
		}
		err := s.Flush(ctx)
		behind := errors.Is(err, ErrBehind)
		if err == nil {
			behind, err = s.behind(ctx)
		}
		if behind {
			_, err = s.CatchUp(ctx)
		}
		if err == nil || ctx.Err() != nil {
			said = time.Time{}
			continue
		}
		if now := s.deps.Now(); now.Sub(said).Abs() >= sayEvery {
			s.deps.Log.ErrorContext(ctx, "the journal can not be written: erasures wait for it", "error", err)
			said = now
		}
	}
}

// behind tells whether the store has a segment that the database does not know.
// One that is being written looks like that too, until it commits.
func (s *Service) behind(ctx context.Context) (bool, error) {
	if s.deps.Files == nil {
		return false, nil
	}
	l, _, err := lag(ctx, s.deps.DB.Pool)
	if err != nil {
		return false, err
	}
	return s.deps.Files.Exists(ctx, key(l.Segment+1))
}

// Flush writes what lies in the outbox now, unless somebody else is at it.
func (s *Service) Flush(ctx context.Context) error {
	for {
		if some, err := waiting(ctx, s.deps.DB.Pool); err != nil || !some {
			return err
		}
		more := false
		err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
			in, err := lock(ctx, tx, "for update of installation skip locked")
			if err != nil || in.ID == uuid.Nil {
				return err
			}
			n, err := s.write(ctx, tx, in)
			more = n >= segmentMax
			return err
		})
		if err != nil || !more {
			return err
		}
	}
}

// Add puts an entry into the outbox, for what no statement of its own does.
func (*Service) Add(ctx context.Context, tx postgres.Tx, e Entry) error { return add(ctx, tx, e) }

// Pending tells whether the entry of an erasure is not yet in the store.
func (*Service) Pending(ctx context.Context, tx postgres.Tx, erasure uuid.UUID) (bool, error) {
	return pending(ctx, tx, erasure)
}

// Write writes what lies in the outbox, what tx put there included: it is in the
// store when Write returns, whatever becomes of tx.
func (s *Service) Write(ctx context.Context, tx postgres.Tx) error {
	for {
		in, err := s.claim(ctx, tx)
		if err != nil {
			return err
		}
		if n, err := s.write(ctx, tx, in); err != nil || n < segmentMax {
			return err
		}
	}
}

// write takes entries from the outbox and makes them the next segment. The
// caller holds the installation.
func (s *Service) write(ctx context.Context, tx postgres.Tx, in installation) (int, error) {
	if in.StoreID == nil {
		return 0, ErrNoStore
	}
	if err := s.checkStore(ctx, in); err != nil {
		return 0, err
	}
	entries, err := take(ctx, tx, segmentMax)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	next := segment{Database: in.ID, Store: *in.StoreID, Number: in.Segment + 1, Previous: in.Hash, Written: s.deps.Now(), Entries: entries}
	sum, err := s.put(ctx, next)
	if err != nil {
		return 0, err
	}
	return len(entries), note(ctx, tx, next.Number, sum)
}

// ReadWaiting adds how many entries are not yet in the store, up to CountedTo +
// 1, and when the first of them was said.
func (*Service) ReadWaiting(r *postgres.Reads) *postgres.Tally { return readWaiting(r) }

// ReadRestored adds when this database was last found to come from a backup; the
// zero time if it never was.
func (*Service) ReadRestored(r *postgres.Reads) *time.Time { return readRestored(r) }

// Lag is how far the journal is behind what the database knows.
type Lag struct {
	Waiting int64         // entries that are not yet in the store
	Oldest  time.Duration // since the first of them was said; 0 if none waits
	Segment int64         // the last one that the database knows
}

// Lag reads how far the journal is behind.
func (s *Service) Lag(ctx context.Context) (Lag, error) {
	l, oldest, err := lag(ctx, s.deps.DB.Pool)
	if err == nil && oldest != nil {
		l.Oldest = max(0, s.deps.Now().Sub(*oldest))
	}
	return l, err
}
