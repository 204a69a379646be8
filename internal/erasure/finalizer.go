package erasure

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/postgres"
)

// Finalizer is what an erasure has to end outside the rows it erases: grants at
// sign-in services, files, mail that is on its way. It is ended beside the
// sweep, and only the categories that hold its table wait for it.
type Finalizer struct {
	Table string // whose rows are needed until it has ended
	// Begin asks for the end, in the transaction in which the erasure begins;
	// nil if Poll does all.
	Begin func(ctx context.Context, tx postgres.Tx, person uuid.UUID) error
	// Poll tells whether it has ended, and whether it went well. It waits for
	// nobody. With giveUp it ends now, well or not; only work that is being
	// done at this moment is not done.
	Poll func(ctx context.Context, tx postgres.Tx, person uuid.UUID, giveUp bool) (done, well bool, err error)
}

const giveUpAfter = time.Hour // on services that can't be reached

// finalizersOf are those that a step waits for.
func (s *Service) finalizersOf(st Step) (all []Finalizer) {
	c, _ := s.deps.Register.Category(st.Category)
	for _, f := range s.deps.Finalizers {
		if slices.ContainsFunc(c.Holdings, func(h dictionary.Holding) bool { return h.Table == f.Table }) {
			all = append(all, f)
		}
	}
	return all
}

func (s *Service) isAccount(st Step) bool {
	c, _ := s.deps.Register.Category(st.Category)
	return holds(c, personTable)
}

// finalized tells whether all that a step waits for has ended. What did not end
// well is noted for the receipt.
func (s *Service) finalized(ctx context.Context, tx postgres.Tx, e *Erasure, st Step) (bool, error) {
	for _, f := range s.finalizersOf(st) {
		done, well, err := f.Poll(ctx, tx, e.PersonID, s.deps.Now().Sub(*e.StartedAt) >= giveUpAfter)
		if err != nil || !done {
			return false, err
		}
		if well || e.Unrevoked {
			continue
		}
		s.deps.Log.WarnContext(ctx, "an erasure goes on without revoking at a sign-in service", "erasure", e.ID)
		e.Unrevoked = true
		if err := update(ctx, tx, *e, "unrevoked"); err != nil {
			return false, err
		}
	}
	return true, nil
}
