package jobs

import (
	"context"
	"fmt"
	"log/slog"

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

// Last tells whether no other try follows; Of is 0 where one always does.
func (t Try) Last() bool { return t.Of > 0 && t.N >= t.Of }

// Add asks for a job inside tx: it exists if tx commits, and starts at once.
func (q *Queue) Add(ctx context.Context, tx postgres.Tx, args river.JobArgs) error {
	if _, err := q.client.InsertTx(ctx, tx.PGX, args, nil); err != nil {
		return fmt.Errorf("add job %s: %w", args.Kind(), err)
	}
	return nil
}
