package erasure_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/postgres"
)

var errCut = errors.New("the power went")

func TestAnErasureCutAfterEveryBatchAndAtEveryFinalizerGivesTheSameReceipt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Erasures.Adjust(func(d *erasure.Deps) { d.Batch = 100 })
	whole, cut := b.person("whole@example.com", "Mara Lindqvist"), b.person("cut@example.com", "Mara Lindqvist")
	b.seed(whole, 0, "x")
	b.seed(cut, 1, "x")
	first, id := b.ask(whole), b.ask(cut)
	b.clock.Advance(erasure.DefaultGrace)
	want := lines(b.finished(first))
	fails := []int{0, 0}
	for i, table := range []string{"sso_link", "export"} { // at the sign-in services, at the downloads
		b.finalizer(erasure.Finalizer{Table: table, Poll: func(context.Context, postgres.Tx, uuid.UUID, bool) (bool, bool, error) {
			if b.number(`select count(*) from erasure where id = $1 and receipt = '' and state = 'running'`, id) != 1 {
				t.Error("a finalizer comes after the receipt")
			}
			if fails[i]++; fails[i] == 1 {
				return false, false, errCut
			}
			return true, true, nil
		}})
	}
	ends := 0
	b.Erasures.Adjust(func(d *erasure.Deps) {
		done := d.Done
		d.Done = func(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
			if ends++; ends == 1 {
				return errors.Join(done(ctx, tx, id), errCut)
			}
			return done(ctx, tx, id)
		}
	})
	cuts := 0
	for b.cutAfterOneBatch(id) {
		cuts++
	}
	if cuts < 10 || fails[0] < 2 || fails[1] < 2 || ends != 1 {
		t.Errorf("%d cuts, finalizers asked %v times, %d ends", cuts, fails, ends)
	}
	if e, err := b.Erasures.Get(t.Context(), id); err != nil || e.State != erasure.Running || e.Receipt != "" {
		t.Fatalf("cut at its end: %s, %v", e.State, err)
	}
	if got := lines(b.finished(id)); got != want {
		t.Errorf("cut %d times, the receipt says\n%s\nnot\n%s", cuts, got, want)
	}
}

// A batch that sought its rows from the beginning would look at all that is
// dead; nothing comes there, since ingest takes whom it writes about.
func TestAnErasureGoesOnBehindTheLastKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Erasures.Adjust(func(d *erasure.Deps) { d.Batch = 100 })
	mara := b.person("mara@example.com", "Mara Lindqvist")
	b.seed(mara, 0, "x")
	id := b.ask(mara)
	b.clock.Advance(erasure.DefaultGrace)
	const resumed = `select count(*) from erasure_step where erasure_id = $1 and category = 'connection-log' and source = 'connection_log' and resume <> ''`
	for cuts := 0; b.number(resumed, id) == 0; cuts++ {
		if cuts == 100 || !b.cutAfterOneBatch(id) {
			t.Fatal("it has come to its end, and never said how far it was")
		}
	}
	b.exec(`insert into connection_log (person_id, started_at, id, network, bytes, seconds)
		select $1, min(started_at) - interval '1 hour', 1, '203.0.113.0/24', 1, 1 from connection_log where person_id = $1`, mara)
	b.Erasures.Adjust(func(d *erasure.Deps) { d.Rest = time.Millisecond })
	b.finished(id)
	if n := b.number(`select count(*) from connection_log where person_id = $1`, mara); n != 1 {
		t.Errorf("%d rows are left, not the one that lies before", n)
	}
	if n := b.number(`select count(*) from erasure_step where resume <> '' or done_at is null`); n != 0 {
		t.Errorf("%d steps still say how far they were", n)
	}
}

// cutAfterOneBatch runs an erasure and kills it while it rests after the first
// batch that did something. It is false if none did: then it has come to its end.
func (b *bundle) cutAfterOneBatch(id uuid.UUID) bool {
	b.t.Helper()
	b.Erasures.Adjust(func(d *erasure.Deps) { d.Rest = time.Hour })
	ctx, kill := context.WithCancel(b.t.Context())
	defer kill()
	const progress = `select coalesce(sum(rows_done), 0)::bigint from erasure_step where erasure_id = $1`
	before := b.number(progress, id)
	ended := make(chan error, 1)
	b.exec(`update plan set due_at = '-infinity' where kind = 'erasure'`)
	go func() { ended <- b.Erasures.Run(ctx, id) }()
	for {
		select {
		case err := <-ended:
			if err != nil && !errors.Is(err, errCut) {
				b.t.Fatalf("it ended by itself: %v", err)
			}
			return !errors.Is(err, errCut) || b.number(`select count(*) from erasure_step where erasure_id = $1 and done_at is null`, id) > 0
		case <-time.After(2 * time.Millisecond):
		}
		if b.number(progress, id) > before {
			kill()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				b.t.Fatalf("killed: %v", err)
			}
			return true
		}
	}
}

// lines are what a receipt says of each category.
func lines(e erasure.Erasure) string {
	var said []string
	for line := range strings.Lines(e.Receipt) {
		if strings.HasPrefix(line, "- ") || strings.HasSuffix(line, ":\n") {
			said = append(said, line)
		}
	}
	return strings.Join(said, "")
}
