package export_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// jobs is how many builds of an export are asked for.
func (b *bundle) jobs(e export.Export) int64 {
	b.t.Helper()
	return b.count("select count(*) from river_job where kind = 'export.build' and args->>'id' = $1::uuid::text", e.ID)
}

func TestABuildWhoseJobDiedIsAskedForOnceMoreAfterTwoSilentMinutes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en")
	e := b.ask(mara, "profile")
	b.exec("delete from river_job")
	b.exec("update export set state = 'building', blob_key = 'export/lost', touched_at = $1", b.clock.Now())
	b.clock.Advance(2 * time.Minute)
	must(t, b.Tend(t.Context()))
	if n := b.jobs(e); n != 0 {
		t.Fatalf("%d jobs for a build that may still be alive", n)
	}
	b.clock.Advance(time.Second)
	must(t, b.Tend(t.Context()))
	must(t, b.Tend(t.Context()))
	if n := b.jobs(e); n != 1 {
		t.Fatalf("%d jobs, not one", n)
	}
	must(t, b.Build(t.Context(), mara, e.ID, firstTry))
	if now := b.find(e); now.State != export.Ready {
		t.Errorf("it is %s", now.State)
	}
}

func TestAWaitingCopyIsAskedForOnceMoreOnlyIfItsJobWasLost(t *testing.T) {
	t.Parallel()
	b := setup(t)
	never, tried, fine := b.ask(b.person("a@example.com", "en"), "profile"), b.ask(b.person("b@example.com", "en"), "profile"), b.ask(b.person("c@example.com", "en"), "profile")
	b.exec("delete from river_job where args->>'id' = $1::uuid::text", never.ID)
	b.exec("update river_job set state = 'discarded', finalized_at = now() where args->>'id' = $1::uuid::text", tried.ID)
	b.exec("update export set touched_at = $1 where id = $2", b.clock.Now(), tried.ID)
	must(t, b.Tend(t.Context()))
	if b.jobs(never) != 0 {
		t.Fatal("a copy asked for just now was begun a second time")
	}
	b.clock.Advance(3 * time.Minute)
	for range 3 {
		must(t, b.Tend(t.Context()))
	}
	if n, m, o := b.jobs(never), b.jobs(tried), b.jobs(fine); n != 1 || m != 2 || o != 1 {
		t.Errorf("%d, %d and %d jobs; not 1, 2 with the one that was thrown away, and 1", n, m, o)
	}
}

func TestAJobLeftByAFinishedCopyDoesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en")
	e := b.ask(mara, "profile")
	must(t, b.Build(t.Context(), mara, e.ID, firstTry))
	before := b.find(e)
	must(t, b.Build(t.Context(), mara, e.ID, lastTry))
	if now := b.find(e); now.BlobKey != before.BlobKey || len(b.stored()) != 1 || b.count("select count(*) from mail_message") != 1 {
		t.Errorf("%+v, not %+v", now, before)
	}
	must(t, b.Build(t.Context(), mara, postgres.NewID(), firstTry)) // nor one of nothing
}

func TestSweepingTakesWhatNoRowNamesAndNeverALiveFile(t *testing.T) {
	t.Parallel()
	files := t.TempDir()
	b := setup(t, func(d *export.Deps) { d.Files = folder(t, files) })
	ready, mara := b.person("ready@example.com", "en"), b.person("mara@example.com", "en")
	done := b.ask(ready, "profile")
	must(t, b.Build(t.Context(), ready, done.ID, firstTry))
	b.connections(mara, rows)
	e := b.ask(mara, "connection-log")
	orphan := "export/" + postgres.NewID().String() + "-" + strings.Repeat("0", 32)
	for _, key := range []string{orphan, orphan + ".18ab.tmp", "export/short", b.find(done).BlobKey[:30]} {
		must(t, b.Files.WriteAll(t.Context(), key, []byte("left"), nil))
	}
	must(t, b.Files.WriteAll(t.Context(), "elsewhere", []byte("not ours"), nil))
	swept := false
	b.beforeReads("connection-log", func(_ context.Context, read int) error {
		if swept = read == 3; swept { // its file is half written
			must(t, b.Sweep(t.Context()))
			if s := b.stored(); len(s) != 3 {
				t.Errorf("beside a build, after a sweep: %v", s)
			}
		}
		return nil
	})
	must(t, b.Build(t.Context(), mara, e.ID, firstTry))
	must(t, b.Sweep(t.Context()))
	s := b.stored()
	if len(s) != 3 || strings.Join(s, " ") != fmt.Sprint("elsewhere ", b.find(done).BlobKey, " ", b.find(e).BlobKey) {
		t.Errorf("after all: %v", s)
	}
	b.fetch(done)
	b.fetch(e)
}

func TestOneFileThatWillNotGoKeepsNoOtherInTheStore(t *testing.T) {
	t.Parallel()
	faults, bucket := newStore(t)
	b := setup(t, func(d *export.Deps) { d.Files = bucket })
	var made []export.Export
	for i := range 3 {
		person := b.person(fmt.Sprintf("p%d@example.com", i), "en")
		e := b.ask(person, "profile")
		must(t, b.Build(t.Context(), person, e.ID, firstTry))
		made = append(made, b.find(e))
	}
	b.clock.Advance(b.Keep)
	faults.stuck.Store(made[0].BlobKey)
	if err := b.Tend(t.Context()); err == nil {
		t.Error("nobody hears that a file is stuck")
	}
	for i, want := range []export.State{export.Ready, export.Expired, export.Expired} {
		if now := b.find(made[i]); now.State != want {
			t.Errorf("%d is %s", i, now.State)
		}
	}
	if _, err := b.Open(t.Context(), audit.ByPerson(made[0].PersonID), made[0].PersonID, made[0].ID); !fault.Is(err, fault.Gone) {
		t.Errorf("past its hour: %v", err)
	}
	b.exec("update export set state = 'expired', blob_key = ''")
	must(t, bucket.WriteAll(t.Context(), "export/zzz", nil, nil))
	if err := b.Sweep(t.Context()); err == nil || len(b.stored()) != 1 {
		t.Errorf("%v, stored %v", err, b.stored())
	}
	faults.stuck.Store("")
	must(t, b.Sweep(t.Context()))
	if len(b.stored()) != 0 {
		t.Errorf("stored %v", b.stored())
	}
}

func TestABuildSaysThatItLivesWhileTheStoreTakesItsTime(t *testing.T) {
	t.Parallel()
	faults, bucket := newStore(t)
	b := setup(t, func(d *export.Deps) { d.Files = bucket })
	mara := b.person("mara@example.com", "en")
	e := b.ask(mara, "profile")
	lives := false
	faults.ended = func() { // the store is still busy with the file
		now := b.clock.Advance(3 * time.Minute)
		for end := time.Now().Add(30 * time.Second); !lives && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			lives = b.find(e).TouchedAt.Equal(now)
		}
	}
	must(t, b.Build(t.Context(), mara, e.ID, firstTry))
	if !lives || b.find(e).State != export.Ready {
		t.Error("for three minutes it gave no sign of life")
	}
}
