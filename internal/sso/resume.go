package sso

import (
	"context"
	"errors"
	"time"

	"plusultra.link/privacy/internal/postgres"
)

// lost is when a revocation that is still pending has no job any more: its
// tries take some seven hours.
const lost = 24 * time.Hour

// Resume forgets round trips that lapsed, and asks again for revocations whose
// job has died. Safe to call twice.
func (s *Service) Resume(ctx context.Context) error {
	return errors.Join(deleteLapsed(s.deps.DB.Gorm(ctx), s.deps.Now()), s.resume(ctx))
}

func (s *Service) resume(ctx context.Context) error {
	rows, err := pendingSince(s.deps.DB.Gorm(ctx), s.deps.Now().Add(-lost))
	if err != nil {
		return err
	}
	var failed []error
	for _, row := range rows {
		failed = append(failed, s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
			return s.deps.Queue.Again(ctx, tx, revokeArgs{Person: row.PersonID, ID: row.ID})
		}))
	}
	return errors.Join(failed...)
}
