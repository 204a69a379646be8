package request_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit"
)

func TestARefusalSaysWhyAndWhoElseMayLookAtIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	r := b.ask(mara, "rectification")
	why := request.Refusal{Code: "data-is-right", Words: "We checked with the post office.\n\nThe street is right."}
	must(t, b.requests.Refuse(t.Context(), b.officer, r.ID, why))
	letter := b.letter("mara@example.com", "Our answer")
	authorities := b.Register.AuthoritiesFor("SE", "")
	if len(authorities) == 0 {
		t.Fatal("there is nobody to complain to")
	}
	for _, part := range []string{"post office", "The street is right.", "GDPR art. 16", authorities[0].Name.In("en"), "quote " + r.Reference} {
		if !strings.Contains(letter.Text, part) {
			t.Errorf("the refusal lacks %q:\n%s", part, letter.Text)
		}
	}
	kept, err := b.requests.Get(t.Context(), mara, r.ID)
	must(t, err)
	if kept.State != request.Refused || kept.ReasonCode != why.Code || kept.Decision != why.Words || kept.DecidedAt == nil || *kept.OwnerID != b.officer.ID {
		t.Errorf("%+v", kept)
	}
	wants(t, b.requests.Approve(t.Context(), b.officer, r.ID, request.Approval{Words: "after all"}), fault.Conflict)
	wants(t, b.requests.Refuse(t.Context(), b.officer, r.ID, why), fault.Conflict)
	if b.audited("request.refused", mara) != 1 {
		t.Error("the audit log does not have it once")
	}
}

func TestARefusalNeedsAReasonThatFitsAndWords(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	r := b.ask(mara, "objection")
	err := b.requests.Refuse(t.Context(), b.officer, r.ID, request.Refusal{Code: "data-is-right", Words: "  "})
	wantsField(t, err, "code", "request.codeMissing")
	wantsField(t, err, "words", "request.wordsMissing")
	wantsField(t, b.requests.Approve(t.Context(), b.officer, r.ID, request.Approval{Words: ""}), "decision", "request.wordsMissing")
}

func TestAnApprovalTellsWhatWasDone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	r := b.ask(mara, "complaint")
	must(t, b.requests.Approve(t.Context(), b.officer, r.ID, request.Approval{Words: "The street now reads Elm Street."}))
	if letter := b.letter("mara@example.com", "is granted"); !strings.Contains(letter.Text, "Elm Street") {
		t.Errorf("it does not say what was done:\n%s", letter.Text)
	}
	kept, err := b.requests.Get(t.Context(), mara, r.ID)
	must(t, err)
	if kept.State != request.Done || kept.ClosedAt == nil {
		t.Errorf("%+v", kept)
	}
}

func TestAnErasureThatBeganByItselfCanStillBeRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	r, err := b.requests.AskErasure(t.Context(), mara, "")
	must(t, err)
	must(t, b.requests.Refuse(t.Context(), b.officer, r.ID, request.Refusal{Code: "legal-claims", Words: "A case is pending."}))
	if len(b.erasures.withdrawn) != 1 || b.erasures.withdrawn[0] != *r.ErasureID {
		t.Error("the erasure goes on")
	}
}

func TestADecisionTakesAnOfficer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	r := b.ask(mara, "rectification")
	wants(t, b.requests.Approve(t.Context(), b.agent, r.ID, request.Approval{Words: "done"}), fault.Forbidden)
	wants(t, b.requests.Refuse(t.Context(), b.agent, r.ID, request.Refusal{Code: "data-is-right", Words: "no"}), fault.Forbidden)
	wants(t, b.requests.Take(t.Context(), staff.Member{Role: "king"}, r.ID), fault.Forbidden)
	_, err := b.queue(staff.Member{}, request.Filter{}, request.Cursor{})
	wants(t, err, fault.Forbidden)
}

func TestOfTwoWhoDecideAtOnceOneWins(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	for range 5 {
		r := b.ask(mara, "complaint")
		var wg sync.WaitGroup
		var yes, no error
		wg.Go(func() { yes = b.requests.Approve(t.Context(), b.officer, r.ID, request.Approval{Words: "done"}) })
		wg.Go(func() {
			no = b.requests.Refuse(t.Context(), b.officer, r.ID, request.Refusal{Code: "excessive", Words: "no"})
		})
		wg.Wait()
		if (yes == nil) == (no == nil) {
			t.Fatalf("approve: %v, refuse: %v", yes, no)
		}
		wants(t, map[bool]error{true: yes, false: no}[yes != nil], fault.Conflict)
	}
}

