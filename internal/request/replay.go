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
	if err != nil {
		return false, err
	}
	if err := s.deps.Erasures.Recall(ctx, tx, entry.ID, entry.Channel); fault.Is(err, fault.Conflict) { // it has begun
		return false, nil
	} else if err != nil {
		return false, err
	}
	return true, s.callOff(ctx, tx, &r, audit.BySystem("request"), nil)
}
