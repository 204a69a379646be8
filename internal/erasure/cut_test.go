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

func TestAnErasureCutAfterEveryBatchAndAtEveryFarEndGivesTheSameReceipt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Erasures.Batch = 100
	whole, cut := b.person("whole@example.com", "Mara Lindqvist"), b.person("cut@example.com", "Mara Lindqvist")
	b.seed(whole, 0, "x")
	b.seed(cut, 1, "x")
	first, id := b.ask(whole), b.ask(cut)
	b.clock.Advance(b.Erasures.Grace)
	want := lines(b.finished(first))
	dropped := 0
	b.Erasures.Revoke = b.failing(func(ctx context.Context, person uuid.UUID) error { return b.SSO.EndAll(ctx, person) })
	b.Erasures.DropExports = b.failing(func(context.Context, uuid.UUID) error {
		if b.number(`select count(*) from erasure where id = $1 and receipt = '' and state = 'running'`, id) != 1 {
			t.Error("downloads go after the receipt")
		}
		dropped++
		return nil
	})
	done := b.Erasures.Done
	ends := 0
	b.Erasures.Done = func(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
		if ends++; ends == 1 {
			return errors.Join(done(ctx, tx, id), errCut)
		}
		return done(ctx, tx, id)
	}
	for range 2 { // at the sign-in services, at the downloads
		if _, err := b.Erasures.Run(t.Context(), id); !errors.Is(err, errCut) {
			t.Fatalf("cut at a far end: %v", err)
		}
	}
	if n := b.number(`select coalesce(sum(rows_done), 0) from erasure_step where erasure_id = $1`, id); n != 0 {
		t.Errorf("%d rows went before the far ends", n)
	}
	cuts := 0
	for b.cutAfterOneBatch(id) {
		cuts++
	}
	if cuts < 10 || dropped == 0 || ends != 1 {
		t.Errorf("%d cuts, %d times dropped, %d ends", cuts, dropped, ends)
	}
	if e, err := b.Erasures.Get(t.Context(), id); err != nil || e.State != erasure.Running || e.Receipt != "" {
		t.Fatalf("cut at its end: %s, %v", e.State, err)
	}
	if got := lines(b.finished(id)); got != want {
		t.Errorf("cut %d times, the receipt says\n%s\nnot\n%s", cuts, got, want)
	}
}

// failing lets the first call fail.
func (*bundle) failing(fn func(context.Context, uuid.UUID) error) func(context.Context, uuid.UUID) error {
	calls := 0
	return func(ctx context.Context, person uuid.UUID) error {
		if calls++; calls == 1 {
			return errCut
		}
		return fn(ctx, person)
	}
}

// cutAfterOneBatch runs an erasure and kills it while it rests after the first
// batch that did something. It is false if none did: then it has come to its end.
func (b *bundle) cutAfterOneBatch(id uuid.UUID) bool {
	b.t.Helper()
	b.Erasures.Rest = time.Hour
	ctx, kill := context.WithCancel(b.t.Context())
	defer kill()
	const progress = `select coalesce(sum(rows_done), 0)::bigint from erasure_step where erasure_id = $1`
	before := b.number(progress, id)
	ended := make(chan error, 1)
	go func() { _, err := b.Erasures.Run(ctx, id); ended <- err }()
	for {
		select {
		case err := <-ended:
			if !errors.Is(err, errCut) {
				b.t.Fatalf("it ended by itself: %v", err)
			}
			return false
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
