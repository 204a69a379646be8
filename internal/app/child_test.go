package app_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/restriction"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit/apptest"
)

func TestAnAccountIsHeldUntilAParentAgreesOrItIsNoChildsAlsoOnceWhoeverReportedHasLeft(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.WorkJobs()
	reporter := d.Person(apptest.Somebody{Email: "reporter@example.com"})
	report := func(by uuid.UUID) (request.Request, uuid.UUID) {
		r, err := d.Requests.Ask(t.Context(), by, "child-report", "Robin is a child.")
		must(t, err)
		must(t, d.Requests.HoldChild(t.Context(), d.officer, r.ID, d.robin))
		var held uuid.UUID
		must(t, d.DB.Pool.QueryRow(t.Context(), `select id from restriction where report_id = $1`, r.ID).Scan(&held))
		return r, held
	}
	first, held := report(reporter)
	second, again := report(d.Person(apptest.Somebody{Email: "teacher@example.com"}))
	if n := d.Count(`select count(*) from mail_message where kind = 'childHeld'`); n != 1 || d.mayMail("promotions") {
		t.Errorf("robin is told %d times that the account is held, or it goes on", n)
	}
	if n := d.Count(`select count(*) from task where person_id = $1 and act = 'restricted' and request_id is null`, d.robin); n == 0 {
		t.Error("whoever gets data of theirs is not told")
	}
	decide := func(r request.Request, held uuid.UUID, f request.Finding) error {
		return d.Requests.Protect(t.Context(), d.officer, r.ID, held, f)
	}
	if err := d.Requests.Protect(t.Context(), d.Member("agent@example.com", staff.Agent), first.ID, held, request.Finding{Deed: restriction.NoChild, Why: "Their passport."}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an agent decides: %v", err)
	}
	refused := d.Requests.Refuse(t.Context(), d.officer, first.ID, request.Refusal{Code: "suspected-fraud", Words: "No."})
	if wrong, _ := fault.Fields(refused); len(wrong) != 1 || wrong[0].Key != "child.undone" {
		t.Errorf("a refusal leaves an account held for good: %v", refused)
	}
	must(t, decide(second, again, request.Finding{Deed: restriction.NoChild, Why: "Their passport."}))
	if d.mayMail("promotions") {
		t.Error("it goes on, though the other report holds the account")
	}
	must(t, decide(first, held, request.Finding{Deed: restriction.Erasing, Seen: "-"}))
	if err := decide(first, held, request.Finding{Deed: restriction.NoChild, Why: "Both at once.", Seen: "-"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("two officers decide by what both saw: %v", err)
	}
	must(t, d.Requests.Approve(t.Context(), d.officer, first.ID, request.Approval{}))
	var going uuid.UUID
	must(t, d.DB.Pool.QueryRow(t.Context(), `select id from request where person_id = $1 and kind = 'erasure' and state = 'approved'`, d.robin).Scan(&going))
	must(t, d.Requests.Cancel(t.Context(), d.robin, going))
	if n := d.Count(`select count(*) from restriction where id = $1 and deed = '' and ends_at is null`, held); n != 1 || d.mayMail("promotions") {
		t.Error("called off, the account is not held, or it is not open what becomes of it")
	}
	d.Letter("officer@example.com", "A deletion was called off")

	leaving, err := d.Requests.AskErasure(t.Context(), reporter, "")
	must(t, err)
	d.Clock.Advance(erasure.DefaultGrace)
	must(t, d.Erasures.Run(t.Context(), *leaving.ErasureID))
	if err := decide(first, held, request.Finding{Deed: restriction.AskedParent, Band: account.Adult, Email: "parent@example.com"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a child of age: %v", err)
	}
	must(t, decide(first, held, request.Finding{Deed: restriction.AskedParent, Band: account.Thirteen, Email: "parent@example.com"}))
	d.Exec(`update profile set country = 'DE' where person_id = $1`, d.robin)
	if n := d.Count(`select count(*) from person where id = $1 and age_band = '13' and age_at is not null`, d.robin); n != 1 || len(d.restricted()) != 1 {
		t.Error("the age is as it was, or the account is held no more before anybody agreed")
	}
	friend := d.Consents.AskGuardian(t.Context(), consent.Choice{Actor: audit.ByPerson(d.robin), Person: d.robin, Lang: "en"}, "friend@example.com", []string{"promotions"})
	if !fault.Is(friend, fault.Conflict) {
		t.Errorf("whoever is held asks a friend to agree: %v", friend)
	}
	letter := d.Letter("parent@example.com", "")
	at := strings.Index(letter.Text, "/parent/")
	token, _, _ := strings.Cut(strings.Fields(letter.Text[at:])[0][len("/parent/"):], "\"")
	if _, err := d.Consents.AnswerGuardian(t.Context(), token, []string{"promotions"}, true, "", "en"); err != nil {
		t.Fatal(err)
	}
	if len(d.restricted()) != 0 || !d.mayMail("promotions") {
		t.Error("a parent agreed, and the account is held all the same")
	}

	var kim uuid.UUID // who has no account, and asked for something once
	must(t, d.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) (err error) {
		kim, _, err = d.Accounts.Admit(ctx, tx, account.Visitor{Email: "kim@example.com", Lang: "en", Country: "DE"})
		return err
	}))
	third, err := d.Requests.Ask(t.Context(), d.robin, "child-report", "Kim is a child.")
	must(t, err)
	must(t, d.Requests.HoldChild(t.Context(), d.officer, third.ID, kim))
	must(t, d.DB.Pool.QueryRow(t.Context(), `select id from restriction where report_id = $1`, third.ID).Scan(&held))
	if err := decide(third, held, request.Finding{Deed: restriction.AskedParent, Band: account.Thirteen, Email: "parent@example.com"}); !fault.Is(err, fault.Conflict) || d.Count(`select count(*) from person where id = $1 and age_band = ''`, kim) != 1 {
		t.Errorf("asking a parent makes an account of a visitor: %v", err)
	}
}
