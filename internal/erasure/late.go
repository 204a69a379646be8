package erasure

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
)

// leftovers erases what was written between the last look at a category and
// the end of the account. Nobody writes any more: whoever holds a person finds
// none. It gives the steps as the receipt tells of them.
func (s *Service) leftovers(ctx context.Context, tx postgres.Tx, e Erasure) ([]Step, error) {
	steps, err := steps(tx.Gorm, e)
	if err != nil {
		return nil, err
	}
	for i := range steps {
		var late int64
		for n := int64(1); n > 0; late += n {
			if n, err = s.eraseIn(ctx, tx, steps[i]); err != nil {
				return nil, fmt.Errorf("erasing what came late of %s: %w", steps[i].Category, err)
			}
		}
		if late == 0 {
			continue
		}
		steps[i].RowsDone += late
		err := tx.Gorm.Model(&Step{}).Where("person_id = ? and erasure_id = ? and position = ?", e.PersonID, e.ID, steps[i].Position).
			Update("rows_done", steps[i].RowsDone).Error
		if err != nil {
			return nil, fmt.Errorf("noting what came late: %w", err)
		}
	}
	return steps, nil
}

// lateAfter is how long after its time an erasure may go on before somebody
// has to look. Most take seconds, and no service is waited for so long.
const lateAfter = 6 * time.Hour

// Late tells whether an erasure should have ended long ago.
func (s *Service) Late(e Erasure) bool {
	return (e.State == Grace || e.State == Running) && s.Now().Sub(e.RunsAt) > lateAfter
}

// some is how many erasures are looked after at once.
const some = 1000

// Tend takes up erasures that are due and whose job is lost or has used up its
// tries, and names in the log those that are late. It may run at any time, in
// several portals at once.
func (s *Service) Tend(ctx context.Context) error {
	var due []Erasure
	err := s.DB.Gorm(ctx).Where("state in ? and runs_at <= ?", []State{Grace, Running}, s.Now()).Order("runs_at, id").Limit(some).Find(&due).Error
	if err != nil {
		return fmt.Errorf("looking for erasures that are due: %w", err)
	}
	var failed []error
	for _, e := range due {
		if s.Late(e) {
			s.Log.ErrorContext(ctx, "an erasure has not ended", "erasure", e.ID, "due", e.RunsAt)
		}
		failed = append(failed, s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error { return s.queue(ctx, tx, e.ID, s.Now()) }))
	}
	return errors.Join(failed...)
}

// queue asks for the work from then on, unless it is asked for already.
func (s *Service) queue(ctx context.Context, tx postgres.Tx, id uuid.UUID, then time.Time) error {
	return s.Queue.Add(ctx, tx, runArgs{id}, jobs.Once(), jobs.At(then))
}
