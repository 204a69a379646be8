package request_test

import (
	"testing"
	"time"

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
		yes, err := b.looks.IsOpen(t.Context(), b.agent, signedIn, mara)
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
	looks, next, err := b.looks.Looks(t.Context(), mara, disclosure.Cursor{})
	must(t, err)
	if len(looks) != 1 || next != (disclosure.Cursor{}) || looks[0].Role != staff.Agent || looks[0].ReasonCode != why.Code || looks[0].Reason != why.Reason {
		t.Errorf("she sees %+v", looks)
	}
	if b.audited("person.looked", mara) != 1 {
		t.Error("it is not in the audit log")
	}
	if yes, err := b.looks.IsOpen(t.Context(), b.officer, signedIn, mara); err != nil || yes {
		t.Errorf("a colleague's reason opens it: %v", err)
	}
	if yes, err := b.looks.IsOpen(t.Context(), b.agent, b.clock.Now().Add(time.Second), mara); err != nil || yes {
		t.Errorf("it stays open across a new sign-in: %v", err)
	}
	b.clock.Advance(disclosure.Lasts + time.Second)
	if open() {
		t.Error("it never closes")
	}
	wants(t, b.looks.Open(t.Context(), b.agent, postgres.NewID(), why), fault.NotFound)
	wants(t, b.looks.Open(t.Context(), staff.Member{}, mara, why), fault.Forbidden)
}

func TestOpeningARequestIsALookOncePerHalfHour(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	r := b.ask(mara, "rectification")
	signedIn := b.clock.Now()
	for range 3 {
		must(t, b.looks.OpenRequest(t.Context(), b.agent, signedIn, mara, r.Reference))
	}
	b.clock.Advance(disclosure.Lasts + time.Second)
	must(t, b.looks.OpenRequest(t.Context(), b.agent, signedIn, mara, r.Reference))
	looks, _, err := b.looks.Looks(t.Context(), mara, disclosure.Cursor{})
	must(t, err)
	if len(looks) != 2 || looks[0].What != disclosure.TheRequest || looks[0].Reason != r.Reference || !looks[0].At.After(looks[1].At) {
		t.Errorf("she sees %+v", looks)
	}
	if yes, err := b.looks.IsOpen(t.Context(), b.agent, signedIn, mara); err != nil || yes {
		t.Errorf("opening a request opens the whole record: %v", err)
	}
}
