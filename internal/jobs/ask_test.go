package jobs_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
)

func withdraw(t *testing.T, p book, id uuid.UUID) (free bool) {
	t.Helper()
	if err := p.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) (err error) {
		if err := p.Add(ctx, tx, "errand", id, time.Time{}); err != nil { // waits for nobody
			return err
		}
		free, err = p.Withdraw(ctx, tx, "errand", []uuid.UUID{id})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return free
}

func TestWhoIsFarAwayIsAskedOnceWithNoTransactionOpen(t *testing.T) {
	t.Parallel()
	asked, let := make(chan struct{}), make(chan struct{})
	var times, noted atomic.Int32
	p, clock, id := planned(t, jobs.Work{Ask: func(context.Context, uuid.UUID, jobs.Try) (jobs.Note, error) {
		if times.Add(1) == 1 {
			close(asked)
			<-let
		}
		return func(context.Context, postgres.Tx) (jobs.Next, error) { noted.Add(1); return jobs.Next{Over: true}, nil }, nil
	}})
	ended := make(chan error)
	go func() { ended <- p.Run(t.Context(), "errand", id) }()
	<-asked
	var open int
	if err := p.db.Pool.QueryRow(t.Context(), `select count(*) from pg_stat_activity where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()`).Scan(&open); err != nil {
		t.Fatal(err)
	}
	if open != 0 {
		t.Errorf("%d transactions are open meanwhile", open)
	}
	time.Sleep(7 * time.Second) // longer than it is held for at once
	clock.Advance(-24 * time.Hour)
	if did, _, err := p.Next(t.Context(), "errand"); did || err != nil {
		t.Errorf("a second one asked: %v, %v", did, err)
	}
	if withdraw(t, p, id) {
		t.Error("it was withdrawn from under whoever asks")
	}
	close(let)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if !withdraw(t, p, id) || times.Load() != 1 || noted.Load() != 1 || plans(t, p) != 0 {
		t.Errorf("asked %d times, noted %d times, %d plans", times.Load(), noted.Load(), plans(t, p))
	}
}

func TestAQuestionWhoseWorkerWasKilledIsAskedAgainWithinFifteenSeconds(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	p, _, _ := planned(t, jobs.Work{Ask: func(context.Context, uuid.UUID, jobs.Try) (jobs.Note, error) {
		close(done)
		return jobs.Done, nil
	}})
	if _, err := p.db.Pool.Exec(t.Context(), `update plan set holder = gen_random_uuid(), held_until = clock_timestamp() + interval '6 seconds'`); err != nil {
		t.Fatal(err)
	}
	testkit.WorkPlans(t, p.db, p.Plans)
	began := time.Now()
	select {
	case <-done:
		if took := time.Since(began); took < 3*time.Second {
			t.Errorf("it was taken from its holder after %s", took)
		}
	case <-time.After(15 * time.Second):
		t.Error("nobody took it up within fifteen seconds")
	}
}

func TestAnAnswerIsNotNotedByWhoLostThePlan(t *testing.T) {
	t.Parallel()
	var p book
	p, _, id := planned(t, jobs.Work{Ask: func(ctx context.Context, id uuid.UUID, _ jobs.Try) (jobs.Note, error) {
		_, err := p.db.Pool.Exec(ctx, `update plan set holder = gen_random_uuid() where id = $1`, id) // it was frozen, and another came
		return func(context.Context, postgres.Tx) (jobs.Next, error) {
			t.Error("it is noted")
			return jobs.Next{Over: true}, nil
		}, err
	}})
	if err := p.Run(t.Context(), "errand", id); err != nil {
		t.Error(err)
	}
	if plans(t, p) != 1 {
		t.Error("the other's plan is gone")
	}
}

func TestAQuestionThatFailsIsAskedAgainLaterAndTheLastTryIsTold(t *testing.T) {
	t.Parallel()
	var told []jobs.Try
	p, clock, id := planned(t, jobs.Work{
		Tries: 3,
		Ask: func(_ context.Context, _ uuid.UUID, try jobs.Try) (jobs.Note, error) {
			switch try.N {
			case 1:
				return nil, errWork
			case 2:
				panic("with somebody's name")
			}
			return func(context.Context, postgres.Tx) (jobs.Next, error) { return jobs.Next{}, errWork }, nil
		},
		Failed: func(_ context.Context, _ postgres.Tx, _ uuid.UUID, try jobs.Try, _ error) (jobs.Next, error) {
			told = append(told, try)
			return jobs.Next{Over: true}, nil
		},
	})
	failsThrice(t, p, clock, id, &told)
}

func TestAPortalThatStopsLeavesItsQuestionToOthersAtOnce(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	p, _, id := planned(t, jobs.Work{Tries: 2, Ask: func(ctx context.Context, _ uuid.UUID, try jobs.Try) (jobs.Note, error) {
		stop()
		<-ctx.Done()
		if try.N != 1 {
			t.Errorf("try %d: stopping counts", try.N)
		}
		return nil, ctx.Err()
	}})
	_ = p.Run(ctx, "errand", id)
	if !withdraw(t, p, id) {
		t.Error("it is still held")
	}
}
