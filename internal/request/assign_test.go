package request_test

import (
	"strings"
	"testing"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
)

func TestARequestIsGivenToAColleagueWhoIsToldAndMayNotBeAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	r := b.ask(mara, "complaint")
	other := b.Member("other@example.com", staff.Agent)
	give := func(by staff.Member, to staff.Member, away bool) error {
		return b.requests.Assign(t.Context(), by, r.ID, request.Assignment{To: to.ID, Away: away})
	}
	wantsField(t, give(b.agent, staff.Member{ID: postgres.NewID()}, false), "member", "staff.assignWhom")
	must(t, give(b.agent, other, false))
	must(t, give(b.agent, other, false)) // who has it has it
	letter := b.letter("other@example.com", r.Reference)
	if strings.Contains(letter.Text, "Mara") || strings.Contains(letter.Text, "mara@") || !strings.Contains(letter.Text, "/staff/requests/"+r.ID.String()) {
		t.Errorf("they read\n%s", letter.Text)
	}
	if n := b.Count(`select count(*) from request_event where request_id = $1 and kind = 'assigned' and internal`, r.ID); n != 1 || b.audited("request.assigned", mara) != 1 {
		t.Errorf("it stands in the history %d times", n)
	}
	wants(t, give(b.agent, b.agent, false), fault.Conflict)
	must(t, give(b.officer, b.agent, false))

	today := b.requests.Today()
	for _, bad := range []staff.Absence{{Until: today}, {From: today}, {From: today, Until: today.Add(-1)}, {From: today.Add(-3), Until: today.Add(-1)}} {
		wantsField(t, b.Staff.Away(t.Context(), b.agent, bad, today), "until", "staff.awayBad")
	}
	must(t, b.Staff.Away(t.Context(), b.agent, staff.Absence{From: today, Until: today.Add(2)}, today))
	absents := func() int {
		t.Helper()
		reads := b.db.Reads()
		tally, page := b.requests.ReadTally(reads, other), b.requests.ReadQueue(reads, other, request.Filter{Owner: request.Absents}, request.Cursor{})
		must(t, reads.Send(t.Context()))
		if int(tally.Absents) != len(page.Requests) {
			t.Errorf("%d are counted, and %d listed", tally.Absents, len(page.Requests))
		}
		return len(page.Requests)
	}
	if n := absents(); n != 1 {
		t.Errorf("colleagues see %d of who is away", n)
	}
	must(t, b.requests.Take(t.Context(), other, r.ID)) // of who is away
	wantsField(t, give(other, b.agent, false), "member", "staff.assignAway")
	must(t, give(other, b.agent, true))
	must(t, b.Staff.Away(t.Context(), b.agent, staff.Absence{}, today))
	wants(t, b.requests.Take(t.Context(), other, r.ID), fault.Conflict)
	if n := absents(); n != 0 {
		t.Errorf("colleagues see %d of who is back", n)
	}
	must(t, b.requests.Refuse(t.Context(), b.officer, r.ID, request.Refusal{Code: "excessive", Words: "No."}))
	wants(t, give(b.agent, other, false), fault.Conflict)
}
