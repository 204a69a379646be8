package erasure

import (
	"context"
	"fmt"
	"time"
)

// lateAfter is how long after its time an erasure may go on before somebody
// has to look. Most take seconds, and no service is waited for so long.
const lateAfter = 6 * time.Hour

// Late tells whether an erasure should have ended long ago.
func (s *Service) Late(e Erasure) bool {
	return (e.State == Grace || e.State == Running) && s.Now().Sub(e.RunsAt) > lateAfter
}

// some is how many late erasures are named at once.
const some = 1000

// LogLate names those that are late in the log.
func (s *Service) LogLate(ctx context.Context) error {
	var late []Erasure
	err := s.DB.Gorm(ctx).Where("state in ? and runs_at < ?", []State{Grace, Running}, s.Now().Add(-lateAfter)).Order("runs_at, id").Limit(some).Find(&late).Error
	if err != nil {
		return fmt.Errorf("looking for erasures that are late: %w", err)
	}
	for _, e := range late {
		s.Log.ErrorContext(ctx, "an erasure has not ended", "erasure", e.ID, "due", e.RunsAt)
	}
	return nil
}
