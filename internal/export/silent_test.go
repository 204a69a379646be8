package export_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/testkit"
)

var errDown = errors.New("connection refused")

func TestASourceThatIsDownPutsTheCopyOffAndSaysWhichItIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en")
	b.connections(mara, rows)
	e := b.ask(mara, "connection-log", "profile")
	down := true
	reads := b.beforeReads("connection-log", func(context.Context, int) error {
		if down {
			return errDown
		}
		return nil
	})
	if err := b.try(e); !errors.Is(err, errDown) {
		t.Fatal(err)
	}
	if now := b.find(e); now.State != export.Waiting || now.Failure != "connection-log" || reads.Load() != 3 || b.count("select count(*) from mail_message") != 0 {
		t.Fatalf("%q after %d reads; mail was written", now.Failure, reads.Load())
	}
	down = false // back before the last try
	b.build(e)
	if now := b.find(e); now.Failure != "" {
		t.Errorf("it still says that %q is silent", now.Failure)
	}
	b.source = nil
	got := b.fetch(e)
	if status, because, n := got.says("connection-log"); status != "included" || because != "" || n != rows || !got.about.Complete {
		t.Errorf("%s %q with %d rows", status, because, n)
	}
	if strings.Contains(got.files["index.html"], "What is missing") || strings.Contains(b.letter(mara, "exportReady"), "answer") {
		t.Error("the page or the letter speaks of gaps")
	}
}

func TestASourceThatStumblesIsAskedForTheSameBatchAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en")
	b.connections(mara, rows)
	e := b.ask(mara, "connection-log")
	b.beforeReads("connection-log", func(_ context.Context, read int) error {
		if read%2 == 0 {
			return errDown
		}
		return nil
	})
	b.build(e)
	b.whole(e, rows, 1)
}

func TestWhatIsStillSilentAtTheLastTryIsSaidToBeMissingByPageLetterAndManifest(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		from int // the read at which the source falls silent
		rows int64
	}{"from the beginning": {1, 0}, "midway": {2, 200}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			mara := b.person("mara@example.com", "en")
			b.connections(mara, rows)
			e := b.ask(mara, "connection-log", "profile")
			b.beforeReads("connection-log", func(_ context.Context, read int) error {
				if read >= test.from {
					return errDown
				}
				return nil
			})
			b.build(e)
			now := b.find(e)
			if now.State != export.Ready || now.Complete() || b.told != 0 {
				t.Fatalf("%+v, told %d times that the request is answered", now, b.told)
			}
			got := b.fetch(e)
			status, because, n := got.says("connection-log")
			if status != "incomplete" || !strings.Contains(because, "did not answer") || n != test.rows || got.about.Complete || got.about.Rows != test.rows+2 {
				t.Errorf("the manifest: %s, %q, %d rows, complete %v", status, because, n, got.about.Complete)
			}
			if got.status("profile") != "included" {
				t.Errorf("the profile is %s", got.status("profile"))
			}
			page := testkit.HTML(t, got.files["index.html"])
			lost := page.Text("section:has(#connection-log)")
			if !strings.Contains(lost, "What is missing") || !strings.Contains(lost, "Connection log") || !strings.Contains(lost, "did not answer") {
				t.Errorf("the page says %q", lost)
			}
			if !strings.Contains(page.Text("p.warning"), "gaps") {
				t.Error("the page looks complete")
			}
			if words := b.letter(mara, "exportIncomplete"); !strings.Contains(words, "with gaps") || !strings.Contains(words, "could not read: Connection log.") {
				t.Errorf("the letter says %q", words)
			}
			if b.count("select count(*) from mail_message where kind = 'exportReady'") != 0 ||
				b.count("select count(*) from audit_entry where action = 'export.ready' and detail @> '{\"complete\": false}'") != 1 {
				t.Error("it was told as complete")
			}
		})
	}
}

func TestASourceThatHangsIsASilentOne(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *export.Deps) { d.ReadTime = 300 * time.Millisecond })
	mara := b.person("mara@example.com", "en")
	e := b.ask(mara, "connection-log")
	b.beforeReads("connection-log", func(ctx context.Context, _ int) error {
		<-ctx.Done()
		return ctx.Err()
	})
	if err := b.try(e); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if now := b.find(e); now.State != export.Waiting || now.Failure != "connection-log" {
		t.Errorf("it is %s, and %q is silent", now.State, now.Failure)
	}
}

func TestACopyThatCannotBeMadeIsToldOfAndCanBeAskedForAgain(t *testing.T) {
	t.Parallel()
	faults, bucket := newStore(t)
	b := setup(t, func(d *export.Deps) { d.Files = bucket })
	mara := b.person("mara@example.com", "en")
	for range 2 {
		e := b.ask(mara, "profile")
		faults.room.Store(0)
		for try := 1; try <= 6; try++ {
			if err := b.try(e); !errors.Is(err, errStore) {
				t.Fatalf("try %d: %v", try, err)
			}
		}
		must(t, b.try(e))
		if now := b.find(e); now.State != export.Failed || now.BlobKey != "" || len(b.stored()) != 0 {
			t.Fatalf("%+v, stored %v", now, b.stored())
		}
		if words := b.letter(mara, "exportFailed"); !strings.Contains(words, "could not be made") {
			t.Errorf("the letter says %q", words)
		}
		if n := b.count("select count(*) from plan"); n != 0 {
			t.Errorf("%d plans are left", n)
		}
		if _, err := b.Open(t.Context(), audit.ByPerson(mara), mara, e.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("opening it: %v", err)
		}
	}
}
