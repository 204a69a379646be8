package erasure

import (
	"context"
	"time"

	"plusultra.link/privacy/internal/postgres"
)

// overdueAfter is how long after its time an erasure may go on before somebody
// has to look. Most take seconds, and no service is waited for so long.
const overdueAfter = 6 * time.Hour

// Overdue tells whether an erasure should have ended long ago.
func (s *Service) Overdue(e Erasure) bool {
	return e.State.UnderWay() && !e.Waits && s.deps.Now().Sub(e.RunsAt) > overdueAfter
}

// some is how many overdue erasures are named at once.
const some = 1000

// LogOverdue names those that are overdue in the log.
func (s *Service) LogOverdue(ctx context.Context) error {
	overdue, err := findOverdue(ctx, s.deps.DB.Gorm(ctx), s.deps.Now().Add(-overdueAfter), some)
	if err != nil {
		return err
	}
	for _, e := range overdue {
		s.deps.Log.ErrorContext(ctx, "an erasure has not ended", "erasure", e.ID, "due", e.RunsAt)
	}
	return nil
}

// ReadOverdue adds how many are overdue, up to CountedTo + 1, and when the
// first of them should have run.
func (s *Service) ReadOverdue(r *postgres.Reads) *postgres.Tally {
	return readOverdue(r, s.deps.Now().Add(-overdueAfter), postgres.CountedTo+1)
}