func TestFiveHundredRefusalsAtOnceNeedNoMoreThanAPoolOfFour(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: testkit.DatabaseURL(t), MaxConns: 4})
	must(t, err)
	t.Cleanup(db.Close)
	b := setupOn(t, db)
	for i := range 20 {
		r := b.ask(b.person(fmt.Sprintf("mara%d@example.com", i), "en", "SE", ""), "rectification")
		_, err := db.Pool.Exec(t.Context(), `insert into request (person_id, id, reference, kind, state, jurisdiction, message, received_at, due_on, due_why, rank)
			select person_id, gen_random_uuid(), reference || n, kind, state, jurisdiction, message, received_at, due_on, due_why, rank
			from request, generate_series(1, 24) n where id = $1`, r.ID)
		must(t, err)
	}
	var all []uuid.UUID
	must(t, db.Gorm(t.Context()).Model(&request.Request{}).Pluck("id", &all).Error)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	var officers sync.WaitGroup
	faults := make([]error, len(all))
	for i, id := range all {
		officers.Go(func() {
			faults[i] = b.requests.Refuse(ctx, b.officer, id, request.Refusal{Code: "data-is-right", Words: "The street is right."})
		})
	}
	officers.Wait()
	if err := errors.Join(faults...); err != nil || len(faults) != 500 {
		t.Errorf("%d refusals: %v", len(faults), err)
	}
}

func TestOfTwoWhoTakeAtOnceOneGetsIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	r := b.ask(mara, "rectification")
	var wg sync.WaitGroup
	got := make([]error, 2)
	for i, m := range []staff.Member{b.agent, b.officer} {
		wg.Go(func() { got[i] = b.requests.Take(t.Context(), m, r.ID) })
	}
	wg.Wait()
	if (got[0] == nil) == (got[1] == nil) {
		t.Fatalf("both or none: %v", got)
	}
	owner, other := b.agent, b.officer
	if got[0] != nil {
		owner, other = other, owner
	}
	must(t, b.requests.Take(t.Context(), owner, r.ID))
	wants(t, b.requests.Take(t.Context(), other, r.ID), fault.Conflict)
	must(t, b.requests.Release(t.Context(), b.officer, r.ID))
	must(t, b.requests.Take(t.Context(), b.officer, r.ID))
	wants(t, b.requests.Release(t.Context(), b.agent, r.ID), fault.Forbidden)
}

func TestAPersonReadsTheMessagesButNotTheNotes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	r := b.ask(mara, "rectification")
	must(t, b.requests.Note(t.Context(), b.agent, r.ID, "Looks like a typo of ours."))
	must(t, b.requests.Reply(t.Context(), b.agent, r.ID, "Which street do you mean?"))
	if letter := b.letter("mara@example.com", "A message about"); !strings.Contains(letter.Text, "Which street") {
		t.Errorf("the mail says\n%s", letter.Text)
	}
	hers, err := b.timeline(mara, r.ID)
	must(t, err)
	ours, err := postgres.Read(t.Context(), b.db.Reads(), func(reads *postgres.Reads) *[]request.Event { return b.requests.ReadJournal(reads, b.agent, r.ID) })
	must(t, err)
	if len(hers) != 2 || len(ours) != 3 {
		t.Errorf("she sees %d, we see %d", len(hers), len(ours))
	}
	for _, e := range hers {
		if strings.Contains(e.Text, "typo") {
			t.Error("she reads the note")
		}
	}
}

func TestAPersonsReplyShowsInTheQueueUntilItIsAnsweredAndReachesTheOwner(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	r := b.ask(mara, "complaint")
	b.ask(mara, "complaint")
	answered := func() int {
		t.Helper()
		page, err := b.queue(b.agent, request.Filter{Answered: true}, request.Cursor{})
		must(t, err)
		return len(page.Requests)
	}
	must(t, b.requests.Say(t.Context(), mara, r.ID, "Elm Street."))
	if n := answered(); n != 1 {
		t.Errorf("%d wait for us before anybody took it", n)
	}
	must(t, b.requests.Take(t.Context(), b.agent, r.ID))
	must(t, b.requests.Reply(t.Context(), b.agent, r.ID, "Which number?"))
	if n := answered(); n != 0 {
		t.Errorf("%d wait for us after the reply", n)
	}
	b.Exec(`update staff_member set spelling = 'Agent@example.com', lang = 'ja' where email = 'agent@example.com'`)
	must(t, b.requests.Say(t.Context(), mara, r.ID, "Number 4."))
	letter := b.letter("Agent@example.com", r.Reference)
	if strings.Contains(letter.Text, "Number 4") || !strings.Contains(letter.Text, "/staff/requests/"+r.ID.String()) || !strings.Contains(letter.Text, "お申し出") || !strings.Contains(string(letter.Raw), "Agent@example.com") {
		t.Errorf("the owner reads\n%s", letter.Text)
	}
	if n := answered(); n != 1 {
		t.Errorf("%d wait for us after the second message", n)
	}
	must(t, b.requests.Approve(t.Context(), b.officer, r.ID, request.Approval{Words: "Done."}))
	if n := answered(); n != 0 {
		t.Errorf("%d wait for us after the decision", n)
	}
}

func TestAChildsDataGoesBeforeEverythingElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	b.ask(mara, "rectification")
	b.clock.Advance(29 * 24 * time.Hour) // the first falls due earlier
	child := b.ask(mara, "child-report")
	page, err := b.queue(b.agent, request.Filter{}, request.Cursor{})
	must(t, err)
	rows := page.Requests
	if len(rows) != 2 || rows[0].ID != child.ID || !rows[0].Urgent() || rows[1].Urgent() || !rows[1].DueOn.Before(rows[0].DueOn) {
		t.Errorf("%+v", rows)
	}
}

func TestTheQueueGoesByDateAndNarrows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara, ken := b.person("mara@example.com", "en", "SE", ""), b.person("ken@example.com", "ja", "JP", "")
	var all []request.Request
	for range 12 {
		all = append(all, b.ask(mara, "complaint"), b.ask(ken, "question"))
		b.clock.Advance(24 * time.Hour)
	}
	must(t, b.requests.Approve(t.Context(), b.officer, all[10].ID, request.Approval{Words: "done"}))
	must(t, b.requests.Take(t.Context(), b.agent, all[0].ID))

	queue := func(by staff.Member, f request.Filter) []request.Request {
		t.Helper()
		page, err := b.queue(by, f, request.Cursor{})
		must(t, err)
		return page.Requests
	}
	open := queue(b.agent, request.Filter{})
	for i := 1; i < len(open); i++ {
		if open[i].DueOn.Before(open[i-1].DueOn) {
			t.Fatalf("%s stands after %s", open[i].DueOn, open[i-1].DueOn)
		}
	}
	reads := b.db.Reads()
	tally, late := b.requests.ReadTally(reads, b.agent), b.requests.ReadOverdue(reads)
	must(t, reads.Send(t.Context()))
	if late.Number != tally.Overdue {
		t.Errorf("%d are overdue, and %d", late.Number, tally.Overdue)
	}
	if int(tally.Open) != len(open) || tally.Mine != 1 || tally.Nobodys != tally.Open-1 {
		t.Errorf("%d open, tally %+v", len(open), tally)
	}
	for _, c := range []struct {
		name   string
		filter request.Filter
		all    func(request.Request) bool
		some   bool
	}{
		{"by kind", request.Filter{Kind: "question"}, func(r request.Request) bool { return r.Kind == "question" }, true},
		{"mine", request.Filter{Owner: request.MineOnly}, func(r request.Request) bool { return r.ID == all[0].ID }, true},
		{"nobody's", request.Filter{Owner: request.Nobodys}, func(r request.Request) bool { return r.OwnerID == nil }, true},
		{"done", request.Filter{State: request.Done}, func(r request.Request) bool { return r.State == request.Done }, true},
		{"by reference", request.Filter{Reference: strings.ToLower(all[3].Reference)}, func(r request.Request) bool { return r.ID == all[3].ID }, true},
		{"by an address", request.Filter{Reference: "ken@example.com"}, nil, false},
		{"none overdue yet", request.Filter{Due: request.Overdue}, nil, false},
	} {
		rows := queue(b.agent, c.filter)
		if (len(rows) > 0) != c.some {
			t.Errorf("%s: %d rows", c.name, len(rows))
		}
		for _, r := range rows {
			if !c.all(r) {
				t.Errorf("%s: %+v", c.name, r)
			}
		}
	}
	b.clock.Advance(60 * 24 * time.Hour)
	if late := queue(b.agent, request.Filter{Due: request.Overdue}); len(late) != len(open) {
		t.Errorf("%d of %d are late", len(late), len(open))
	}
}

func TestTheQueueIsReadPageByPageWithoutLossOrDouble(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.db.Pool.Exec(t.Context(), `insert into request (person_id, id, reference, kind, state, jurisdiction, received_at, due_on, rank)
		select gen_random_uuid(), gen_random_uuid(), 'R-' || i, 'question', 'open', 'other', now(), date '2026-03-01' + i % 7, i % 2 from generate_series(1, 120) i`)
	must(t, err)
	seen := map[string]bool{}
	var after request.Cursor
	for pages := 1; ; pages++ {
		page, err := b.queue(b.agent, request.Filter{}, after)
		must(t, err)
		for _, r := range page.Requests {
			if r.Urgent() && len(seen) >= 60 {
				t.Fatalf("%s is urgent and stands at %d", r.Reference, len(seen))
			}
			if seen[r.Reference] {
				t.Fatalf("%s twice", r.Reference)
			}
			seen[r.Reference] = true
		}
		if page.Next == (request.Cursor{}) {
			if pages != 3 || len(seen) != 120 {
				t.Errorf("%d requests on %d pages", len(seen), pages)
			}
			return
		}
		after = page.Next
	}
}
