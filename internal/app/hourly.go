package app

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"plusultra.link/privacy/internal/jobs"
)

// summingArgs is the adding up of what was imported.
type summingArgs struct{}

// Kind names the job.
func (summingArgs) Kind() string { return "summing" }

// InsertOpts: what fails is done a minute later anyway.
func (summingArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 1} }

type summingWorker struct {
	river.WorkerDefaults[summingArgs]
	app *App
}

// settledAfter is how long nothing comes in before rows are summed.
const settledAfter = time.Minute

// Timeout leaves time for the months of a long history.
func (*summingWorker) Timeout(*river.Job[summingArgs]) time.Duration { return 30 * time.Minute }

// Work adds up what has settled.
func (w *summingWorker) Work(ctx context.Context, _ *river.Job[summingArgs]) error {
	return w.app.Records.Sum(ctx, settledAfter)
}

// hourlyArgs is the cleaning that every room wants now and then.
type hourlyArgs struct{}

// Kind names the job.
func (hourlyArgs) Kind() string { return "hourly" }

// InsertOpts: what fails is done an hour later anyway.
func (hourlyArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 1} }

type hourlyWorker struct {
	river.WorkerDefaults[hourlyArgs]
	app *App
}

// Timeout leaves time to walk through a large store of files.
func (*hourlyWorker) Timeout(*river.Job[hourlyArgs]) time.Duration { return 30 * time.Minute }

// Work deletes what has lapsed, takes up what was lost and begins what is to be
// done each day. A room that fails
// keeps no other from it.
func (w *hourlyWorker) Work(ctx context.Context, _ *river.Job[hourlyArgs]) error {
	_, limits := w.app.Limits.Sweep(ctx)
	return errors.Join(limits, w.app.Accounts.Sweep(ctx), w.app.Mail.Sweep(ctx), w.app.Inbound.Sweep(ctx), w.app.Forms.Sweep(ctx), w.app.Exports.Sweep(ctx),
		w.app.SSO.Sweep(ctx), w.app.Requests.Sweep(ctx), w.app.Erasures.LogOverdue(ctx), w.app.Looks.Sweep(ctx), w.app.Retention.Begin(ctx))
}

// periodic is what is done without being asked.
func (a *App) periodic() []*river.PeriodicJob {
	return []*river.PeriodicJob{jobs.Every(time.Hour, hourlyArgs{}), jobs.Every(time.Minute, summingArgs{})}
}
