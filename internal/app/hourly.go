package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/restriction"
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
		w.app.SSO.Sweep(ctx), w.app.Requests.Sweep(ctx), w.app.Erasures.LogOverdue(ctx), w.app.Looks.Sweep(ctx), w.app.Retention.Begin(ctx), w.app.LapseVisitors(ctx))
}

// visitorsEach is how many visitors are looked at in one go.
const visitorsEach = 500

// LapseVisitors has those who never joined go when nothing is kept any more of what they
// asked for: by the register's time for requests, and by nothing else.
func (a *App) LapseVisitors(ctx context.Context) error {
	after := uuid.Nil
	var failed error // which keeps nobody after them
	for {
		visitors, err := a.Accounts.Visitors(ctx, after, visitorsEach)
		if err != nil || len(visitors) == 0 {
			return errors.Join(failed, err)
		}
		after = visitors[len(visitors)-1]
		idle, err := a.Requests.Without(ctx, visitors)
		if err != nil {
			return err
		}
		for _, id := range idle {
			if err := a.db.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error { return a.lapse(ctx, tx, id) }); err != nil {
				failed = errors.Join(failed, err)
			}
		}
	}
}

// lapse looks again when nobody asks for anything meanwhile.
func (a *App) lapse(ctx context.Context, tx postgres.Tx, visitor uuid.UUID) error {
	err := account.Hold(ctx, tx, visitor)
	if fault.Is(err, fault.Conflict) { // they are going already
		return nil
	}
	if err != nil || account.HasJoined(ctx, tx, visitor) == nil {
		return err
	}
	if idle, err := a.Requests.WithoutIn(ctx, tx, visitor); err != nil || !idle {
		return err
	}
	theirs, err := postgres.Read(ctx, tx.Reads(), func(r *postgres.Reads) *map[uuid.UUID][]restriction.Restriction {
		return a.Restrictions.ReadInForce(r, visitor)
	})
	if err != nil || slices.ContainsFunc(theirs[visitor], func(one restriction.Restriction) bool { return one.Ground != restriction.Objected }) {
		return err // they asked for it to be kept, or it may be a child's
	}
	return a.Erasures.Lapse(ctx, tx, visitor)
}

// periodic is what is done without being asked.
func (a *App) periodic() []*river.PeriodicJob {
	return []*river.PeriodicJob{jobs.Every(time.Hour, hourlyArgs{}), jobs.Every(time.Minute, summingArgs{})}
}
