package record_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
)

// connectionsAt is a file of connections that began at some times.
func connectionsAt(person string, times ...time.Time) string {
	var file strings.Builder
	file.WriteString(logHeader)
	for _, at := range times {
		fmt.Fprintf(&file, "%s,%s,203.0.113.0/24,,%d,1\n", person, at.Format(time.RFC3339), at.Unix()%1000)
	}
	return file.String()
}

func (b *bundle) take(t testing.TB, file string) {
	t.Helper()
	if r, refused, err := b.ingest(t, "connection-log", record.CSV, file); err != nil || len(refused) > 0 {
		t.Fatalf("%+v, %v, %v", r, refused, err)
	}
}

// summed is up to when the rows of a month are in the sums.
func (b *bundle) summed(t testing.TB, month string) (until time.Time) {
	t.Helper()
	if err := b.db.Pool.QueryRow(t.Context(), "select summed_until from record_period where source = 'connection_log' and since = $1::timestamptz", month).Scan(&until); err != nil {
		t.Fatal(err)
	}
	return until.UTC()
}

func TestWhateverComesInWhateverWasSummedBeforeEverybodyIsToldTheTruth(t *testing.T) {
	t.Parallel()
	b := setup(t)
	people := []uuid.UUID{b.person(t, "person-0@example.com"), b.person(t, "person-1@example.com")}
	r := rand.New(rand.NewPCG(7, 11))
	end := b.clock.Now()
	for round := range 12 {
		var times []time.Time
		for range 1 + r.IntN(40) {
			times = append(times, end.Add(-time.Duration(r.IntN(150*24))*time.Hour).Truncate(time.Second))
		}
		who := r.IntN(2)
		b.take(t, connectionsAt(fmt.Sprintf("person-%d@example.com", who), times...))
		if round%3 == 0 {
			b.clock.Advance(time.Duration(r.IntN(40)) * time.Hour)
			if err := b.Sum(t.Context(), time.Duration(r.IntN(48))*time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		if round == 9 {
			b.batches(t, only(t, b.Service, "connection-log"), people[who], 7)
		}
		for _, p := range people {
			b.totalsAreTrue(t, p)
		}
	}
	if n := b.number(t, "select count(*) from record_month"); n == 0 {
		t.Error("nothing was summed")
	}
}

func TestRowsAreSummedOnceTheyHaveSettledAndOfABusyMonthWhatIsOlderThanADay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.person(t, "mara@example.com")
	noon := time.Date(2026, time.March, 20, 12, 0, 0, 0, time.UTC)
	b.clock.Set(noon)
	sum := func() {
		t.Helper()
		if err := b.Sum(t.Context(), time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	b.take(t, connectionsAt("mara@example.com", noon.AddDate(0, 0, -9), noon.Add(-time.Hour)))
	sum()
	if got, want := b.summed(t, "2026-03-01"), time.Date(2026, time.March, 19, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("while rows come in it is summed until %s, want %s", got, want)
	}
	b.clock.Advance(2 * time.Minute)
	sum()
	if got, want := b.summed(t, "2026-03-01"), noon.Add(-time.Hour+time.Microsecond); !got.Equal(want) {
		t.Errorf("once they have settled until %s, want %s", got, want)
	}
	b.take(t, connectionsAt("mara@example.com", noon)) // the next of a feed
	if got := b.summed(t, "2026-03-01"); !got.Equal(noon.Add(-time.Hour + time.Microsecond)) {
		t.Errorf("what comes later undid the sums: %s", got)
	}
	b.take(t, connectionsAt("mara@example.com", noon.AddDate(0, 0, -1)))
	if got := b.summed(t, "2026-03-01"); got.Day() != 1 {
		t.Errorf("a row from before leaves them until %s", got)
	}
	if n := b.number(t, "select count(*) from pg_class where relname in ('connection_log_2026_04', 'site_usage_2026_03', 'site_usage_2026_04')"); n != 3 {
		t.Errorf("%d partitions are made ahead", n)
	}
}

// whileSumming does something after somebody's rows of March were read for the
// sums and before those are believed.
func (b *bundle) whileSumming(t *testing.T, person uuid.UUID, do func()) {
	t.Helper()
	b.exec(t, "select make_partition('record_month', '2025-03-01')")
	ended, undone := make(chan error, 1), errors.New("undone")
	err := b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		if _, err := tx.PGX.Exec(ctx, "insert into record_month values ($1, 'connection-log', '2025-03-01Z', 1, 1, now(), now())", person); err != nil {
			return err
		}
		go func() { ended <- b.Sum(t.Context(), 0) }()
		for range 500 {
			if b.number(t, "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'insert into record_month as%'") > 0 {
				do()
				return undone
			}
			time.Sleep(10 * time.Millisecond)
		}
		return errors.New("nobody sums")
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

func TestARowThatComesInWhileItsMonthIsSummedIsNotMissed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	at := time.Date(2025, time.March, 20, 12, 0, 0, 0, time.UTC)
	b.take(t, connectionsAt("mara@example.com", at, at.AddDate(0, 0, 1)))
	b.whileSumming(t, mara, func() { b.take(t, connectionsAt("mara@example.com", at.AddDate(0, 0, -1))) })
	if got := b.summed(t, "2025-03-01"); got.Day() != 1 {
		t.Errorf("sums without it are believed until %s", got)
	}
	b.totalsAreTrue(t, mara)
}

func TestWhoIsErasedWhileTheirRowsAreSummedIsInNoSum(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	at := time.Date(2025, time.March, 20, 12, 0, 0, 0, time.UTC)
	b.take(t, connectionsAt("mara@example.com", at, at.AddDate(0, 0, 1)))
	b.whileSumming(t, mara, func() { b.batches(t, only(t, b.Service, "connection-log"), mara, 10) })
	if n := b.number(t, "select count(*) from record_month"); n != 0 {
		t.Errorf("%d sums are left of somebody who is gone", n)
	}
}
