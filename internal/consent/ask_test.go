package consent_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit"
)

// askFor is one answer.
func (b *bundle) askFor(t *testing.T, topic, name string) consent.Answer {
	t.Helper()
	said, err := b.Ask(t.Context(), topic, []consent.Name{consent.NameOf(name)})
	if err != nil {
		t.Fatal(err)
	}
	return said[0]
}

func TestASenderIsToldWhetherWhyAndSinceWhenOfEveryTopicByAddressAndById(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.person(t, "robin@example.com")
	b.exec(t, `insert into email_address (person_id, id, address, is_primary, verified_at) values ($1, gen_random_uuid(), 'second@example.com', false, $2)`, robin, b.clock.Now())
	b.set(t, robin, map[string]bool{topic: true, "sharing": false, "analytics": true})
	said := b.clock.Now()
	if err := b.Heed(t.Context(), chosen(robin), nil); err != nil {
		t.Fatal(err)
	}
	leaving, limited := b.person(t, "leaving@example.com"), b.person(t, "limited@example.com")
	b.set(t, leaving, map[string]bool{topic: true})
	b.set(t, limited, map[string]bool{topic: true})
	b.exec(t, `update person set closing_at = $2 where id = $1`, leaving, b.clock.Now())
	asked, err := b.portal.Requests.Ask(t.Context(), limited, "restriction", "Keep it.")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.portal.Requests.Approve(t.Context(), b.portal.Member("officer@example.com", staff.Officer), asked.ID, request.Approval{Words: "We keep it."}); err != nil {
		t.Fatal(err)
	}
	if err := b.UnsubscribeAll(t.Context(), consent.Link{Address: b.AddressHash("Listed@example.com"), Topic: topic}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		topic, name string
		why         consent.Why
		since       time.Time
	}{
		{topic, "Robin@Example.com", consent.Agreed, said},
		{topic, robin.String(), consent.Agreed, said},
		{topic, "second@example.com", consent.Agreed, said},
		{"analytics", strings.ToUpper(robin.String()), consent.Agreed, said},
		{"sharing", "robin@example.com", consent.Said, said},
		{"sale", "robin@example.com", consent.BySignal, said},
		{"advertising", "robin@example.com", consent.BySignal, said},
		{"sensitive", "robin@example.com", consent.NotRefused, time.Time{}},
		{"transfer-us", "robin@example.com", consent.NotAsked, time.Time{}},
		{forAll, "robin@example.com", consent.NotRefused, time.Time{}},
		{locked, "nobody@example.com", consent.Locked, time.Time{}},
		{topic, "leaving@example.com", consent.Closing, b.clock.Now()},
		{"sharing", leaving.String(), consent.Closing, b.clock.Now()},
		{topic, "limited@example.com", consent.Agreed, b.clock.Now()},
		{"sharing", "limited@example.com", consent.Restriction, b.clock.Now()},
		{topic, "listed@example.com", consent.OnList, b.clock.Now()},
		{"sharing", "listed@example.com", consent.Unknown, time.Time{}}, // the list is about mail
		{forAll, "nobody@example.com", consent.Unknown, time.Time{}},
		{topic, uuid.NewString(), consent.Unknown, time.Time{}},
		{topic, "nobody", consent.Unreadable, time.Time{}},
		{topic, "", consent.Unreadable, time.Time{}},
	} {
		got := b.askFor(t, c.topic, c.name)
		allowed := c.why == consent.Locked || c.why == consent.Agreed || c.why == consent.NotRefused
		if got.Why != c.why || got.Allowed != allowed || !got.Since.Equal(c.since) {
			t.Errorf("%s for %q: %+v, want %s since %s", c.topic, c.name, got, c.why, c.since)
		}
		if worded := c.why == consent.Agreed || c.why == consent.Said || c.why == consent.BySignal; worded != (got.Wording != "") {
			t.Errorf("%s for %q: on the words %q", c.topic, c.name, got.Wording)
		}
	}
	// A suppressed address of somebody's stops mail to every other of theirs, until they say yes themselves.
	b.unsubscribe(t, nobody(b, "second@example.com"))
	for _, name := range []string{"robin@example.com", "second@example.com", robin.String()} {
		if got := b.askFor(t, topic, name); got.Why != consent.OnList || got.Person != robin {
			t.Errorf("%s: %+v", name, got)
		}
	}
	b.set(t, robin, map[string]bool{topic: true})
	if got := b.askFor(t, topic, robin.String()); got.Why != consent.Agreed || !got.Since.Equal(b.clock.Now()) {
		t.Errorf("after a yes of their own: %+v", got)
	}
	if _, err := b.Ask(t.Context(), "weather", []consent.Name{{}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a topic that is none: %v", err)
	}
}

func TestTheAnswerToManyIsThatToEachInFiveStatements(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var names []consent.Name
	for i := range 30 {
		address := fmt.Sprintf("p%d@example.com", i)
		id := b.person(t, address)
		switch i % 5 {
		case 0:
			b.set(t, id, map[string]bool{topic: true})
		case 1:
			b.set(t, id, map[string]bool{forAll: false})
		case 2:
			b.unsubscribe(t, nobody(b, address))
		case 3:
			address = id.String()
		}
		names = append(names, consent.NameOf(address), consent.NameOf("nobody-"+address))
	}
	names = append(names, names[0])
	statements := testkit.Statements(t, b.db)
	for _, about := range []string{topic, forAll, "sharing"} {
		if _, err := b.Ask(t.Context(), about, names); err != nil { // statements are prepared once for a connection
			t.Fatal(err)
		}
		statements()
		many, err := b.Ask(t.Context(), about, names)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(statements()); n == 0 || n > 5 {
			t.Errorf("%s: %d people take %d statements", about, len(names), n)
		}
		for i, n := range names {
			one, err := b.Ask(t.Context(), about, []consent.Name{n})
			if err != nil {
				t.Fatal(err)
			}
			if many[i] != one[0] {
				t.Errorf("%s, %d: %+v alone, %+v among many", about, i, one[0], many[i])
			}
		}
	}
	for _, n := range []int{0, consent.AskMost + 1} {
		if _, err := b.Ask(t.Context(), topic, make([]consent.Name, n)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%d people: %v", n, err)
		}
	}
}
