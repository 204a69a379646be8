package export_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"

	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
)

const rows = 12_345 // in three reads

// another is a second portal on the same database and store.
func (b *bundle) another() *bundle {
	b.source = nil
	d := b.Deps
	d.Plans = jobs.NewPlans(d.DB, b.queue, d.Log, d.Now)
	other := *b
	other.Deps, other.Service = d, export.New(d)
	return &other
}

// whole holds an archive of n connections to what there was to copy: each row
// once in both files, told once, as many files in the store as there are archives.
func (b *bundle) whole(e export.Export, n, archives int) {
	b.t.Helper()
	if now := b.find(e); now.State != export.Ready || now.RowsDone != int64(n) || now.RowsTotal != int64(n) || !now.Complete() {
		b.t.Fatalf("%+v", now)
	}
	got := b.fetch(e)
	table, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.files["data/connection-log/connection_log.csv"], "\ufeff"))).ReadAll()
	must(b.t, err)
	lines := strings.Split(strings.TrimSpace(got.files["data/connection-log/connection_log.ndjson"]), "\n")
	if len(lines) != n || len(table) != n+1 || got.about.Rows != int64(n) || !got.about.Complete {
		b.t.Fatalf("%d lines, %d rows, %d in the manifest, complete: %v; not %d", len(lines), len(table)-1, got.about.Rows, got.about.Complete, n)
	}
	for i, line := range lines {
		var row struct{ Bytes int }
		must(b.t, json.Unmarshal([]byte(line), &row))
		if row.Bytes != i+1 || table[i+1][3] != fmt.Sprint(i+1) {
			b.t.Fatalf("row %d is %s and %v", i, line, table[i+1])
		}
	}
	if s := b.stored(); len(s) != archives {
		b.t.Errorf("in the store: %v", s)
	}
	for _, sql := range []string{
		"select count(*) from audit_entry where action = 'export.ready' and subject = $1::uuid::text",
		"select count(*) from mail_message where kind = 'exportReady' and person_id = (select person_id from export where id = $1)",
	} {
		if times := b.count(sql, e.ID); times != 1 {
			b.t.Errorf("told %d times: %s", times, sql)
		}
	}
}

// parts are the keys of what has been read.
func (b *bundle) parts(e export.Export) (keys []string) {
	b.t.Helper()
	must(b.t, b.DB.Pool.QueryRow(b.t.Context(), `select coalesce(array_agg(key order by position, n), '{}') from export_step, unnest(parts) with ordinality as part(key, n)
		where export_id = $1`, e.ID).Scan(&keys))
	return keys
}

func TestAnExportThatIsStoppedAtAnyReadIsMadeWholeByAnotherPortal(t *testing.T) {
	t.Parallel()
	for at := 1; at <= 3; at++ {
		t.Run(fmt.Sprint("read ", at), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			mara := b.person("mara@example.com", "en")
			b.connections(mara, rows)
			e := b.ask(mara, "connection-log")
			ctx, stop := context.WithCancel(t.Context())
			b.beforeReads("connection-log", func(_ context.Context, read int) error {
				if read == at {
					stop()
				}
				return nil
			})
			b.exec("update plan set tries = 5") // even at its last try: a portal that stops has not tried
			if err := b.Plans.Run(ctx, "export", e.ID); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			if now := b.find(e); now.State != export.Building || len(b.stored()) != 0 {
				t.Fatalf("%+v, stored %v", now, b.stored())
			}
			b.another().build(e)
			b.whole(e, rows, 1)
		})
	}
}

func TestAStoreThatFailsAtAnyByteLeavesNothingAndTheNextTryIsWhole(t *testing.T) {
	t.Parallel()
	faults, bucket := newStore(t)
	b := setup(t, func(d *export.Deps) { d.Files = bucket })
	size := int64(1 << 20)
	const spread = 4 << 10 // by which two people's archives may differ
	for i := range 12 {
		mara := b.person(fmt.Sprintf("mara%d@example.com", i), "en")
		b.connections(mara, rows)
		e := b.ask(mara, "connection-log")
		switch i {
		case 0: // learns how large it is
		case 1:
			faults.room.Store(0)
		case 2:
			faults.closing.Store(true)
		case 3:
			faults.room.Store(size - spread)
		default:
			faults.room.Store(rand.Int64N(size - spread))
		}
		room := faults.room.Load()
		if i > 0 {
			if err := b.try(e); !errors.Is(err, errStore) {
				t.Fatalf("with room for %d of %d bytes: %v", room, size, err)
			}
			if now := b.find(e); now.State != export.Waiting || len(b.stored()) != 2*len(b.parts(e)) {
				t.Fatalf("%+v, stored %v of %v", now, b.stored(), b.parts(e))
			}
		}
		faults.room.Store(-1)
		faults.closing.Store(false)
		b.another().build(e)
		b.whole(e, rows, 1)
		for _, key := range b.stored() {
			o, err := faults.inner.Attributes(t.Context(), key)
			must(t, err)
			size = o.Size
			must(t, faults.inner.Delete(t.Context(), key))
		}
	}
}

