package erasure

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
)

// runArgs name the erasure and not the person: they outlive both.
type runArgs struct {
	Erasure uuid.UUID `json:"erasure"`
}

// Kind names the job.
func (runArgs) Kind() string { return "erasure.run" }

// InsertOpts gives erasures a queue of their own: they are long and in no hurry.
func (runArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Erasure} }

type runWorker struct {
	river.WorkerDefaults[runArgs]
	service *Service
}

// Work goes on with an erasure from where it stopped. A long one is done in
// slices as long as a job may take, so that one whose portal was killed is
// soon taken up by another.
func (w *runWorker) Work(ctx context.Context, job *river.Job[runArgs]) error {
	wait, err := w.service.Run(ctx, job.Args.Erasure)
	if err != nil && ctx.Err() != nil {
		return jobs.Later(time.Second)
	}
	if fault.Is(err, fault.NotFound) {
		return jobs.Cancel("there is no such erasure")
	}
	if err == nil && wait > 0 {
		return jobs.Later(wait)
	}
	return err
}

type receiptArgs struct {
	Erasure uuid.UUID `json:"erasure"`
}

// Kind names the job.
func (receiptArgs) Kind() string { return "erasure.receipt" }

// InsertOpts sends the receipt with the rest of the mail.
func (receiptArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Mail} }

type receiptWorker struct {
	river.WorkerDefaults[receiptArgs]
	service *Service
}

// Work mails a receipt.
func (w *receiptWorker) Work(ctx context.Context, job *river.Job[receiptArgs]) error {
	return w.service.SendReceipt(ctx, job.Args.Erasure)
}

// AddWorkers registers the workers of this noun.
func (s *Service) AddWorkers(w *river.Workers) {
	river.AddWorker(w, &runWorker{service: s})
	river.AddWorker(w, &receiptWorker{service: s})
}
