package consent_test

import (
	"context"
	"testing"
	"time"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

func TestNothingIsAgreedToBeforehandAndLockedTopicsSayWhy(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	list := b.preferences(t, mara)
	if len(list) != len(b.portal.Register.Topics) {
		t.Fatalf("%d preferences", len(list))
	}
	for _, p := range list {
		if want := p.Topic.Locked || p.Topic.DefaultOn; p.On != want || !p.Since.IsZero() {
			t.Errorf("%s: on %v since %v", p.Topic.ID, p.On, p.Since)
		}
		if p.Topic.Locked && p.Topic.Because.In("ja") == "" {
			t.Errorf("%s is locked and does not say why", p.Topic.ID)
		}
	}
	if b.mayMail(t, mara, "mara@example.com", topic) || !b.mayMail(t, mara, "mara@example.com", locked) {
		t.Error("promotions may go without consent, or security notices may not")
	}
	if b.mayMail(t, mara, "mara@example.com", "no-such-topic") {
		t.Error("an unknown topic may go")
	}
}

func TestEachChangeIsALineAndNoChangeIsNone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	if n := b.set(t, mara, map[string]bool{topic: true, forAll: true}); n != 1 { // one of them is on already
		t.Errorf("%d changes, want 1", n)
	}
	if n := b.set(t, mara, map[string]bool{topic: true}); n != 0 {
		t.Errorf("the same again: %d changes", n)
	}
	b.set(t, mara, map[string]bool{topic: false})
	events, err := b.history(t, mara)
	if err != nil || len(events) != 2 {
		t.Fatalf("%d lines, %v", len(events), err)
	}
	reg, _ := b.portal.Register.Topic(topic)
	newest, first := events[0], events[1]
	if newest.Given || !first.Given || first.Channel != consent.Preferences || first.Lang != "en" || first.Wording != reg.Name.In("en")+": "+reg.Summary.In("en") {
		t.Errorf("the ledger says %+v", events)
	}
	if n := b.count(t, "audit_entry where person_id = $1 and action = 'consent.changed' and actor_kind = 'person'", mara); n != 2 {
		t.Errorf("%d audit entries, want 2", n)
	}
}

func TestAnUnknownOrLockedTopicCanNotBeSet(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	for _, id := range []string{locked, "no-such-topic", consent.All} {
		_, err := b.Set(t.Context(), chosen(mara), map[string]bool{topic: true, id: false})
		if _, ok := fault.Fields(err); !ok {
			t.Errorf("%s: %v", id, err)
		}
	}
	if n := b.count(t, "consent_event"); n != 0 {
		t.Errorf("%d lines in the ledger", n)
	}
}

func TestEverythingOffIsEverythingAndAYesAfterwardsIsThatTopicAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	b.set(t, mara, map[string]bool{topic: true, "new-features": true})
	b.clock.Advance(time.Minute)
	if n, err := b.AllOff(t.Context(), chosen(mara)); err != nil || n != 3 { // two topics and all of them
		t.Fatalf("%d lines, %v", n, err)
	}
	for _, p := range b.portal.Register.Mail() {
		if b.on(t, mara, p.ID) != p.Locked {
			t.Errorf("%s: on %v, locked %v", p.ID, !p.Locked, p.Locked)
		}
	}
	if n, err := b.AllOff(t.Context(), chosen(mara)); err != nil || n != 0 {
		t.Errorf("again: %d lines, %v", n, err)
	}
	b.set(t, mara, map[string]bool{topic: true})
	if !b.on(t, mara, topic) || b.on(t, mara, "new-features") || b.on(t, mara, forAll) {
		t.Error("a yes to one topic is not that topic alone")
	}
	b.clock.Advance(time.Minute)
	if n, err := b.AllOff(t.Context(), chosen(mara)); err != nil || n != 2 || b.on(t, mara, topic) {
		t.Errorf("once more: %d lines, %v", n, err)
	}
}

func TestWhatWasTickedOnTheFormIsInTheLedgerWithTheAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	err := b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		return b.Joined(t.Context(), tx, mara, account.Joining{Topics: []string{topic, locked, "gone-since"}, Lang: "ja", At: b.clock.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	events, err := b.history(t, mara)
	if err != nil || len(events) != 1 || events[0].Topic != topic || events[0].Channel != consent.SignUp || events[0].Lang != "ja" {
		t.Errorf("the ledger says %+v, %v", events, err)
	}
	if !b.mayMail(t, mara, "mara@example.com", topic) {
		t.Error("the topic that was ticked may not be mailed")
	}
}

func TestTheLedgerRefusesToBeChanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	b.set(t, mara, map[string]bool{topic: true})
	for _, sql := range []string{"update consent_event set given = false", "delete from consent_event", "truncate consent_event"} {
		if _, err := b.db.Pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s goes through", sql)
		}
	}
	if n := b.count(t, "consent_event where given"); n != 1 {
		t.Errorf("%d lines", n)
	}
}

func TestAnErasedAddressStaysSuppressedUntilItsOwnerSaysYesAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.suppress(t, "mara@example.com")
	b.suppress(t, "mara@example.com") // the job is repeated
	b.clock.Advance(time.Hour)

	mara := b.person(t, "mara@example.com") // imported again, say
	if b.on(t, mara, forAll) || b.mayMail(t, mara, "mara@example.com", forAll) {
		t.Error("an erased address gets mail that everybody gets")
	}
	if p := b.preference(t, mara, forAll); p.Channel != consent.Suppressed || p.Since.IsZero() {
		t.Errorf("the page can't say why: %+v", p)
	}
	staff := chosen(mara)
	staff.Channel = consent.Staff
	if _, err := b.Set(t.Context(), staff, map[string]bool{topic: true}); err != nil || b.on(t, mara, topic) {
		t.Errorf("somebody else's yes outspeaks the suppression (%v)", err)
	}
	if n := b.set(t, mara, map[string]bool{topic: true}); n != 1 || !b.mayMail(t, mara, "mara@example.com", topic) {
		t.Errorf("the owner's own yes does not count (%d changes)", n)
	}
	if !b.mayMail(t, mara, "mara@example.com", locked) {
		t.Error("security notices are suppressed")
	}
}

func (b *bundle) suppress(t *testing.T, address string) {
	t.Helper()
	err := b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		return b.Suppress(t.Context(), tx, b.AddressHash(address))
	})
	if err != nil {
		t.Fatal(err)
	}
}
