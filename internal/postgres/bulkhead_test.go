package postgres_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
)

const hangs = "select pg_sleep(60) is null"

// look reads one thing beside what a statement asks for apart.
func look(ctx context.Context, db *postgres.DB, door *postgres.Bulkhead, whose uuid.UUID, sql string) (one int, part *postgres.Part, err error) {
	r := db.Reads()
	r.Each(func(rows pgx.Rows) error { return rows.Scan(&one) }, "select 1")
	part = r.Apart(door, whose)
	part.Each(func(pgx.Rows) error { return nil }, sql)
	return one, part, r.Send(ctx)
}

func TestWhatHangsIsGivenUpAndTheRestIsRead(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	door, robin := db.Bulkhead(), uuid.New()
	began := time.Now()
	one, part, err := look(t.Context(), db, door, robin, hangs)
	if took := time.Since(began); err != nil || one != 1 || !part.Silent() || took < time.Second || took > 10*time.Second {
		t.Errorf("%d, %v, %v after %v", one, part.Silent(), err, took)
	}
	began = time.Now()
	if one, part, err = look(t.Context(), db, door, robin, "select 2"); err != nil || one != 1 || !part.Silent() || time.Since(began) > time.Second {
		t.Errorf("again: %d, %v, %v after %v", one, part.Silent(), err, time.Since(began))
	}
	if err := door.Do(t.Context(), robin, func(context.Context) error { return nil }); !errors.Is(err, postgres.ErrSilent) {
		t.Errorf("by itself: %v", err)
	}
	if _, part, err = look(t.Context(), db, door, uuid.New(), "select 2"); err != nil || part.Silent() {
		t.Errorf("somebody else: %v, %v", part.Silent(), err)
	}
	end := time.Now().Add(20 * time.Second)
	for {
		if _, part, err = look(t.Context(), db, door, robin, "select 2"); err == nil && !part.Silent() {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("it is never asked again: %v, %v", part.Silent(), err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	var asleep int
	if err := db.Pool.QueryRow(t.Context(), "select count(*) from pg_stat_activity where datname = current_database() and query = $1 and state = 'active'", hangs).Scan(&asleep); err != nil || asleep > 0 {
		t.Errorf("%d still hang at the server, %v", asleep, err)
	}
}

func TestWhatIsRefusedApartKeepsNothingElse(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	door := db.Bulkhead()
	testkit.AsSuperuser(t, db, `create function away() returns integer language plpgsql as $$ begin raise exception 'no machine' using errcode = '08006'; end $$`)
	r := db.Reads()
	var main, other int
	r.Each(func(rows pgx.Rows) error { return rows.Scan(&main) }, "select 1")
	away, there := r.Apart(door, uuid.New()), r.Apart(door, uuid.New())
	away.Each(func(pgx.Rows) error { return nil }, "select away()")
	there.Each(func(rows pgx.Rows) error { return rows.Scan(&other) }, "select 2")
	if err := r.Send(t.Context()); err != nil || main != 1 || other != 2 || !away.Silent() || there.Silent() {
		t.Errorf("%d, %d, %v, %v, %v", main, other, away.Silent(), there.Silent(), err)
	}
}

func TestTwoHundredWhoAskWhatHangsCostNobodyElseMoreThanAMoment(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	door, robin := db.Bulkhead(), uuid.New()
	var all sync.WaitGroup
	var wrong atomic.Int32
	began := time.Now()
	for range 200 {
		all.Go(func() {
			if one, part, err := look(t.Context(), db, door, robin, hangs); err != nil || one != 1 || !part.Silent() {
				wrong.Add(1)
			}
		})
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	slowest, longest, room := time.Duration(0), time.Duration(0), time.Now()
	for looking := true; looking; {
		select {
		case <-done:
			looking = false
		default:
		}
		from := time.Now()
		if db.Pool.Stat().AcquiredConns() < db.Pool.Config().MaxConns { // for a moment the rest of everybody's page may have them all
			room = from
		}
		longest = max(longest, from.Sub(room))
		if one, part, err := look(t.Context(), db, door, uuid.New(), "select 2"); err != nil || one != 1 || part.Silent() {
			t.Fatalf("somebody else: %d, %v, %v", one, part.Silent(), err)
		}
		slowest = max(slowest, time.Since(from))
		time.Sleep(time.Millisecond)
	}
	if wrong.Load() > 0 || time.Since(began) > 20*time.Second {
		t.Errorf("%d of those who hang got no rest, after %v", wrong.Load(), time.Since(began))
	}
	if slowest > time.Second {
		t.Errorf("others waited up to %v", slowest)
	}
	if longest > time.Second {
		t.Errorf("all connections were in use for %v", longest)
	}
}
