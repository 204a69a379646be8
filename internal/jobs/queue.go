package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"plusultra.link/privacy/internal/postgres"
)

// Queue takes jobs; it does not work them, see Run.
type Queue struct{ client *river.Client[pgx.Tx] }

// NewQueue gives a queue in this database.
func NewQueue(db *postgres.DB) (*Queue, error) {
	client, err := river.NewClient(riverpgxv5.New(db.Pool), &river.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, fmt.Errorf("make the job queue: %w", err)
	}
	return &Queue{client: client}, nil
}

// Try is which of how many tries a job is at.
type Try struct{ N, Of int }

// Last tells whether no other try follows.
func (t Try) Last() bool { return t.N >= t.Of }

// Option adjusts one job; what holds for all of a kind its arguments say
// themselves, in river.JobArgsWithInsertOpts.
type Option func(*river.InsertOpts)

// At lets the job wait until then.
func At(then time.Time) Option {
	return func(o *river.InsertOpts) { o.ScheduledAt = then }
}

// Once adds nothing while a job with the same arguments waits or runs.
func Once() Option {
	return func(o *river.InsertOpts) {
		o.UniqueOpts.ByArgs = true
		o.UniqueOpts.ByState = []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
			rivertype.JobStateRunning, rivertype.JobStateScheduled,
		}
	}
}

// Add asks for a job inside tx: it exists if tx commits, and starts at once.
func (q *Queue) Add(ctx context.Context, tx postgres.Tx, args river.JobArgs, opts ...Option) error {
	var insert river.InsertOpts
	for _, opt := range opts {
		opt(&insert)
	}
	if _, err := q.client.InsertTx(ctx, tx.PGX, args, &insert); err != nil {
		return fmt.Errorf("add job %s: %w", args.Kind(), err)
	}
	return nil
}

// Again asks for a job whose portal may have died with it: the one that counts
// as running begins anew, one that waits goes on waiting, and where there is
// none left it is added. The caller must know that nobody works on it.
func (q *Queue) Again(ctx context.Context, tx postgres.Tx, args river.JobArgs) error {
	plain, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("ask again for %s: %w", args.Kind(), err)
	}
	var asked bool
	err = tx.PGX.QueryRow(ctx, `
		with again as (
			update river_job set state = 'available', scheduled_at = now()
			where kind = $1 and args = $2 and state = 'running' returning id)
		select exists (select from again) or exists (
			select from river_job where kind = $1 and args = $2 and state in ('available', 'pending', 'retryable', 'scheduled'))`,
		args.Kind(), plain).Scan(&asked)
	if err != nil {
		return fmt.Errorf("ask again for %s: %w", args.Kind(), err)
	}
	if asked {
		return nil
	}
	return q.Add(ctx, tx, args)
}

// Forget removes every job that names id in its arguments, so that nothing
// here points at somebody who has been erased. Those that are running can't be
// taken away: it tells how many there are, and may be called again.
func (*Queue) Forget(ctx context.Context, tx postgres.Tx, id uuid.UUID) (running int64, err error) {
	_, err = tx.PGX.Exec(ctx, `delete from river_job where state <> 'running' and position($1 in args::text) > 0`, id.String())
	if err != nil {
		return 0, fmt.Errorf("forget jobs: %w", err)
	}
	err = tx.PGX.QueryRow(ctx, `select count(*) from river_job where position($1 in args::text) > 0`, id.String()).Scan(&running)
	if err != nil {
		return 0, fmt.Errorf("forget jobs: %w", err)
	}
	return running, nil
}

// Later is what a worker returns when all is well and there is more to do in
// a while. It does not count as a failure.
func Later(wait time.Duration) error { return river.JobSnooze(wait) }

// Cancel is what a worker returns when trying again is of no use, with a
// reason that a person can read.
func Cancel(reason string) error { return river.JobCancel(errors.New(reason)) }
