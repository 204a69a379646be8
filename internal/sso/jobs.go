package sso

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
)

// kind is that of the plans of revocations.
const kind = "sso.revoke"

// tries are spread over about seven hours: n^4 seconds lie between one and the
// next.
const tries = 10

func (s *Service) work() jobs.Work {
	return jobs.Work{
		Kind: kind, Queue: jobs.Default, Tries: tries,
		Batch: func(ctx context.Context, tx postgres.Tx, id uuid.UUID, try jobs.Try) (jobs.Next, error) {
			return jobs.Next{Over: true}, s.endAtProvider(ctx, tx, id, try.Last())
		},
		Failed: func(context.Context, postgres.Tx, uuid.UUID, jobs.Try, error) (jobs.Next, error) {
			return jobs.Next{}, nil
		},
	}
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
	river.AddWorker(w, &lapsedWorker{service: s})
}
