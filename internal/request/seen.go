package request

import (
	"context"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
)

// Seen is the version of a request that a member of the staff decides by: it
// changes with everything that somebody else adds to its history.
func (s *Service) Seen(ctx context.Context, by staff.Member, r Request) (string, error) {
	if err := by.Needs(staff.Agent); err != nil {
		return "", err
	}
	return latestOther(ctx, s.deps.DB.Gorm(ctx), by, r)
}

// asSeen refuses a decision by a version that is not the latest; "" is for
// those who decide without a page. Inside the transaction that decides.
func asSeen(ctx context.Context, tx postgres.Tx, by staff.Member, r Request, seen string) error {
	if seen == "" {
		return nil
	}
	now, err := latestOther(ctx, tx.Gorm, by, r)
	if err != nil || now == seen {
		return err
	}
	return fault.Invalidate(fault.Field("", "request.changedMeanwhile"))
}
