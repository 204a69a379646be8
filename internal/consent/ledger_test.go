package consent_test

import (
	"context"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
)

// Whatever is said, by whichever way, the state is the ledger's last line, and
// the page that of a few lines of Go over the ledger.
func TestTheLedgerComesToTheStateWhateverIsSaidInWhichOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	ids := []string{topic, forAll, "analytics", "sharing", "transfer-us"}
	people := []uuid.UUID{b.person(t, "mara@example.com"), b.person(t, "noor@example.com"), b.person(t, "robin@example.com")}
	for range 120 {
		person, id := people[r.IntN(len(people))], ids[r.IntN(len(ids))]
		b.clock.Advance(time.Duration(r.IntN(3)-1) * time.Second) // clocks of two machines differ
		choice, link := chosen(person), consent.Link{Person: person, Topic: topic}
		var err error
		switch r.IntN(6) {
		case 0, 1:
			_, err = b.Set(t.Context(), choice, map[string]bool{id: r.IntN(2) == 0})
		case 2:
			err = b.Unsubscribe(t.Context(), link, consent.OneClick)
		case 3:
			_ = b.UndoUnsubscribe(t.Context(), link, "en") // there may be nothing to undo
		case 4:
			_, err = b.AllOff(t.Context(), choice)
		case 5:
			e := journal.Entry{Kind: journal.Withdrawal, At: b.clock.Now().Add(-time.Duration(r.IntN(10)) * time.Second), Person: person, ID: uuid.New(), Topic: id, Channel: "preferences"}
			err = b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
				_, err := b.Replay(ctx, tx, e)
				return err
			})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	n, err := b.Check(t.Context(), func(o consent.Odd) { t.Errorf("%+v", o) })
	if err != nil || n != len(people) {
		t.Errorf("%d people, %v", n, err)
	}
	for _, person := range people {
		events, err := b.history(t, person)
		if err != nil {
			t.Fatal(err)
		}
		last := map[string]consent.Event{}
		for _, e := range events {
			if was, ok := last[e.Topic]; !ok || e.At.After(was.At) || e.At.Equal(was.At) && !e.Given {
				last[e.Topic] = e
			}
		}
		for _, p := range b.preferences(t, person) {
			e, said := last[p.Topic.ID]
			if said && !p.Topic.Locked && (p.On != e.Given || !p.Since.Equal(e.At)) {
				t.Errorf("%s: the page says %v since %v, and the ledger's last line %v at %v", p.Topic.ID, p.On, p.Since, e.Given, e.At)
			}
		}
		if len(last) < 4 {
			t.Errorf("little was said: %v", maps.Keys(last))
		}
	}
	b.exec(t, "update consent_state set given = not given where person_id = $1 and topic = $2", people[0], topic)
	b.exec(t, "delete from consent_state where person_id = $1 and topic = $2", people[1], topic)
	odd := 0
	if _, err := b.Check(t.Context(), func(consent.Odd) { odd++ }); err != nil || odd != 2 {
		t.Errorf("of 2 states that are wrong, %d were found (%v)", odd, err)
	}
}

func TestANoToAllMailIsNoneToOtherUsesButAnErasureIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	b.set(t, mara, map[string]bool{topic: true, "analytics": true})
	b.clock.Advance(time.Minute)
	if _, err := b.AllOff(t.Context(), chosen(mara)); err != nil || b.on(t, mara, topic) || !b.on(t, mara, "analytics") || !b.on(t, mara, "sharing") {
		t.Errorf("a no to all mail: %v", err)
	}
	if b.mayMail(t, mara, "mara@example.com", "analytics") {
		t.Error("mail may go about a use")
	}
	off := consent.Choice{Actor: audit.BySystem("test"), Person: mara, Channel: consent.Erasing}
	if _, err := b.AllOff(t.Context(), off); err != nil || b.on(t, mara, "analytics") {
		t.Errorf("an erasure leaves a use agreed to (%v)", err)
	}
}
