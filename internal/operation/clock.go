package operation

import (
	"context"
	"time"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// TrustClock lets what can't be undone go on after the clock leapt: somebody has
// seen that it is right. Conflict if it did not leap from what they saw.
func (s *Service) TrustClock(ctx context.Context, actor audit.Actor, seen time.Time) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		leap, err := s.deps.Plans.TrustClock(ctx, tx)
		if err == nil && !leap.From.Equal(seen) {
			err = fault.New(fault.Conflict, "operation.clockChanged")
		}
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{At: leap.To, Actor: actor, Action: "clock.trusted", Detail: map[string]any{"before": leap.From, "now": leap.To}})
	})
}
