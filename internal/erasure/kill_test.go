package erasure_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/erasure"
)

func TestAnErasureMayBeKilledAnywhereAndEndsTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Erasures.Adjust(func(d *erasure.Deps) { d.Batch = 40 })
	var want string
	for k := range 6 {
		mara := b.person(fmt.Sprintf("mara%d@example.com", k), "Mara Lindqvist")
		b.seed(mara, k, "x")
		id := b.ask(mara)
		b.clock.Advance(erasure.DefaultGrace)
		if k > 0 {
			b.killEvery(id, time.Duration(k*7)*time.Millisecond)
		}
		b.worked(id)
		e := b.worked(id) // once more does nothing
		if n := b.number(`select count(*) from plan where kind = 'erasure' and id = $1`, id); e.State != erasure.Done || n != 0 {
			t.Fatalf("after kills it is %s, with %d plans", e.State, n)
		}
		got := b.outcome(id)
		if k == 0 {
			want = got
		}
		if got != want {
			t.Errorf("killed every %d ms, it ended as\n%s\nnot as\n%s", k*7, got, want)
		}
		if n := b.number(`select count(*) from audit_entry where action = 'erasure.done' and subject = $1`, id.String()); n != 1 {
			t.Errorf("it ended %d times", n)
		}
	}
}

// killEvery runs an erasure again and again, each time for a little while. As a
// portal that goes on does, it takes up what of the journal was written by one
// that was killed before it could note so.
func (b *bundle) killEvery(id uuid.UUID, after time.Duration) {
	for range 200 {
		ctx, cancel := context.WithTimeout(b.t.Context(), after)
		_ = b.Erasures.Run(ctx, id)
		cancel()
		_, err := b.Journal.CatchUp(b.t.Context())
		must(b.t, err)
		if b.number(`select count(*) from erasure where id = $1 and state = 'done'`, id) == 1 {
			return
		}
	}
}

func TestTwoRunsOfOneErasureAtOnceTakeTurns(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Erasures.Adjust(func(d *erasure.Deps) { d.Batch = 40 })
	mara := b.person("mara@example.com", "Mara Lindqvist")
	b.seed(mara, 0, "x")
	id := b.ask(mara)
	b.clock.Advance(erasure.DefaultGrace)
	ended := make(chan error, 2)
	for range 2 {
		go func() {
			var failed error
			for b.number(`select count(*) from erasure where id = $1 and state = 'done'`, id) == 0 && failed == nil {
				failed = b.Erasures.Run(t.Context(), id)
			}
			ended <- failed
		}()
	}
	for range 2 {
		must(t, <-ended)
	}
	if n := b.number(`select rows_done from erasure_step where erasure_id = $1 and category = 'connection-log'`, id); n != 500 {
		t.Errorf("%d rows of 500 counted", n)
	}
}

// outcome is what was done, without what differs by the hour.
func (b *bundle) outcome(id uuid.UUID) (said string) {
	b.t.Helper()
	err := b.DB.Pool.QueryRow(b.t.Context(), `select string_agg(category || ' ' || action || ' ' || rows_done || ' ' || (done_at is not null), E'\n' order by position) from erasure_step where erasure_id = $1`, id).Scan(&said)
	must(b.t, err)
	return said
}
