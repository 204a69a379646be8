package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit"
)

// By the page alone: what its links and forms carry is what is sent.
func TestTheDeskTriesAgainOrGivesUpWhatDoesNotGoAndNothingElse(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@mail.example.org")
	stuck := func(to, why string) { // before anybody can send it
		t.Helper()
		must(t, p.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
			if err := p.Mail.Post(ctx, tx, mail.Recipient{Owner: robin, Address: to, Lang: "en"}, mail.Message{Kind: "passwordChanged", Topic: "security-notices"}); err != nil {
				return err
			}
			_, err := tx.PGX.Exec(ctx, `update mail_message set failure = $1, tries = 2, due_at = $2 where failure = '' and kind = 'passwordChanged'`, why, p.clock.Now().Add(20*time.Minute))
			return err
		}))
	}
	for range 3 {
		stuck("robin@mail.example.org", "slowed")
	}
	stuck("robin@example.net", "refused")
	p.Exec(`insert into mail_domain (domain, minute, taken, strikes, slow_until) values ('mail.example.org', $1, 0, 3, $1::timestamptz + interval '10 minutes')`, p.clock.Now())
	admin := p.staffIn("admin@example.com", staff.Admin)
	desk := func() *testkit.Document { return testkit.HTML(t, admin.get("/staff/operation/mail").body) }
	text := strings.Join(desk().Texts("tbody tr"), "\n")
	for _, want := range []string{"mail.example.org", "3", "asked to be sent less", "example.net", "takes no mail for the address"} {
		if !strings.Contains(text, want) {
			t.Errorf("the desk does not say %q: %s", want, text)
		}
	}
	if strings.Contains(admin.get("/staff/operation/mail").body, "robin@") {
		t.Error("the desk tells addresses")
	}
	group := desk().Attr(`a[href*="mail.example.org"]`, "href")
	letters := testkit.HTML(t, admin.get(group).body)
	letters.MustHave(`a[href="/staff/people/` + robin.String() + `"]`)
	one := letters.Attr(`td a[href*="letter="]`, "href")
	send := func(page, to, because string) answer {
		t.Helper()
		b := press{admin, page, to, url.Values{"because": {because}}}
		return admin.post(to, b.fields())
	}
	waits := func(where string) int { return p.count(`select count(*) from mail_message where ` + where) }

	if got := send(one, "/staff/operation/mail/drop", ""); !strings.Contains(got.header.Get("Location"), "letter=") || waits(`failure = 'dropped'`) != 0 {
		t.Errorf("without a reason it leads to %s", got.header.Get("Location"))
	}
	send(one, "/staff/operation/mail/drop", "unneeded")
	if n := waits(`failure = 'dropped' and sealed is null and failed_at is not null`); n != 1 {
		t.Errorf("%d were given up, want the one", n)
	}
	send(group, "/staff/operation/mail/retry", "")
	if n := waits(`kind = 'passwordChanged' and failed_at is null and (sent_at is not null or domain = 'mail.example.org' and due_at <= (select max(at) from audit_entry))`); n != 2 || waits(`domain = 'example.net' and failure = 'refused' and sealed is not null`) != 1 {
		t.Errorf("%d are tried again, want the two of the domain", n)
	}
	if p.count(`select count(*) from mail_domain where strikes > 0`) != 0 {
		t.Error("the domain is still slowed")
	}
	if n := p.count(`select count(*) from audit_entry where action = 'mail.dropped' and person_id = $1 and detail->>'because' = 'unneeded'`, robin); n != 1 {
		t.Error("who gave the letter up is not in the log")
	}
	if n := p.count(`select count(*) from audit_entry where action = 'mail.retried' and person_id is null and detail @> '{"letters": 2, "domain": "mail.example.org"}'`); n != 1 {
		t.Error("who tried them again is not in the log")
	}
	all := url.Values{"domain": {"example.net"}, "why": {"refused"}, "letter": {"nonsense.nonsense"}, "because": {"unneeded"}}
	if got := admin.post("/staff/operation/mail/drop", all); got.status == http.StatusOK || waits(`failure = 'dropped'`) != 1 {
		t.Error("a letter that is none is taken for all of them")
	}
	p.clock.Advance(time.Minute)
	if officer := p.staffIn("officer@example.com", staff.Officer); officer.get("/staff/operation/mail").status != http.StatusForbidden {
		t.Error("an officer sees it")
	}
}
