package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
)

// planned is a database with one plan of a kind.
// book is the long work of a test's own database.
type book struct {
	*jobs.Plans
	db *postgres.DB
}

func planned(t *testing.T, w jobs.Work) (book, *testkit.SetClock, uuid.UUID) {
	t.Helper()
	db, clock := testkit.DB(t), testkit.Clock(t)
	queue, err := jobs.NewQueue(db)
	if err != nil {
		t.Fatal(err)
	}
	p := book{jobs.NewPlans(db, queue, slog.New(slog.NewTextHandler(t.Output(), nil)), clock.Now), db}
	w.Kind, w.Queue = "errand", jobs.Default
	p.Register(w)
	id := postgres.NewID()
	if err := db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error { return p.Add(ctx, tx, w.Kind, id, time.Time{}) }); err != nil {
		t.Fatal(err)
	}
	return p, clock, id
}

func plans(t *testing.T, p book) (n int) {
	t.Helper()
	if err := p.db.Pool.QueryRow(t.Context(), "select count(*) from plan").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

var errWork = errors.New("not today")

func TestABatchThatFailsOrPanicsIsTriedAgainLaterAndTheLastTryIsTold(t *testing.T) {
	t.Parallel()
	var told []jobs.Try
	p, clock, id := planned(t, jobs.Work{
		Tries: 3,
		Batch: func(_ context.Context, _ postgres.Tx, _ uuid.UUID, try jobs.Try) (jobs.Next, error) {
			if try.N == 2 {
				panic("with somebody's name")
			}
			return jobs.Next{}, errWork
		},
		Failed: func(_ context.Context, _ postgres.Tx, _ uuid.UUID, try jobs.Try, _ error) (jobs.Next, error) {
			told = append(told, try)
			return jobs.Next{Over: true}, nil
		},
	})
	failsThrice(t, p, clock, id, &told)
}

// failsThrice does a plan of three tries, each when it is due.
func failsThrice(t *testing.T, p book, clock *testkit.SetClock, id uuid.UUID, told *[]jobs.Try) {
	t.Helper()
	for _, wait := range []time.Duration{time.Second, 16 * time.Second, 0} {
		if err := p.Run(t.Context(), "errand", id); err == nil {
			t.Error("it went well")
		}
		if did, _, err := p.Next(t.Context(), "errand"); did || err != nil {
			t.Errorf("at once again: %v, %v", did, err)
		}
		clock.Advance(wait)
	}
	if len(*told) != 3 || !(*told)[2].Last() || (*told)[1].Last() || plans(t, p) != 0 {
		t.Errorf("told %v, %d plans", *told, plans(t, p))
	}
}

func TestWorkWithoutALastTryWaitsLongerEachTime(t *testing.T) {
	t.Parallel()
	p, clock, id := planned(t, jobs.Work{Batch: func(context.Context, postgres.Tx, uuid.UUID, jobs.Try) (jobs.Next, error) {
		return jobs.Next{}, errWork
	}})
	for _, wait := range []time.Duration{time.Second, 16 * time.Second, 81 * time.Second} {
		if did, _, err := p.Next(t.Context(), "errand"); !did || err == nil {
			t.Fatalf("it is not tried: %v", err)
		}
		clock.Advance(wait - time.Millisecond)
		if did, _, _ := p.Next(t.Context(), "errand"); did {
			t.Errorf("it is tried again before %s are over", wait)
		}
		clock.Advance(time.Millisecond)
	}
	if err := p.Run(t.Context(), "errand", id); err == nil {
		t.Error("it went well")
	}
}

func TestAPlanThatSomebodyHoldsIsNeitherDoneNorAskedForNorWithdrawn(t *testing.T) {
	t.Parallel()
	held, let := make(chan struct{}), make(chan struct{})
	var times atomic.Int32
	p, clock, id := planned(t, jobs.Work{Batch: func(context.Context, postgres.Tx, uuid.UUID, jobs.Try) (jobs.Next, error) {
		if times.Add(1) == 1 {
			close(held)
			<-let
		}
		return jobs.Next{Over: true}, nil
	}})
	ended := make(chan error)
	go func() { ended <- p.Run(t.Context(), "errand", id) }()
	<-held
	clock.Advance(-24 * time.Hour)
	if did, _, err := p.Next(t.Context(), "errand"); did || err != nil {
		t.Errorf("a second one did it: %v, %v", did, err)
	}
	if withdraw(t, p, id) {
		t.Error("it was withdrawn from under whoever does it")
	}
	close(let)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if !withdraw(t, p, id) || times.Load() != 1 || plans(t, p) != 0 {
		t.Errorf("done %d times, %d plans", times.Load(), plans(t, p))
	}
}

func TestAPlanWhoseWorkerIsGoneIsTakenUpWithinSecondsBesideAnyPortal(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	p, _, _ := planned(t, jobs.Work{Batch: func(context.Context, postgres.Tx, uuid.UUID, jobs.Try) (jobs.Next, error) {
		close(done)
		return jobs.Next{Over: true}, nil
	}})
	// The job that was to ring died with its portal, and looks alive.
	if _, err := p.db.Pool.Exec(t.Context(), `update river_job set state = 'running', attempt = 1, attempted_at = now(), attempted_by = '{gone}'`); err != nil {
		t.Fatal(err)
	}
	testkit.WorkPlans(t, p.db, p.Plans)
	began := time.Now()
	select {
	case <-done:
		t.Logf("after %s", time.Since(began))
	case <-time.After(15 * time.Second):
		t.Error("nobody took it up within fifteen seconds")
	}
}
