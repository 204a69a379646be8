package consent_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
)

// Between the writing of a letter to many and its turn lie hours, in which people stop
// it by each road that there is. What nobody can stop goes.
func TestMailThatWaitedGoesToNobodyWhoStoppedItMeanwhile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	people := map[string]uuid.UUID{}
	for _, name := range []string{"stays", "said-no", "pressed", "listed", "closing", "limited", "sampled"} {
		people[name] = b.person(t, name+"@example.com")
	}
	people["kim"] = b.kid(t, "kim@example.com", "DE", account.Fourteen)
	b.exec(t, `insert into guardian (person_id, wished, allowed) values ($1, $2, $2)`, people["kim"], []string{topic})
	b.exec(t, `insert into consent_state (person_id, topic, given, at, channel) values ($1, $2, true, now(), 'guardian')`, people["kim"], topic)
	if err := b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		var many []mail.Letter
		for name, id := range people {
			to, about := mail.Recipient{Owner: id, Address: name + "@example.com", Lang: "en"}, map[bool]string{true: topic, false: forAll}[name == "kim"]
			m, err := b.Sample(to, about)
			if err != nil {
				return err
			}
			m.Sample = name == "sampled"
			must := mail.Message{Kind: "breachNotice", Topic: locked, Args: map[string]string{"Subject": "Must", "Body": "Must."}}
			many = append(many, mail.Letter{ID: postgres.NewID(), To: to, Message: m}, mail.Letter{ID: postgres.NewID(), To: to, Message: must})
		}
		_, err := b.portal.Mail.PostAll(ctx, tx, many)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(time.Hour)
	b.set(t, people["said-no"], map[string]bool{forAll: false})
	b.set(t, people["sampled"], map[string]bool{forAll: false})
	b.unsubscribe(t, consent.Link{Person: people["pressed"], Topic: forAll})
	if err := b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		_, err := b.SuppressFor(ctx, tx, consent.Bounced, "listed@example.com", b.clock.Now())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	b.exec(t, `update person set closing_at = now() where id = $1`, people["closing"])
	asked, err := b.portal.Requests.Ask(t.Context(), people["limited"], "restriction", "Keep it.")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.portal.Requests.Approve(t.Context(), b.portal.Member("officer@example.com", staff.Officer), asked.ID, request.Approval{Words: "We keep it."}); err != nil {
		t.Fatal(err)
	}
	b.exec(t, `update guardian set allowed = '{}'`)

	for more := true; more; {
		var err error
		if more, err = b.portal.Mail.SendDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for name := range people {
		var stoppable, must int
		for _, m := range b.portal.Mailbox.Messages(name + "@example.com") {
			if strings.Contains(m.Subject, "Must") {
				must++
			} else if !strings.Contains(m.Subject, "request") {
				stoppable++
			}
		}
		goes := name == "stays" || name == "sampled"
		if must != 1 || stoppable != map[bool]int{true: 1}[goes] {
			t.Errorf("%s got %d letters that can be stopped, and %d that can not", name, stoppable, must)
		}
		if n := b.count(t, `mail_message where person_id = $1 and failure = $2 and failed_at is not null and sealed is null and sent_at is null`, people[name], mail.Declined); (n == 0) != goes {
			t.Errorf("%s: %d letters are noted as stopped before they left", name, n)
		}
	}
	if n := b.count(t, `mail_message where sealed is not null or holder is not null`); n != 0 {
		t.Errorf("%d letters still wait", n)
	}
}
