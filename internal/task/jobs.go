package task

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
)

const (
	kind      = "task"
	reminders = 2
	waits     = 30 * 24 * time.Hour // behind the day by which an answer was wanted
)

func (s *Service) work() jobs.Work {
	return jobs.Work{Kind: kind, Queue: jobs.Default, Batch: s.follow}
}

// follow reminds whoever was written to and has not answered, twice, and gives them up
// at last.
func (s *Service) follow(ctx context.Context, tx postgres.Tx, id uuid.UUID, _ jobs.Try) (jobs.Next, error) {
	t, err := s.take(ctx, tx, id)
	if fault.Is(err, fault.NotFound) || err == nil && (t.State != Told || t.Sealed == nil) {
		return jobs.Next{Over: true}, nil
	}
	if err != nil {
		return jobs.Next{}, err
	}
	now := s.deps.Now()
	if left := t.next().Sub(now); left > 0 {
		return jobs.Next{After: left}, nil
	}
	if t.Reminded >= reminders {
		return jobs.Next{Over: true}, s.end(ctx, tx, audit.BySystem("task"), t, Failed, "task.failed")
	}
	t.Reminded++
	if err := update(ctx, tx, t); err != nil {
		return jobs.Next{}, err
	}
	if err := s.write(ctx, tx, t, "taskAgain"); err != nil {
		return jobs.Next{}, err
	}
	return jobs.Next{After: t.next().Sub(now)}, nil
}

// next is when something is to be done about a task that waits: half-way to the day by
// which an answer is wanted, on that day, and at last.
func (t Task) next() time.Time {
	switch t.Reminded {
	case 0:
		return t.At.Add(t.DueAt.Sub(t.At) / 2)
	case 1:
		return t.DueAt
	}
	return t.DueAt.Add(waits)
}
