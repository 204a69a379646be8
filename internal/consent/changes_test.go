package consent_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// follow reads on from a cursor to the end, so many lines at once.
func (b *bundle) follow(t *testing.T, after consent.Cursor, most int) (all []consent.Change, next consent.Cursor) {
	t.Helper()
	for more := true; more; {
		var page []consent.Change
		var err error
		page, more, err = b.Changes(t.Context(), after, most)
		if err != nil {
			t.Error(err)
			return all, after
		}
		if len(page) > most || more && len(page) < most {
			t.Errorf("%d lines of %d, and more: %t", len(page), most, more)
		}
		if len(page) > 0 {
			after = page[len(page)-1].Cursor()
		}
		all = append(all, page...)
	}
	return all, after
}

func TestALineThatWasWrittenEarlierAndCommittedLaterIsNotMissed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	early, late := b.person(t, "early@example.com"), b.person(t, "late@example.com")
	written, commit, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- b.db.InTx(context.WithoutCancel(t.Context()), func(ctx context.Context, tx postgres.Tx) error {
			_, err := b.AllOffIn(ctx, tx, chosen(early))
			close(written)
			<-commit
			return err
		})
	}()
	<-written
	b.set(t, late, map[string]bool{topic: true})
	first, cursor := b.follow(t, consent.Cursor{}, 10)
	close(commit)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	second, _ := b.follow(t, cursor, 10)
	if len(first) != 1 || first[0].Person != late || first[0].Wording == "" || len(second) != 1 || second[0].Person != early || second[0].Topic != consent.All || !second[0].At.Before(first[0].At) {
		t.Errorf("first %+v, then %+v", first, second)
	}
	// What changes nothing is no change.
	b.set(t, late, map[string]bool{topic: true})
	if again, _ := b.follow(t, second[0].Cursor(), 10); len(again) != 0 {
		t.Errorf("%+v", again)
	}
}

// Two who do it at once could give what is committed later an earlier place, behind
// the back of whoever read on from there.
func TestWhoGivesLinesTheirPlacesDoesSoAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.set(t, b.person(t, "mara@example.com"), map[string]bool{topic: true})
	placed := make(chan error, 1)
	err := b.db.InTx(t.Context(), func(_ context.Context, tx postgres.Tx) error {
		if _, err := tx.PGX.Exec(t.Context(), `select pg_advisory_xact_lock(hashtextextended('portal consent place', 0))`); err != nil {
			return err
		}
		go func() {
			_, _, err := b.Changes(context.WithoutCancel(t.Context()), consent.Cursor{}, 10)
			placed <- err
		}()
		select {
		case err := <-placed:
			t.Errorf("somebody places lines beside another (%v)", err)
			placed <- err
		case <-time.After(300 * time.Millisecond):
		}
		return nil
	})
	if err = errors.Join(err, <-placed); err != nil {
		t.Error(err)
	}
}

func TestWhoeverFollowsTheLedgerWhileManyWriteItReadsEachLineOnceAndInOneOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const writers, rounds = 6, 12
	var writing sync.WaitGroup
	var open atomic.Int32
	for w := range writers {
		id := b.person(t, fmt.Sprintf("p%d@example.com", w))
		open.Add(1)
		writing.Go(func() {
			defer open.Add(-1)
			for i := range rounds {
				err := b.db.InTx(context.WithoutCancel(t.Context()), func(ctx context.Context, tx postgres.Tx) error {
					c := chosen(id)
					c.Channel = consent.Page
					_, err := b.AllOffIn(ctx, tx, c)
					time.Sleep(time.Duration(rand.IntN(8)) * time.Millisecond)
					return err
				})
				if err == nil && i%2 == 0 {
					_, err = b.Set(context.WithoutCancel(t.Context()), chosen(id), map[string]bool{topic: true})
				}
				if err == nil {
					err = b.UndoUnsubscribe(context.WithoutCancel(t.Context()), consent.Link{Person: id, Topic: topic}, "en")
				}
				if err != nil && !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			}
		})
	}
	var readers sync.WaitGroup
	read := make([][]consent.Change, 3)
	for r := range read {
		readers.Go(func() {
			var cursor consent.Cursor
			for last := false; !last; {
				last = open.Load() == 0
				var more []consent.Change
				more, cursor = b.follow(t, cursor, 1+r*7)
				read[r] = append(read[r], more...)
			}
		})
	}
	writing.Wait()
	readers.Wait()
	lines := b.count(t, "consent_event")
	if lines < writers*rounds {
		t.Fatalf("only %d lines", lines)
	}
	for r, all := range read {
		seen := map[string]bool{}
		for i, c := range all {
			seen[c.ID.String()] = true
			if c != read[0][i] {
				t.Fatalf("reader %d at %d: %+v, another %+v", r, i, c, read[0][i])
			}
		}
		if len(all) != lines || len(seen) != lines {
			t.Errorf("reader %d read %d lines, %d of them once: there are %d", r, len(all), len(seen), lines)
		}
	}
}

func TestACursorThatIsNoneOrOfAnotherLedgerIsRefusedAndOneOfSomebodyErasedGoesOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin, kim := b.person(t, "robin@example.com"), b.person(t, "kim@example.com")
	b.set(t, robin, map[string]bool{topic: true})
	b.set(t, kim, map[string]bool{topic: true})
	all, _ := b.follow(t, consent.Cursor{}, 1)
	behind := all[1].Cursor()
	for _, s := range []string{"0", "1", "1.", "-1.00000000", "01.00000000", "1.0000000", behind.String() + " ", "9" + behind.String()[1:] + "9"} {
		if _, err := consent.ParseCursor(s); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{"2.00000000", "3.00000000"} { // a line of another number; one that there has never been
		c, err := consent.ParseCursor(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := b.Changes(t.Context(), c, 10); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", s, err)
		}
	}
	for _, n := range []int{0, -1, consent.ChangesMost + 1} {
		if _, _, err := b.Changes(t.Context(), behind, n); !fault.Is(err, fault.Invalid) {
			t.Errorf("%d at once: %v", n, err)
		}
	}
	b.exec(t, `insert into erasure (person_id, id, state, asked_at, runs_at, lang) values ($1, gen_random_uuid(), 'grace', $2, $2, 'en')`, kim, b.clock.Now().Add(-time.Hour))
	b.exec(t, `update erasure set state = 'running', started_at = $1`, b.clock.Now())
	b.exec(t, `insert into audit_entry (id, at, actor_kind, action, person_id, subject) select gen_random_uuid(), now(), 'system', 'erasure.begun', person_id, id::text from erasure`)
	b.exec(t, `select erase_from_ledger('consent_event', 'delete', null, $1, null)`, kim)
	if n := b.count(t, "consent_place"); n != 1 {
		t.Errorf("%d lines have a place", n)
	}
	b.set(t, robin, map[string]bool{topic: false})
	next, err := consent.ParseCursor(behind.String())
	if err != nil {
		t.Fatal(err)
	}
	if more, _ := b.follow(t, next, 10); len(more) != 1 || more[0].Person != robin || more[0].Given || more[0].Position != 3 {
		t.Errorf("behind somebody who was erased: %+v", more)
	}
}
