package erasure

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/postgres"
)

// FarEnd is what an erasure has to end outside the rows it erases: grants at
// sign-in services, files, mail that is on its way. It is ended beside the
// sweep, and only the categories that hold its table wait for it.
type FarEnd struct {
	Table string // whose rows are needed until it has ended
	// Begin asks for the end, in the transaction in which the erasure begins;
	// nil if Look does all.
	Begin func(ctx context.Context, tx postgres.Tx, person uuid.UUID) error
	// Look tells whether it has ended, and whether it went well. It waits for
	// nobody. With giveUp it ends now, well or not; only work that is being
	// done at this moment is not done.
	Look func(ctx context.Context, tx postgres.Tx, person uuid.UUID, giveUp bool) (done, well bool, err error)
}

const patience = time.Hour // with services that can't be reached

// farEndsOf are those that a step waits for.
func (s *Service) farEndsOf(st Step) (all []FarEnd) {
	c, _ := s.Register.Category(st.Category)
	for _, f := range s.FarEnds {
		if slices.ContainsFunc(c.Holdings, func(h dictionary.Holding) bool { return h.Table == f.Table }) {
			all = append(all, f)
		}
	}
	return all
}

func (s *Service) isAccount(st Step) bool {
	c, _ := s.Register.Category(st.Category)
	return holds(c, personTable)
}

// cleared tells whether the far ends of a step have ended. What did not end
// well is noted for the receipt.
func (s *Service) cleared(ctx context.Context, tx postgres.Tx, e *Erasure, st Step) (bool, error) {
	for _, f := range s.farEndsOf(st) {
		done, well, err := f.Look(ctx, tx, e.PersonID, s.Now().Sub(*e.StartedAt) >= patience)
		if err != nil || !done {
			return false, err
		}
		if well || e.Unrevoked {
			continue
		}
		s.Log.WarnContext(ctx, "an erasure goes on without revoking at a sign-in service", "erasure", e.ID)
		e.Unrevoked = true
		if err := change(tx, *e, "unrevoked"); err != nil {
			return false, fmt.Errorf("noting a silent sign-in service: %w", err)
		}
	}
	return true, nil
}
