package request

import (
	"context"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
)

// Replay calls an erasure off, with its request, that was called off since the
// backup was made from which the database comes, and tells whether it was still
// to be. Nobody is written to: they were.
func (s *Service) Replay(ctx context.Context, tx postgres.Tx, entry journal.Entry) (bool, error) {
	r, err := hold(ctx, tx, its{person: entry.Person, erasure: entry.ID})
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) || err == nil && !r.State.MayBecome(Cancelled) {
		return false, nil
	}
	if err == nil {
		err = s.deps.Erasures.Recall(ctx, tx, entry.ID, entry.Channel)
	}
	if fault.Is(err, fault.Conflict) { // it has begun
		return false, nil
	}
	if err == nil {
		err = s.move(ctx, tx, &r, Cancelled)
	}
	by := audit.BySystem("request")
	if err == nil {
		err = s.event(ctx, tx, r, by, Event{Kind: WasCancelled})
	}
	if err == nil {
		err = s.record(ctx, tx, r, by, "request.cancelled", nil)
	}
	return err == nil, err
}
