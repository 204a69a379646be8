package testkit_test

import (
	"sync"
	"testing"
	"time"

	"plusultra.link/privacy/internal/testkit"
)

func TestEachTestHasAMigratedDatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	const count = "select (select count(*) from attempt), (select count(*) from river_job)"
	var all sync.WaitGroup
	for range 8 {
		db := testkit.DB(t)
		all.Go(func() {
			var rows, jobs int
			if _, err := db.Pool.Exec(t.Context(), "insert into attempt values ('b', now(), 1)"); err != nil {
				t.Error(err)
			}
			if err := db.Pool.QueryRow(t.Context(), count).Scan(&rows, &jobs); err != nil || rows != 1 || jobs != 0 {
				t.Errorf("%d rows, %d jobs, %v", rows, jobs, err)
			}
		})
	}
	all.Wait()
}

func TestTheClockStandsStillUntilMoved(t *testing.T) {
	t.Parallel()
	clock := testkit.Clock(t)
	before := clock.Now()
	if got := clock.Now(); !got.Equal(before) {
		t.Errorf("it moved by %s", got.Sub(before))
	}
	if got := clock.Advance(36 * time.Hour); got.Sub(before) != 36*time.Hour || !clock.Now().Equal(got) {
		t.Errorf("advanced to %s", got)
	}
	if clock.Set(before); !clock.Now().Equal(before) {
		t.Errorf("set to %s", clock.Now())
	}
}

func BenchmarkDB(b *testing.B) {
	testkit.DB(b)
	for b.Loop() {
		testkit.DatabaseURL(b)
	}
}
