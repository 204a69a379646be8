package sso

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"plusultra.link/privacy/internal/postgres"
)

// lost is when a revocation that is still pending has no job any more: its
// tries take some seven hours.
const lost = 24 * time.Hour

// Tend forgets round trips that lapsed, and asks again for revocations whose
// job has died. Safe to call twice.
func (s *Service) Tend(ctx context.Context) error {
	return errors.Join(s.forgetLapsed(s.DB.Gorm(ctx)), s.resume(ctx))
}

// forgetLapsed deletes round trips that mean nothing any more; a sign-up's
// grant is ended first, by its job.
func (s *Service) forgetLapsed(db *gorm.DB) error {
	err := db.Where("expires_at < ? and purpose <> ?", s.Now(), signUp).Delete(&attemptRow{}).Error
	if err != nil {
		return fmt.Errorf("forgetting lapsed round trips: %w", err)
	}
	return nil
}

func (s *Service) resume(ctx context.Context) error {
	rows, err := gorm.G[linkRow](s.DB.Gorm(ctx)).Where("outcome = ? and revoked_at < ?", Pending, s.Now().Add(-lost)).Limit(1000).Find(ctx)
	if err != nil {
		return fmt.Errorf("looking for lost revocations: %w", err)
	}
	var failed []error
	for _, row := range rows {
		failed = append(failed, s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
			return s.Queue.Again(ctx, tx, revokeArgs{Person: row.PersonID, ID: row.ID})
		}))
	}
	return errors.Join(failed...)
}
