package erasure

import (
	"context"
	"time"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/views/text"
)

// Replay erases somebody again whom a restored backup has brought back, and
// tells whether anything had to be done. Within tx their account is closed and
// their addresses suppressed; what is held goes by the plan of an erasure like
// any other. Nobody is written to: they have their receipt. Whoever is not there
// leaves their tombstone, so that a second replay changes nothing.
func (s *Service) Replay(ctx context.Context, tx postgres.Tx, entry journal.Entry) (bool, error) {
	err := account.Hold(ctx, tx, entry.Person)
	if fault.Is(err, fault.Conflict) { // they are not there, or an erasure runs
		return s.suppress(ctx, tx, entry.Person, entry.At, entry.Hashes)
	}
	if err != nil {
		return false, err
	}
	e, err := s.again(ctx, tx, entry)
	if err != nil {
		return false, err
	}
	if err := s.record(ctx, tx, e, actor(), "erasure.replayed", nil); err != nil {
		return false, err
	}
	// What was told of it is lost with the backup; who only some tables know is told of by nobody.
	if err := s.tell(ctx, tx, e); err != nil && !fault.Is(err, fault.NotFound) {
		return false, err
	}
	if _, err := s.start(ctx, tx, e, entry.Hashes...); err != nil {
		return false, err
	}
	return true, s.deps.Plans.Add(ctx, tx, kind, e.ID, time.Time{})
}

// again is the erasure by which somebody goes who is back: the one that the
// backup was made before the end of, or else one like it.
func (s *Service) again(ctx context.Context, tx postgres.Tx, entry journal.Entry) (Erasure, error) {
	e, ok, err := lockGrace(ctx, tx, entry.Person)
	if err != nil || ok {
		return e, err
	}
	to, err := s.deps.Accounts.RecipientIn(ctx, tx, entry.Person)
	if fault.Is(err, fault.NotFound) { // only some tables were brought back
		to.Lang, err = text.Fallback, nil
	}
	if err != nil {
		return e, err
	}
	e = Erasure{PersonID: entry.Person, ID: entry.ID, State: Grace, AskedAt: entry.At, RunsAt: entry.At, Lang: to.Lang}
	if _, err := find(ctx, tx.Gorm, e.ID); err == nil {
		e.ID = postgres.NewID() // the backup has the row, though it has the person too
	} else if !fault.Is(err, fault.NotFound) {
		return e, err
	}
	return e, insert(ctx, tx, e)
}

// Refill puts every erasure into the journal's outbox: for a new journal.
func (*Service) Refill(ctx context.Context, tx postgres.Tx) error { return refill(ctx, tx) }
