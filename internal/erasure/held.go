package erasure

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
)

// askAgain is when to look again whether a legal hold has come to its end. One that
// is lifted says so itself.
const askAgain = time.Hour

func (s *Service) held(ctx context.Context, tx postgres.Tx, person uuid.UUID) (bool, error) {
	if s.deps.Held == nil {
		return false, nil
	}
	return s.deps.Held(ctx, tx, person)
}

// wait notes that an erasure whose time has come waits for a legal hold.
func (s *Service) wait(ctx context.Context, tx postgres.Tx, e Erasure) (jobs.Next, error) {
	e.Waits = true
	return jobs.Next{After: askAgain}, update(ctx, tx, e, "waits")
}

// HeldBack has a person's erasure that has not begun wait, or go on at its time, and
// what they have deleted in parts: a legal hold was placed, or lifted, in the same
// transaction.
func (s *Service) HeldBack(ctx context.Context, tx postgres.Tx, person uuid.UUID, held bool) error {
	parts, err := findUnfinished(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if err := s.deps.Plans.Add(ctx, tx, partKind, p.ID, time.Time{}); err != nil {
			return err
		}
	}
	e, ok, err := lockGrace(ctx, tx, person)
	if err != nil || !ok {
		return err
	}
	e.Waits = held
	if err := update(ctx, tx, e, "waits"); err != nil {
		return err
	}
	return s.deps.Plans.Add(ctx, tx, kind, e.ID, e.RunsAt)
}
