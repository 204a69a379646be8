package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
)

type errand struct {
	Whose string `json:"whose"`
}

func (errand) Kind() string { return "errand" }

type runner struct {
	river.WorkerDefaults[errand]
	work func(context.Context, errand) error
}

func (r *runner) Work(ctx context.Context, job *river.Job[errand]) error {
	return r.work(ctx, job.Args)
}

func add(t *testing.T, db *postgres.DB, whose string) {
	t.Helper()
	queue, err := jobs.NewQueue(db)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		return queue.Add(t.Context(), tx, errand{whose})
	}); err != nil {
		t.Fatal(err)
	}
}

func with(work func(context.Context, errand) error) func(*river.Workers) {
	return func(w *river.Workers) { river.AddWorker(w, &runner{work: work}) }
}

func TestAJobStartsWhenItsTransactionHasCommittedAndNotBefore(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	started := make(chan string, 2)
	testkit.Work(t, db, with(func(_ context.Context, e errand) error { started <- e.Whose; return nil }))
	queue, err := jobs.NewQueue(db)
	if err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	if err := db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		return errors.Join(queue.Add(t.Context(), tx, errand{"nobody"}), refused)
	}); !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if err := db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		if err := queue.Add(t.Context(), tx, errand{"alice"}); err != nil {
			return err
		}
		select {
		case who := <-started:
			t.Errorf("%s's job started before the commit", who)
		case <-time.After(100 * time.Millisecond):
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if who := <-started; who != "alice" {
		t.Errorf("%s's job started", who)
	}
	testkit.AwaitJobs(t, db)
	if len(started) > 0 {
		t.Errorf("%s's job started too", <-started)
	}
}

func TestAJobWhosePortalWasKilledIsTakenUpByTheNext(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	add(t, db, "alice")
	// What a kill -9 leaves behind, three minutes on.
	if _, err := db.Pool.Exec(t.Context(), `update river_job set state = 'running', attempt = 1,
		attempted_at = now() - interval '3 minutes', attempted_by = '{gone}'`); err != nil {
		t.Fatal(err)
	}
	worked := make(chan string, 1)
	testkit.Work(t, db, with(func(_ context.Context, e errand) error { worked <- e.Whose; return nil }))
	select {
	case whose := <-worked:
		if whose != "alice" {
			t.Errorf("%s's job was worked", whose)
		}
	case <-time.After(time.Minute):
		t.Error("nobody took the job up within a minute")
	}
}

func TestAStopLetsTheRunningJobFinish(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	add(t, db, "alice")
	ctx, stop := context.WithCancel(t.Context())
	workers := river.NewWorkers()
	with(func(ctx context.Context, _ errand) error {
		stop()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
			return nil
		}
	})(workers)
	if err := jobs.Run(ctx, jobs.Config{DB: db, Workers: workers, Logger: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	var state string
	if err := db.Pool.QueryRow(t.Context(), "select state from river_job").Scan(&state); err != nil || state != "completed" {
		t.Errorf("%s (%v)", state, err)
	}
}

func TestTheLogOfAFailureHoldsNoArguments(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	add(t, db, "alice@example.com")
	ctx, stop := context.WithCancel(t.Context())
	var log lockedBuffer
	workers := river.NewWorkers()
	with(func(_ context.Context, e errand) error { defer stop(); panic(e.Whose) })(workers)
	if err := jobs.Run(ctx, jobs.Config{DB: db, Workers: workers, Logger: slog.New(slog.NewJSONHandler(&log, nil))}); err != nil {
		t.Fatal(err)
	}
	if said := log.String(); strings.Contains(said, "alice") || !strings.Contains(said, `"kind":"errand"`) {
		t.Errorf("the log says:\n%s", said)
	}
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func TestWhatOthersSaidIsNotKeptWithAJob(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	add(t, db, "thrown")
	add(t, db, "said")
	var log lockedBuffer
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	workers := river.NewWorkers()
	with(func(_ context.Context, e errand) error {
		if e.Whose == "thrown" {
			panic("alice@example.com was thrown")
		}
		return errors.New("550 <alice@example.com> " + strings.Repeat("and so on ", 90_000))
	})(workers)
	go func() {
		defer stop()
		for n := 0; n < 2 && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
			_ = db.Pool.QueryRow(ctx, "select count(*) from river_job where cardinality(errors) > 0").Scan(&n)
		}
	}()
	if err := jobs.Run(ctx, jobs.Config{DB: db, Workers: workers, Logger: slog.New(slog.NewJSONHandler(&log, nil))}); err != nil {
		t.Fatal(err)
	}
	var failed int
	var kept string
	if err := db.Pool.QueryRow(t.Context(), "select count(*), string_agg(errors::text, ' ') from river_job where cardinality(errors) > 0").Scan(&failed, &kept); err != nil {
		t.Fatal(err)
	}
	if failed != 2 || strings.Contains(kept, "alice") || len(kept) > 20_000 || !strings.Contains(kept, "550") || !strings.Contains(kept, "a string") {
		t.Errorf("%d failed; the queue keeps %d bytes: %.1000s", failed, len(kept), kept)
	}
}
