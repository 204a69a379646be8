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
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"

	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
)

const rows = 12_345 // in three batches

var lastTry = export.Try{N: 6, Of: 6}

// another is a second portal on the same database and store.
func (b *bundle) another() *export.Service {
	b.source = nil
	return export.New(b.Deps)
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

// waits says that a try has left an export as if there had been none.
func (b *bundle) waits(e export.Export) {
	b.t.Helper()
	if now := b.find(e); now.State != export.Waiting || now.BlobKey != "" || len(b.stored()) != 0 {
		b.t.Fatalf("%+v, stored %v", now, b.stored())
	}
}

func TestABuildThatIsStoppedAtAnyBatchIsMadeWholeByAnotherPortal(t *testing.T) {
	t.Parallel()
	for at := 1; at <= 3; at++ {
		t.Run(fmt.Sprint("batch ", at), func(t *testing.T) {
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
			// Even at its last try: a portal that stops has not tried.
			if err := b.Build(ctx, mara, e.ID, lastTry); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			b.waits(e)
			must(t, b.another().Build(t.Context(), mara, e.ID, lastTry))
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
			if err := b.Build(t.Context(), mara, e.ID, firstTry); !errors.Is(err, errStore) {
				t.Fatalf("with room for %d of %d bytes: %v", room, size, err)
			}
			b.waits(e)
		}
		faults.room.Store(-1)
		faults.closing.Store(false)
		must(t, b.another().Build(t.Context(), mara, e.ID, firstTry))
		b.whole(e, rows, 1)
		for _, key := range b.stored() {
			o, err := faults.inner.Attributes(t.Context(), key)
			must(t, err)
			size = o.Size
			must(t, faults.inner.Delete(t.Context(), key))
		}
	}
}

func TestABuildThatComesBackFromTheDeadLeavesTheOtherPortalsArchiveAlone(t *testing.T) {
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
	go func() { first <- b.Build(t.Context(), mara, e.ID, firstTry) }()
	<-asleep
	if now := b.find(e); now.State != export.Building {
		t.Fatalf("it is %s", now.State)
	}
	must(t, export.New(b.Deps).Build(t.Context(), mara, e.ID, firstTry))
	close(wake)
	must(t, <-first)
	b.whole(e, rows, 1)
}

func TestACommitWhoseAnswerIsLostLeavesTheArchiveItPromises(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en")
	b.connections(mara, 300)
	e := b.ask(mara, "connection-log")
	// The commit takes long, and goes through although its client is gone.
	b.exec(`create function slow() returns trigger language plpgsql as $$
		begin perform pg_sleep(3); return null; exception when query_canceled then return null; end $$`)
	b.exec(`create constraint trigger slow after update on export deferrable initially deferred
		for each row when (new.state = 'ready') execute function slow()`)
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		for b.count("select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'") == 0 {
			time.Sleep(5 * time.Millisecond)
		}
		stop()
	}()
	_ = b.Build(ctx, mara, e.ID, firstTry) // whatever it thinks became of it
	for end := time.Now().Add(20 * time.Second); b.find(e).State == export.Building && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if b.find(e).State != export.Ready {
		must(t, b.another().Build(t.Context(), mara, e.ID, firstTry))
	}
	b.whole(e, 300, 1)
}

func TestABuildKilledByTheSystemIsBegunAgainAndLeavesNothing(t *testing.T) {
	t.Parallel()
	if url := os.Getenv("EXPORT_KILL"); url != "" {
		db, err := postgres.Open(t.Context(), postgres.Config{URL: url, MaxConns: 4})
		must(t, err)
		b := setupOn(t, db, func(d *export.Deps) { d.Files = folder(t, os.Getenv("EXPORT_FILES")) })
		b.beforeReads("connection-log", func(_ context.Context, read int) error { time.Sleep(time.Duration(read) * time.Second); return nil })
		must(t, b.Build(t.Context(), uuid.MustParse(os.Getenv("EXPORT_PERSON")), uuid.MustParse(os.Getenv("EXPORT_ID")), firstTry))
		return
	}
	url, files := testkit.DatabaseURL(t), t.TempDir()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: url, MaxConns: 8})
	must(t, err)
	t.Cleanup(db.Close)
	b := setupOn(t, db, func(d *export.Deps) { d.Files = folder(t, files) })
	mara := b.person("mara@example.com", "en")
	b.connections(mara, rows)
	e := b.ask(mara, "connection-log")

	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), "EXPORT_KILL="+url, "EXPORT_FILES="+files, "EXPORT_PERSON="+mara.String(), "EXPORT_ID="+e.ID.String())
	must(t, child.Start())
	begun := func() bool {
		m, _ := filepath.Glob(filepath.Join(files, "export", "*"))
		return len(m) > 0 && b.find(e).RowsDone > 0
	}
	for end := time.Now().Add(time.Minute); !begun(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the child has not begun")
		}
	}
	must(t, child.Process.Kill())
	_ = child.Wait()
	if now := b.find(e); now.State != export.Building || len(b.stored()) != 1 {
		t.Fatalf("killed, it is %s, stored %v", now.State, b.stored())
	}
	must(t, b.Sweep(t.Context())) // its claim stands: it may be alive for all that this portal knows
	if len(b.stored()) != 1 {
		t.Error("a file whose build holds the claim was swept")
	}
	must(t, b.Build(t.Context(), mara, e.ID, firstTry))
	must(t, b.Sweep(t.Context()))
	b.whole(e, rows, 1)
}

// folder is a store as the portal opens its own.
func folder(t *testing.T, at string) *blob.Bucket {
	t.Helper()
	bucket, err := fileblob.OpenBucket(at, &fileblob.Options{NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	must(t, err)
	return bucket
}
