package request_test

import (
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
)

func TestARefusalThatIsAnsweredGoesToSomebodyElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.clock.Set(time.Date(2026, time.January, 15, 18, 0, 0, 0, time.UTC))
	other := b.Member("other@example.com", staff.Officer)
	mara, robin := b.person("mara@example.com", "en", "SE", ""), b.person("robin@example.com", "en", "SE", "")
	r := b.ask(mara, "complaint")
	why := request.Refusal{Code: "excessive", Words: "You have our answer."}
	wants(t, b.requests.Appeal(t.Context(), mara, r.ID, "It is not."), fault.Conflict) // nothing is decided
	must(t, b.requests.Take(t.Context(), b.officer, r.ID))
	must(t, b.requests.Refuse(t.Context(), b.officer, r.ID, why))
	told := b.letter("mara@example.com", "Our answer").Text
	for _, says := range []string{"until 16 March 2026", "go to court"} {
		if !strings.Contains(told, says) {
			t.Errorf("the refusal does not say %q:\n%s", says, told)
		}
	}

	b.clock.Advance(24 * time.Hour)
	wants(t, b.requests.Appeal(t.Context(), robin, r.ID, "It is not."), fault.NotFound)
	wantsField(t, b.requests.Appeal(t.Context(), mara, r.ID, " "), "appeal", "request.appealMissing")
	must(t, b.requests.Appeal(t.Context(), mara, r.ID, "It is not."))
	kept, err := b.requests.Get(t.Context(), mara, r.ID)
	must(t, err)
	if kept.State != request.Open || kept.OwnerID != nil || kept.Outcome != "" || kept.ClosedAt != nil || kept.DueOn.String() != "2026-02-16" || !says(kept.DueWhy, "deadline.appealed") {
		t.Errorf("%+v", kept)
	}
	if !strings.Contains(b.letter("mara@example.com", "again").Text, "16 February 2026") {
		t.Error("the letter does not say by when")
	}
	wants(t, b.requests.Take(t.Context(), b.officer, r.ID), fault.Forbidden)
	wants(t, b.requests.Extend(t.Context(), b.officer, r.ID, request.Extension{Words: "It takes time."}), fault.Forbidden)
	wants(t, b.requests.Approve(t.Context(), b.officer, r.ID, request.Approval{Words: "After all."}), fault.Forbidden)
	wants(t, b.requests.Refuse(t.Context(), b.officer, r.ID, why), fault.Forbidden)
	must(t, b.requests.Take(t.Context(), other, r.ID))
	must(t, b.requests.Extend(t.Context(), other, r.ID, request.Extension{Words: "It takes time."}))
	if kept, err = b.requests.Get(t.Context(), mara, r.ID); err != nil || kept.DueOn.String() != "2026-04-16" {
		t.Errorf("the longer period is not counted from the appeal: %s, %v", kept.DueOn, err)
	}
	must(t, b.requests.Refuse(t.Context(), other, r.ID, why))
	wants(t, b.requests.Appeal(t.Context(), mara, r.ID, "It is still not."), fault.Conflict)
	if b.audited("request.appealed", mara) != 1 || b.audited("request.refused", mara) != 2 {
		t.Error("the audit log does not have it all")
	}
	events, err := b.timeline(mara, r.ID)
	must(t, err)
	if n := len(events); events[n-1].Text != why.Words || events[n-3].Text != "It is not." {
		t.Errorf("the history is %+v", events)
	}
}

func TestARefusalIsAnsweredInTimeAndWhatWasAskedForIsDone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	other := b.Member("other@example.com", staff.Officer)
	mara := b.person("mara@example.com", "en", "SE", "")
	late, r := b.ask(mara, "complaint"), b.ask(mara, "erasure")
	no := request.Refusal{Code: "legal-claims", Words: "A case is pending."}
	must(t, b.requests.Refuse(t.Context(), b.officer, r.ID, no))
	must(t, b.requests.Refuse(t.Context(), b.officer, late.ID, request.Refusal{Code: "excessive", Words: "No."}))
	must(t, b.requests.Appeal(t.Context(), mara, r.ID, "It was closed in May."))
	must(t, b.requests.Approve(t.Context(), other, r.ID, request.Approval{}))
	kept, err := b.requests.Get(t.Context(), mara, r.ID)
	must(t, err)
	if kept.State != request.Approved || kept.ErasureID == nil || len(b.erasures.scheduled) != 2 || *kept.ErasureID != b.erasures.scheduled[1] {
		t.Errorf("it is not erased: %+v", kept)
	}
	b.clock.Advance(61 * 24 * time.Hour)
	wants(t, b.requests.Appeal(t.Context(), mara, late.ID, "Yes."), fault.Conflict)
}
