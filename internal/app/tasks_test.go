package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/task"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// told are the tasks of a request by the recipient.
func (d *desk) told(request uuid.UUID) map[string]task.Task {
	d.t.Helper()
	all, err := postgres.Read(d.t.Context(), d.DB.Reads(), func(r *postgres.Reads) *[]task.Task { return d.Tasks.ReadOf(r, d.robin, request) })
	must(d.t, err)
	by := map[string]task.Task{}
	for _, t := range all {
		by[t.Recipient] = t
	}
	return by
}

// link is the token in the letter that asked somebody.
func (d *desk) link(to string) string {
	d.t.Helper()
	for _, l := range d.Letter(to, "").Links() {
		if _, token, ok := strings.Cut(l, "/tasks/"); ok {
			return token
		}
	}
	d.t.Fatalf("no link for %s", to)
	return ""
}

// withRecipients gives the payment processor an address, and nobody else.
func withRecipients(t *testing.T) func(*app.Parts) {
	t.Helper()
	return func(p *app.Parts) {
		reg, err := register.Default()
		must(t, err)
		for i, r := range reg.Recipients {
			if r.ID == "payment-processor" {
				reg.Recipients[i].Email, reg.Recipients[i].Lang = "privacy@payments.example", "ja"
			}
		}
		p.Register = reg
	}
}

func openTasks(t *testing.T) *desk {
	t.Helper()
	d := &desk{Portal: apptest.New(t, withRecipients(t)), t: t}
	d.officer, d.robin = d.Member("officer@example.com", staff.Officer), d.Person(apptest.Somebody{Email: "robin@example.com"})
	d.WorkJobs()
	return d
}