func TestTwoPortalsAtOneExportTakeTurns(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en")
	b.connections(mara, rows)
	e := b.ask(mara, "connection-log")
	asleep, wake := make(chan struct{}), make(chan struct{})
	b.beforeReads("connection-log", func(_ context.Context, read int) error {
		if read == 2 {
			close(asleep)
			<-wake
		}
		return nil
	})
	first := make(chan error)
	go func() { first <- b.Plans.Run(t.Context(), "export", e.ID) }()
	<-asleep
	before := b.count("select count(*) from river_job where kind = 'plan.work'")
	other := b.another()
	b.clock.Advance(-6 * time.Hour) // whatever the clocks say
	must(t, other.Plans.Run(t.Context(), "export", e.ID))
	must(t, other.Plans.Sweep(t.Context()))
	if n := b.count("select count(*) from river_job where kind = 'plan.work'"); n != before || b.find(e).State != export.Building {
		t.Errorf("%d jobs, not %d, and it is %s", n, before, b.find(e).State)
	}
	close(wake)
	must(t, <-first)
	b.whole(e, rows, 1)
}

func TestAClockPutBackKeepsNoExportWaiting(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := b.ask(b.person("mara@example.com", "en"), "profile")
	b.clock.Advance(-6 * time.Hour)
	b.build(e)
	if now := b.find(e); now.State != export.Ready {
		t.Errorf("it is %s", now.State)
	}
}

func TestACommitWhoseAnswerIsLostLeavesTheArchiveItPromises(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en")
	b.connections(mara, 300)
	e := b.ask(mara, "connection-log")
	// The commit takes long, and goes through although its client is gone.
	testkit.AsSuperuser(t, b.DB, `create function slow() returns trigger language plpgsql as $$
		begin perform pg_sleep(3); return null; exception when query_canceled then return null; end $$`,
		`create constraint trigger slow after update on export deferrable initially deferred
		for each row when (new.state = 'ready') execute function slow()`)
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		for b.count("select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'") == 0 {
			time.Sleep(5 * time.Millisecond)
		}
		stop()
	}()
	_ = b.Plans.Run(ctx, "export", e.ID) // whatever it thinks became of it
	for end := time.Now().Add(20 * time.Second); b.find(e).State == export.Building && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	b.another().build(e)
	b.whole(e, 300, 1)
}

// The child is a portal of its own, killed where it may be at that moment.
func TestAnExportKilledAnywhereGoesOnBehindItsLastPart(t *testing.T) {
	t.Parallel()
	if url := os.Getenv("EXPORT_KILL"); url != "" {
		db, err := postgres.Open(t.Context(), postgres.Config{URL: url, MaxConns: 4})
		must(t, err)
		b := setupOn(t, db, func(d *export.Deps) { d.Files = folder(t, os.Getenv("EXPORT_FILES")) })
		b.beforeReads("connection-log", func(context.Context, int) error { time.Sleep(20 * time.Millisecond); return nil })
		must(t, b.Plans.Run(t.Context(), "export", uuid.MustParse(os.Getenv("EXPORT_ID"))))
		return
	}
	const many = 400_000
	url, files := testkit.DatabaseURL(t), t.TempDir()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: url, MaxConns: 8})
	must(t, err)
	t.Cleanup(db.Close)
	b := setupOn(t, db, func(d *export.Deps) { d.Files = folder(t, files) })
	mara := b.person("mara@example.com", "en")
	b.connections(mara, many)
	e := b.ask(mara, "connection-log")

	var before []string
	for kill := 1; kill <= 4; kill++ {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		child.Env = append(os.Environ(), "EXPORT_KILL="+url, "EXPORT_FILES="+files, "EXPORT_ID="+e.ID.String(), "PORTAL_KEYS_OF_TEST="+b.keys)
		must(t, child.Start())
		for end := time.Now().Add(time.Minute); len(b.parts(e)) <= len(before) && b.find(e).State.UnderWay(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the child reads nothing")
			}
		}
		time.Sleep(rand.N(300 * time.Millisecond))
		must(t, child.Process.Kill())
		_ = child.Wait()
		// The server may still be ending what the dead were about.
		for end := time.Now().Add(10 * time.Second); b.count(`select count(*) from pg_locks l join pg_class c on c.oid = l.relation where c.relname = 'plan' and l.pid <> pg_backend_pid()`) > 0 && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
		after := b.parts(e)
		if len(after) < len(before) || !slices.Equal(after[:len(before)], before) {
			t.Fatalf("kill %d: parts that were finished were read again: %v, then %v", kill, before, after)
		}
		must(t, b.Sweep(t.Context())) // what is under way is not swept
		before = after
	}
	if now := b.find(e); now.State != export.Building || len(before) < 4 {
		t.Fatalf("killed four times it is %s, with %d parts", now.State, len(before))
	}
	done := b.find(e).RowsDone
	reads := b.beforeReads("connection-log", func(context.Context, int) error { return nil })
	b.build(e)
	if most := (many-done)/4_000 + 3; reads.Load() > most { // half a megabyte each
		t.Errorf("%d reads for the last %d rows", reads.Load(), many-done)
	}
	b.whole(e, many, 1)
}

// folder is a store as the portal opens its own.
func folder(t *testing.T, at string) *blob.Bucket {
	t.Helper()
	bucket, err := fileblob.OpenBucket(at, &fileblob.Options{NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	must(t, err)
	return bucket
}
