package sso

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

// EndAll ends every link of somebody who is being erased, the last way in
// too, and asks for each to be ended at its provider. Safe to call twice.
func (s *Service) EndAll(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	if err := revokeAll(ctx, tx, person, s.deps.Now()); err != nil {
		return err
	}
	ids, err := pendingOf(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.deps.Plans.Add(ctx, tx, kind, id, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// Ended tells whether every link of somebody who is being erased has ended at
// its provider. With giveUp nobody is asked any more, and it did not go well;
// only who is asked at this moment is waited for.
func (s *Service) Ended(ctx context.Context, tx postgres.Tx, person uuid.UUID, giveUp bool) (done, well bool, err error) {
	pending, err := pendingOf(ctx, tx, person)
	if err != nil {
		return false, false, err
	}
	if len(pending) == 0 {
		return true, true, nil
	}
	if !giveUp {
		return false, false, nil
	}
	free, err := s.deps.Plans.Withdraw(ctx, tx, kind, pending)
	return free, false, err
}
