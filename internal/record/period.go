package record

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

// Period is a time of rows: Since is included, Until is not; zero is open.
type Period struct{ Since, Until time.Time }

// Covers tells whether a moment lies in it.
func (p Period) Covers(at time.Time) bool {
	return !at.Before(p.Since) && (p.Until.IsZero() || at.Before(p.Until))
}

// Parts tells whether some of a category can go while the account stays: its rows
// came in from outside, each has a time, and nothing has to be kept of them.
func (s *Service) Parts(c register.Category) bool { return s.inParts(c.ID) != nil }

func (s *Service) inParts(category string) *table {
	for _, t := range s.tables {
		if t.category.ID == category && t.counted() && len(s.by[category]) == 1 && t.category.Erasure.Action != register.Keep {
			return t
		}
	}
	return nil
}

// TakeNext takes away the next rows of a period that a category has of a person,
// behind a cursor ("" is the beginning), limit of them: it deletes them, or does
// what erasing does to them. What they came to in sums goes with the last. It gives
// how many it was, and the cursor to go on from; it is "" when nothing is left. An
// import that was under way when the first batch began has come in before it.
func (s *Service) TakeNext(ctx context.Context, tx postgres.Tx, category string, person uuid.UUID, of Period, how register.Action, after string, limit int) (n int64, next string, err error) {
	t := s.inParts(category)
	if t == nil {
		return 0, "", fmt.Errorf("%s can't go in parts", category)
	}
	ctx, cancel := context.WithTimeout(ctx, batchTime) // a machine that hangs would keep whoever works on it
	defer cancel()
	n, next, err = t.takeNext(ctx, tx, person, of, how, after, limit)
	return n, next, t.failed("take", err)
}

// Any tells whether anything of a period is held.
func (s *Service) Any(ctx context.Context, tx postgres.Tx, category string, person uuid.UUID, of Period) (bool, error) {
	t := s.inParts(category)
	if t == nil {
		return false, nil
	}
	any, err := t.any(ctx, tx, person, of)
	return any, t.failed("look for", err)
}

// Within is how many rows the steps of a time come to.
func (timeline *Timeline) Within() (n int64) {
	for _, step := range timeline.Steps {
		n += step.Rows
	}
	return n
}
