package sso

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
)

type revokeArgs struct {
	Person uuid.UUID `json:"person"`
	ID     uuid.UUID `json:"id"`
}

// Kind names the job.
func (revokeArgs) Kind() string { return "sso.revoke" }

// tries are spread over about seven hours (River waits tries⁴ seconds).
const tries = 10

// InsertOpts bounds how long a provider that does not answer is asked.
func (revokeArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: tries} }

type revokeWorker struct {
	river.WorkerDefaults[revokeArgs]
	service *Service
}

// Timeout bounds one try.
func (*revokeWorker) Timeout(*river.Job[revokeArgs]) time.Duration { return 2 * time.Minute }

// Work ends one grant at its provider.
func (w *revokeWorker) Work(ctx context.Context, job *river.Job[revokeArgs]) error {
	err := w.service.EndAtProvider(ctx, LinkID(job.Args), job.Attempt >= job.MaxAttempts)
	if fault.Is(err, fault.Gone) {
		return jobs.Cancel("the link has been erased")
	}
	return err
}

type lapsedArgs struct {
	State []byte `json:"state"` // a hash: names nobody
}

// Kind names the job.
func (lapsedArgs) Kind() string { return "sso.endLapsed" }

// InsertOpts bounds how long a provider that does not answer is asked.
func (lapsedArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: tries} }

type lapsedWorker struct {
	river.WorkerDefaults[lapsedArgs]
	service *Service
}

// Timeout bounds one try.
func (*lapsedWorker) Timeout(*river.Job[lapsedArgs]) time.Duration { return 2 * time.Minute }

// Work ends the grant of one sign-up that lapsed.
func (w *lapsedWorker) Work(ctx context.Context, job *river.Job[lapsedArgs]) error {
	wait, err := w.service.EndLapsed(ctx, job.Args.State, job.Attempt >= job.MaxAttempts)
	if err == nil && wait > 0 {
		return jobs.Later(wait)
	}
	return err
}

// AddWorkers registers the workers of this noun.
func (s *Service) AddWorkers(w *river.Workers) {
	river.AddWorker(w, &revokeWorker{service: s})
	river.AddWorker(w, &lapsedWorker{service: s})
}
