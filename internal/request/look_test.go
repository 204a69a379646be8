package request_test

import (
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
)

func TestALookIsSeenByThePersonWithRoleAndReason(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	signedIn := b.clock.Now()
	open := func() bool {
		t.Helper()
		yes, err := b.open(b.agent, signedIn, mara)
		must(t, err)
		return yes
	}
	if open() {
		t.Fatal("open without a reason")
	}
	err := b.looks.Open(t.Context(), b.agent, mara, disclosure.Stated{Code: "curiosity", Reason: "ok"})
	wantsField(t, err, "code", "disclosure.codeMissing")
	wantsField(t, err, "reason", "disclosure.reasonBad")
	why := disclosure.Stated{Code: "billing", Reason: "Her question of 3 May"}
	must(t, b.looks.Open(t.Context(), b.agent, mara, why))
	if !open() {
		t.Fatal("not open with a reason")
	}
	page := b.looksAt(t, mara)
	looks, next := page.Looks, page.Next
	if len(looks) != 1 || next != (disclosure.Cursor{}) || looks[0].Role != staff.Agent || looks[0].ReasonCode != why.Code || looks[0].Reason != why.Reason {
		t.Errorf("she sees %+v", looks)
	}
	if b.audited("person.looked", mara) != 1 {
		t.Error("it is not in the audit log")
	}
	if yes, err := b.open(b.officer, signedIn, mara); err != nil || yes {
		t.Errorf("a colleague's reason opens it: %v", err)
	}
	if yes, err := b.open(b.agent, b.clock.Now().Add(time.Second), mara); err != nil || yes {
		t.Errorf("it stays open across a new sign-in: %v", err)
	}
	b.clock.Advance(disclosure.Lasts + time.Second)
	if open() {
		t.Error("it never closes")
	}
	wants(t, b.looks.Open(t.Context(), b.agent, postgres.NewID(), why), fault.Conflict)
	wants(t, b.looks.Open(t.Context(), staff.Member{}, mara, why), fault.Forbidden)
}

func TestOpeningARequestIsOneLookPerMemberAndHour(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	r := b.ask(mara, "rectification")
	var windows errgroup.Group
	for range 4 {
		windows.Go(func() error { return b.looks.OpenRequest(t.Context(), b.agent, mara, r.Reference) })
	}
	must(t, windows.Wait())
	b.clock.Advance(disclosure.Counted - time.Second)
	must(t, b.looks.OpenRequest(t.Context(), b.agent, mara, r.Reference))
	count := func() int {
		t.Helper()
		looks := b.looksAt(t, mara).Looks
		for _, look := range looks {
			if look.What != disclosure.TheRequest || look.Reason != r.Reference {
				t.Errorf("she sees %+v", look)
			}
		}
		if audited := b.audited("person.looked", mara); audited != len(looks) {
			t.Errorf("%d looks, %d of them audited", len(looks), audited)
		}
		return len(looks)
	}
	if n := count(); n != 1 {
		t.Errorf("one member within the hour: %d looks", n)
	}
	must(t, b.looks.OpenRequest(t.Context(), b.officer, mara, r.Reference))
	if n := count(); n != 2 {
		t.Errorf("a second member: %d looks", n)
	}
	b.clock.Advance(2 * time.Second)
	must(t, b.looks.OpenRequest(t.Context(), b.agent, mara, r.Reference))
	if n := count(); n != 3 {
		t.Errorf("after the hour: %d looks", n)
	}
	if yes, err := b.open(b.agent, b.clock.Now().Add(-24*time.Hour), mara); err != nil || yes {
		t.Errorf("opening a request opens the whole record: %v", err)
	}
}
