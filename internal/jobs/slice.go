package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"plusultra.link/privacy/internal/postgres"
)

const (
	slice     = 5 * time.Second // in which a job does batches before it lets others have its place
	sweepRate = 3 * time.Second // how often a portal looks for plans that nobody works on
)

// workArgs ask somebody to look for plans that are due. They name none: which
// it is, the worker finds out.
type workArgs struct {
	Work  string `json:"work"`
	Queue string `json:"queue"`
}

// Kind names the job.
func (workArgs) Kind() string { return "plan.work" }

// InsertOpts: there is nothing to try again, the sweep asks anew.
func (a workArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: a.Queue, MaxAttempts: 1}
}

type planWorker struct {
	river.WorkerDefaults[workArgs]
	plans *Plans
}

// Timeout bounds the longest batch: a large archive put into a slow store.
func (*planWorker) Timeout(*river.Job[workArgs]) time.Duration { return 30 * time.Minute }

// Work does batches of whichever plans are due, for the seconds of a slice.
func (w *planWorker) Work(ctx context.Context, job *river.Job[workArgs]) error {
	for began := time.Now(); time.Since(began) < slice; { //nolint:forbidigo // how long work took, not what time it is
		did, rest, err := w.plans.Next(ctx, job.Args.Work)
		if _, noted := errors.AsType[failure](err); err != nil && !noted {
			return orStop(ctx, err)
		}
		if !did {
			return nil
		}
		if err := pause(ctx, rest); err != nil {
			return orStop(ctx, err)
		}
	}
	return river.JobSnooze(0) // there may be more to do
}

// orStop is the error, unless it is only that the portal stops: the sweep of
// another takes it from here.
func orStop(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil
	}
	return err
}

// AddWorkers registers the worker of all plans.
func (p *Plans) AddWorkers(w *river.Workers) { river.AddWorker(w, &planWorker{plans: p}) }

// Sweep asks for somebody to work on plans that are due and that nobody works
// on: their portal was killed, or their time has just come. Each portal does
// it every few seconds, so that none waits for another to be missed. It also looks
// at the clock.
func (p *Plans) Sweep(ctx context.Context) error {
	failed := []error{watchClock(ctx, p.db.Pool, p.now())}
	for _, w := range p.kinds {
		due, err := true, error(nil)
		if w.Sweep != nil {
			due, err = w.Sweep(ctx)
		}
		if err == nil && due {
			err = p.db.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error { return p.call(ctx, tx, w) })
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// call asks for somebody to work on a kind of which something is due.
func (p *Plans) call(ctx context.Context, tx postgres.Tx, w Work) error {
	if w.Sweep == nil {
		_, try, err := takePlan(ctx, tx.PGX, w, uuid.Nil, p.now())
		if err != nil || try.N == 0 {
			return err
		}
	}
	return p.queue.Add(ctx, tx, workArgs{w.Kind, w.Queue})
}

// sweepPeriodically sweeps until ctx ends.
func (p *Plans) sweepPeriodically(ctx context.Context) {
	for again := true; again; again = pause(ctx, sweepRate) == nil {
		if err := p.Sweep(ctx); err != nil && ctx.Err() == nil {
			p.log.WarnContext(ctx, "looking for long work that nobody does", "error", err)
		}
	}
}
