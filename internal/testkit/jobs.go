package testkit

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
)

// Work runs the jobs of these workers until the test ends.
func Work(t testing.TB, db *postgres.DB, add ...func(*river.Workers)) {
	t.Helper()
	work(t, jobs.Config{DB: db}, add...)
}

func work(t testing.TB, cfg jobs.Config, add ...func(*river.Workers)) {
	t.Helper()
	workers := river.NewWorkers()
	for _, a := range add {
		a(workers)
	}
	cfg.Workers, cfg.Logger = workers, slog.New(slog.NewTextHandler(t.Output(), nil))
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- jobs.Run(ctx, cfg)
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the workers: %v", err)
		}
	})
}

// WorkPlans works long work as a portal does, until the test ends, and with it
// the jobs of the workers added; without any, those of long work alone.
func WorkPlans(t testing.TB, db *postgres.DB, p *jobs.Plans, add ...func(*river.Workers)) {
	t.Helper()
	if len(add) == 0 {
		add = append(add, p.AddWorkers)
	}
	work(t, jobs.Config{DB: db, Plans: p}, add...)
}

// AwaitJobs returns when every job that is due has been worked, with those
// they asked for in turn. A job that failed, or waits to be tried again, fails the test.
func AwaitJobs(t testing.TB, db *postgres.DB) {
	t.Helper()
	const due = `select
		count(*) filter (where state in ('available', 'running', 'pending') or (state = 'scheduled' and scheduled_at <= now())),
		coalesce(string_agg(kind || ': ' || coalesce(errors[cardinality(errors)]->>'error', ''), '; ') filter (where state in ('retryable', 'discarded')), '')
		from river_job`
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		var left int
		var failed string
		if err := db.Pool.QueryRow(t.Context(), due).Scan(&left, &failed); err != nil {
			t.Fatalf("look at the jobs: %v", err)
		}
		switch {
		case failed != "":
			t.Fatalf("a job failed: %s", failed)
		case left == 0:
			return
		case time.Now().After(end):
			t.Fatalf("%d jobs are still not done", left)
		}
	}
}
