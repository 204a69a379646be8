package export

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"plusultra.link/privacy/internal/jobs"
)

const (
	buildTime  = 6 * time.Hour
	buildTries = 6 // over some twenty minutes
	pauseAfter = time.Second
)

type buildArgs struct {
	Person uuid.UUID `json:"person"`
	ID     uuid.UUID `json:"id"`
}

// Kind names the job.
func (buildArgs) Kind() string { return "export.build" }

// InsertOpts gives exports a queue of their own: they take long.
func (buildArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: jobs.Export, MaxAttempts: buildTries}
}

type buildWorker struct {
	river.WorkerDefaults[buildArgs]
	service *Service
}

// Timeout is longer than that of other jobs.
func (*buildWorker) Timeout(*river.Job[buildArgs]) time.Duration { return buildTime }

// Work builds one archive. A portal that stops has used up no try.
func (w *buildWorker) Work(ctx context.Context, job *river.Job[buildArgs]) error {
	err := w.service.Build(ctx, job.Args.Person, job.Args.ID, Try{N: job.Attempt, Of: job.MaxAttempts})
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return river.JobSnooze(pauseAfter)
	}
	return err
}

type tendArgs struct{}

// Kind names the job.
func (tendArgs) Kind() string { return "export.tend" }

// InsertOpts: what fails is done a minute later anyway.
func (tendArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 1} }

type tendWorker struct {
	river.WorkerDefaults[tendArgs]
	service *Service
}

// Work looks after all exports.
func (w *tendWorker) Work(ctx context.Context, _ *river.Job[tendArgs]) error {
	return w.service.Tend(ctx)
}

// AddWorkers registers the workers of this noun.
func (s *Service) AddWorkers(w *river.Workers) {
	river.AddWorker(w, &buildWorker{service: s})
	river.AddWorker(w, &tendWorker{service: s})
}

// Periodic is what this noun does without being asked.
func (s *Service) Periodic() []*river.PeriodicJob {
	return []*river.PeriodicJob{jobs.Every(time.Minute, tendArgs{})}
}
