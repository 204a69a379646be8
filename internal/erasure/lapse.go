package erasure

import (
	"context"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
)

// Lapse erases somebody who never joined, once nothing is kept of what they asked for.
// Nobody asked for that, so nobody is written to: it was time. Whoever is held for a legal
// matter, or is being erased, stays as they are.
func (s *Service) Lapse(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	err := account.Hold(ctx, tx, person)
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	if err != nil {
		return err
	}
	if held, err := s.held(ctx, tx, person); err != nil || held {
		return err
	}
	if _, waits, err := lockGrace(ctx, tx, person); err != nil || waits {
		return err
	}
	to, err := s.deps.Accounts.RecipientIn(ctx, tx, person)
	if err != nil {
		return err
	}
	now := s.deps.Now()
	e := Erasure{PersonID: person, ID: postgres.NewID(), State: Grace, AskedAt: now, RunsAt: now, Lang: to.Lang}
	if err := insert(ctx, tx, e); err != nil {
		return err
	}
	if err := s.record(ctx, tx, e, actor(), "erasure.scheduled", nil); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, e); err != nil {
		return err
	}
	hashes, err := s.start(ctx, tx, e)
	if err != nil {
		return err
	}
	if err := s.deps.Journal.Add(ctx, tx, journal.Entry{Kind: journal.Erasure, At: now, Person: person, ID: e.ID, Hashes: hashes}); err != nil {
		return err
	}
	return s.deps.Plans.Add(ctx, tx, kind, e.ID, now)
}
