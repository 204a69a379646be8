package request

import (
	"context"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
)

// ReadSeen adds the version of a request that a member of the staff decides by:
// it changes with everything that somebody else adds to its history.
func (s *Service) ReadSeen(r *postgres.Reads, by staff.Member, id uuid.UUID) *string {
	r.Refuse(by.Needs(staff.Agent))
	return readLatestOther(r, by, id)
}

// asSeen refuses a decision by a version that is not the latest; "" is for
// those who decide without a page. Inside the transaction that decides.
func asSeen(ctx context.Context, tx postgres.Tx, by staff.Member, r Request, seen string) error {
	if seen == "" {
		return nil
	}
	now, err := postgres.Read(ctx, tx.Reads(), func(reads *postgres.Reads) *string { return readLatestOther(reads, by, r.ID) })
	if err != nil || now == seen {
		return err
	}
	return fault.Invalidate(fault.Field("", "request.changedMeanwhile"))
}
