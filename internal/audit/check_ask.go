package audit

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

// AskCheck has the whole log verified, and writes down who wanted that. Asked again
// while it is verified, it is the same check.
func (s *Service) AskCheck(ctx context.Context, by uuid.UUID) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		c := Check{ID: postgres.NewID(), AskedBy: by, AskedAt: s.deps.Now(), Findings: []Finding{}}
		if begun, err := insertCheck(ctx, tx, c); err != nil || !begun {
			return err
		}
		return s.deps.Plans.Add(ctx, tx, checkKind, c.ID, time.Time{})
	})
}

// ReadLastCheck adds the check that was asked for last; none, or one.
func (*Service) ReadLastCheck(r *postgres.Reads) *[]Check { return readLastCheck(r) }