// Whoever got the data hears of what was done with it (GDPR art. 19): with an address by
// a link, without one by hand, and of whom the register says that it can't be done
// stands why. An authority hears of it only where it got something.
func TestWhoeverGotTheDataIsToldOfARestrictionAndAnswersWithoutAnAccount(t *testing.T) {
	t.Parallel()
	d := openTasks(t)
	r := d.ask("restriction")
	if len(d.told(r.ID)) != 0 {
		t.Fatal("somebody was told before it was granted")
	}
	d.grant(r, nil)
	all := d.told(r.ID)
	for id, want := range map[string]task.State{"payment-processor": task.Told, "mail-provider": task.Open, "google-analytics": task.Skipped} {
		if got := all[id]; got.State != want || got.Act != task.Restricted {
			t.Errorf("%s is %s of %q", id, got.State, got.Act)
		}
	}
	if _, ok := all["authorities"]; ok {
		t.Error("an authority that got nothing is told")
	}
	letter := d.Letter("privacy@payments.example", "")
	if strings.Contains(letter.Text, "Robin") || strings.Contains(letter.Text, "robin@") || !strings.Contains(letter.Text, "制限") {
		t.Errorf("the letter names somebody, or is not in their language:\n%s", letter.Text)
	}
	token := d.link("privacy@payments.example")
	_, subject, err := d.Tasks.Read(t.Context(), token)
	must(t, err)
	if subject.Name != "Robin Example" || subject.Address != "robin@example.com" {
		t.Errorf("behind the link stands %+v", subject)
	}
	if err := d.Tasks.Answer(t.Context(), token, task.Reply{Outcome: task.Declined}); !fault.Is(err, fault.Invalid) {
		t.Errorf("declined without a word: %v", err)
	}
	must(t, d.Tasks.Answer(t.Context(), token, task.Reply{Outcome: task.Complied}))
	if err := d.Tasks.Answer(t.Context(), token, task.Reply{Outcome: task.Nothing}); !fault.Is(err, fault.Gone) {
		t.Errorf("answered twice: %v", err)
	}
	if got := d.told(r.ID)["payment-processor"]; got.State != task.Answered || got.Outcome != task.Complied || got.Sealed != nil {
		t.Errorf("%+v", got)
	}
	if _, _, err := d.Tasks.Read(t.Context(), token+"x"); !fault.Is(err, fault.Gone) {
		t.Errorf("a link that is none: %v", err)
	}
	byHand := all["mail-provider"].ID
	for _, bad := range []task.State{task.Answered, task.Failed, task.Open, "nonsense"} {
		if err := d.Tasks.ByHand(t.Context(), d.officer, byHand, bad, task.Reply{Outcome: task.Complied, Words: "By telephone"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("from open to %s: %v", bad, err)
		}
	}
	if err := d.Tasks.ByHand(t.Context(), d.officer, byHand, task.Skipped, task.Reply{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("skipped without a reason: %v", err)
	}
	must(t, d.Tasks.ByHand(t.Context(), d.officer, byHand, task.Told, task.Reply{Words: "By telephone"}))
	must(t, d.Tasks.ByHand(t.Context(), d.officer, byHand, task.Answered, task.Reply{Outcome: task.Nothing, Words: "They have no list of us."}))
	if n := d.Count(`select count(*) from audit_entry where person_id = $1 and action like 'task.%'`, d.robin); n != 6 {
		t.Errorf("the audit log tells of %d steps", n)
	}
}

func TestARecipientThatNeverAnswersIsRemindedTwiceAndThenGivenUp(t *testing.T) {
	t.Parallel()
	d := openTasks(t)
	r := d.ask("restriction")
	d.grant(r, nil)
	token := d.link("privacy@payments.example")
	id := d.told(r.ID)["payment-processor"].ID
	at := 0
	for _, step := range []struct{ day, letters int }{{13, 1}, {15, 2}, {31, 3}, {59, 3}} {
		d.Clock.Advance(time.Duration(step.day-at) * 24 * time.Hour)
		at = step.day
		must(t, d.Plans.Run(t.Context(), "task", id))
		if n := d.Count(`select count(*) from mail_message where person_id = $1`, id); n != step.letters {
			t.Errorf("on day %d %d letters", step.day, n)
		}
	}
	d.Clock.Advance(2 * 24 * time.Hour)
	must(t, d.Plans.Run(t.Context(), "task", id))
	if got := d.told(r.ID)["payment-processor"]; got.State != task.Failed || got.Sealed != nil || d.Count(`select count(*) from plan where kind = 'task'`) != 0 {
		t.Errorf("%s", got.State)
	}
	if _, _, err := d.Tasks.Read(t.Context(), token); !fault.Is(err, fault.Gone) {
		t.Errorf("its link opens: %v", err)
	}
	must(t, d.Tasks.ByHand(t.Context(), d.officer, id, task.Told, task.Reply{Words: "By post, with a receipt"}))
}

// Of an erasure everybody is told while it is still known whose it is; what they had to
// be told before is overtaken. Nothing of the person's stays but under seal, and that
// goes with the answer.
func TestOfAnErasureWhoeverGotTheDataIsToldInPlaceOfAllBefore(t *testing.T) {
	t.Parallel()
	d := openTasks(t)
	before := d.ask("restriction")
	d.grant(before, nil)
	must(t, d.Looks.Note(t.Context(), d.officer, disclosure.Given{PersonID: d.robin, Recipient: "authorities", At: d.Clock.Now().Add(-time.Hour), About: []string{"orders"}, Why: "A court's order of 3 May"}))
	r, err := d.Requests.AskErasure(t.Context(), d.robin, "")
	must(t, err)
	d.Clock.Advance(erasure.DefaultGrace + time.Minute)
	must(t, d.Erasures.Run(t.Context(), *r.ErasureID))
	d.Settle()
	if got := d.told(before.ID); got["payment-processor"].State != task.Skipped || got["mail-provider"].State != task.Skipped {
		t.Errorf("what was to be told before goes on: %+v", got)
	}
	all := d.told(r.ID)
	for id, want := range map[string]task.State{"payment-processor": task.Told, "mail-provider": task.Open, "google-analytics": task.Skipped} {
		if got := all[id]; got.State != want || got.Act != task.Erased {
			t.Errorf("%s is %s of %q", id, got.State, got.Act)
		}
	}
	must(t, d.Tasks.Answer(t.Context(), d.link("privacy@payments.example"), task.Reply{Outcome: task.Complied}))
	if dump := strings.ToLower(d.Dump()); strings.Contains(dump, "robin") {
		t.Error("something of robin's is left")
	}
}

func TestWhatStaffAskSomebodyElseNeedsWordsAnAddressAndAnEnd(t *testing.T) {
	t.Parallel()
	d := openTasks(t)
	r := d.ask("objection")
	for name, q := range map[string]task.Question{
		"no words": {Address: "legal@example.com", Days: 7}, "no address": {Address: "legal", Words: "May we?", Days: 7}, "no end": {Address: "legal@example.com", Words: "May we?"}, "too long": {Address: "legal@example.com", Words: "May we?", Days: 61},
	} {
		if err := d.Tasks.Ask(t.Context(), d.officer, d.robin, r.ID, q); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, d.Tasks.Ask(t.Context(), d.officer, d.robin, r.ID, task.Question{Address: "legal@example.com", Words: "May we tell them?", Days: 8, Lang: "ja"}))
	token, id := d.link("legal@example.com"), d.told(r.ID)[""].ID
	d.Clock.Advance(4 * 24 * time.Hour)
	for range 2 { // once, however often it is looked at
		must(t, d.Plans.Run(t.Context(), "task", id))
	}
	if n := d.Count(`select count(*) from mail_message where person_id = $1 and lang = 'ja'`, id); n != 2 {
		t.Errorf("half-way to its end they have %d letters in their language", n)
	}
	if err := d.Tasks.Answer(t.Context(), token, task.Reply{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a question answered with nothing: %v", err)
	}
	must(t, d.Tasks.Answer(t.Context(), token, task.Reply{Words: "Yes, all of it."}))
	if got := d.told(r.ID)[""]; got.State != task.Answered || got.Answer != "Yes, all of it." {
		t.Errorf("%+v", got)
	}
}

// A person sees what went to somebody else, but for what a law keeps from them, and
// that once its time is over.
func TestWhatALawKeepsFromAPersonTheySeeOnceItsTimeIsOver(t *testing.T) {
	t.Parallel()
	d := openTasks(t)
	now := d.Clock.Now()
	until := now.Add(30 * 24 * time.Hour)
	given := disclosure.Given{PersonID: d.robin, Recipient: "authorities", At: now.Add(-time.Hour), About: []string{"orders"}, Why: "An order of the court", SecretUntil: &until}
	for name, bad := range map[string]func(*disclosure.Given){
		"nobody": func(g *disclosure.Given) { g.Recipient = "broker" }, "nothing": func(g *disclosure.Given) { g.About = nil }, "rumours": func(g *disclosure.Given) { g.About = []string{"rumours"} },
		"to come": func(g *disclosure.Given) { g.At = now.Add(time.Hour) }, "no words": func(g *disclosure.Given) { g.Why = "ok" },
		"for ever": func(g *disclosure.Given) { g.SecretUntil = new(now.AddDate(2, 0, 0)) }, "over": func(g *disclosure.Given) { g.SecretUntil = &now },
	} {
		one := given
		bad(&one)
		if err := d.Looks.Note(t.Context(), d.officer, one); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := d.Looks.Note(t.Context(), d.Member("agent@example.com", staff.Agent), given); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an agent notes it: %v", err)
	}
	must(t, d.Looks.Note(t.Context(), d.officer, given))
	given.SecretUntil = nil
	must(t, d.Looks.Note(t.Context(), d.officer, given))
	sees := func(all bool) int {
		got, err := postgres.Read(t.Context(), d.DB.Reads(), func(r *postgres.Reads) *[]disclosure.Given { return d.Looks.ReadGiven(r, d.robin, all) })
		must(t, err)
		return len(got)
	}
	if sees(false) != 1 || sees(true) != 2 {
		t.Errorf("the person sees %d, the desk %d", sees(false), sees(true))
	}
	d.Clock.Advance(31 * 24 * time.Hour)
	must(t, d.Looks.Sweep(t.Context()))
	if sees(false) != 2 || d.Count(`select count(*) from disclosure where secret`) != 0 {
		t.Error("it is kept from them for ever")
	}
}

// What is corrected is told with what stood there and what does now.
func TestWhoeverGotARowIsToldWhatItSaysNow(t *testing.T) {
	t.Parallel()
	d := openTasks(t)
	_, err := d.Records.Ingest(t.Context(), record.IngestInput{
		Category: "payment-methods", Source: "test", Format: record.NDJSON, Actor: audit.BySystem("test"),
		Reader: strings.NewReader(`{"person":"robin@example.com","at":"2025-03-01T10:00:00Z","brand":"Examplecard","last4":"4242","expiry":"2028-04","billing_name":"Robyn","billing_country":"DE"}` + "\n"),
	})
	must(t, err)
	page, err := postgres.Read(t.Context(), d.DB.Reads(), func(r *postgres.Reads) *record.Page {
		return d.Records.For("payment-methods")[0].ReadPage(r, d.robin, record.PageQuery{Limit: 1})
	})
	must(t, err)
	r := d.ask("rectification", request.Item{Category: "payment-methods", Row: page.Rows[0].Key, Field: "billing_name", Wanted: "Robin"})
	d.grant(r, nil)
	if got := d.told(r.ID); len(got) != 1 || got["payment-processor"].State != task.Told {
		t.Errorf("%+v", got)
	}
	_, subject, err := d.Tasks.Read(t.Context(), d.link("privacy@payments.example"))
	must(t, err)
	want := task.Change{Category: "payment-methods", Field: "billing_name", Was: "Robyn", Now: "Robin"}
	if len(subject.Changes) != 1 || subject.Changes[0] != want {
		t.Errorf("%+v", subject)
	}
}
