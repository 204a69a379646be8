package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

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

// Later is what a worker returns when all is well and there is more to do in
// a while. It does not count as a failure.
func Later(wait time.Duration) error { return river.JobSnooze(wait) }
