package inbound_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/inbound"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

const (
	topic = "promotions"
	other = "new-features"
	home  = "mail@privacy.example.com" // where the portal's mail comes in
)

type bundle struct {
	*apptest.Portal
	t *testing.T
}

func setup(t *testing.T, change ...func(*app.Parts)) *bundle {
	t.Helper()
	return &bundle{apptest.New(t, append(change, func(p *app.Parts) { p.Inbound = home })...), t}
}

// robin agreed to two topics.
func (b *bundle) robin() uuid.UUID {
	b.t.Helper()
	return b.Person(apptest.Somebody{Email: "robin@example.com", Topics: []string{topic, other}, NoPassword: true})
}

func (b *bundle) take(raw string) inbound.Outcome {
	b.t.Helper()
	b.Clock.Advance(1e9)
	outcome, err := b.Inbound.Take(b.t.Context(), strings.NewReader(raw))
	if err != nil {
		b.t.Fatal(err)
	}
	return outcome
}

func (b *bundle) why(topic, name string) consent.Why {
	b.t.Helper()
	said, err := b.Consents.Ask(b.t.Context(), topic, []consent.Name{consent.NameOf(name)})
	if err != nil {
		b.t.Fatal(err)
	}
	return said[0].Why
}

// mailto is the subject that a mail program writes for the second way out.
func (b *bundle) mailto(to mail.Recipient) string {
	b.t.Helper()
	out, err := b.Consents.UnsubscribeLinks(to, topic)
	if err != nil {
		b.t.Fatal(err)
	}
	subject, ok := strings.CutPrefix(out.Mailto, "mailto:"+home+"?subject=")
	if !ok {
		b.t.Fatalf("no way out by mail: %q", out.Mailto)
	}
	return strings.ReplaceAll(subject, "%20", " ")
}

func letter(subject string, fields ...string) string {
	return "From: Robin <robin@example.com>\r\nTo: " + home + "\r\nSubject: " + subject + "\r\n" + strings.Join(append(fields, ""), "\r\n") + "\r\nThe body says nothing.\r\n"
}

func TestAMailToTheSecondWayOutStopsItsTopicOnceAndNothingElse(t *testing.T) {
	t.Parallel()
	old := keyring.Generate()
	db := testkit.DB(t)
	with := func(keys string) func(*app.Parts) {
		return func(p *app.Parts) {
			ring, err := keyring.Parse(keys)
			if err != nil {
				t.Fatal(err)
			}
			p.DB, p.Ring = db, ring
		}
	}
	b := setup(t, with(old))
	robin := b.robin()
	subject := b.mailto(mail.Recipient{Owner: robin, Address: "robin@example.com"})
	forNobody := b.mailto(mail.Recipient{Address: "kim@example.com"})
	stranger := setup(t).mailto(mail.Recipient{Owner: robin, Address: "robin@example.com"})
	altered := subject[:len(subject)-2] + "AA"

	for raw, want := range map[string]inbound.Outcome{
		letter(stranger):         inbound.Forged,
		letter(altered):          inbound.Forged,
		letter("unsubscribe me"): inbound.Forged,
		letter("unsubscribe"):    inbound.Strange,
		letter("Cheap watches"):  inbound.Strange,
		letter(subject, "Auto-Submitted: auto-replied (vacation)"): inbound.Automatic,
		"":             inbound.Unread,
		"\x00\x01\x02": inbound.Unread,
	} {
		if got := b.take(raw); got != want {
			t.Errorf("%.60q is %s, not %s", raw, got, want)
		}
	}
	if b.why(topic, "robin@example.com") != consent.Agreed {
		t.Fatal("one of them did something")
	}
	b = setup(t, with(keyring.Generate()+",verify:"+old)) // the key leaked since, and old messages still stop
	for _, raw := range []string{
		"From robin@example.com Fri Nov 27 02:30:35 2026\n" + strings.ReplaceAll(letter(subject), "\r\n", "\n"), // as a pipe hands it on
		letter(subject),
		letter("=?utf-8?Q?" + strings.ReplaceAll(strings.ReplaceAll(subject, "_", "=5F"), " ", "_") + "?="),
		letter("unsubscribe\r\n " + strings.TrimPrefix(subject, "unsubscribe ")),
		letter(forNobody, "Content-Type: text/plain; charset=none-such"),
	} {
		if got := b.take(raw); got != inbound.Unsubscribed {
			t.Errorf("%.60q is %s", raw, got)
		}
	}
	if n := b.Count(`select count(*) from consent_event where person_id = $1 and topic = $2 and not given and channel = 'mailto'`, robin, topic); n != 1 {
		t.Errorf("the ledger has %d lines of it", n)
	}
	if b.why(topic, "robin@example.com") != consent.Said || b.why(other, "robin@example.com") != consent.Agreed || b.why(topic, "kim@example.com") != consent.OnList {
		t.Error("it stopped something else, or not all")
	}
	if n := b.Count(`select sum(number) from inbound_mail where outcome in ('unsubscribed', 'forged', 'strange', 'automatic', 'unread')`); n != 13 {
		t.Errorf("%d are counted", n)
	}
	link, err := b.Consents.Read(strings.Fields(subject)[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Consents.UndoUnsubscribe(t.Context(), link, "en"); err != nil || b.why(topic, "robin@example.com") != consent.Agreed {
		t.Errorf("it can't be taken back like one by link: %v", err)
	}
}

func TestNoMessageHarms(t *testing.T) {
	t.Parallel()
	b := setup(t)
	deep := ""
	for i := range 3000 {
		deep += fmt.Sprintf("Content-Type: multipart/report; report-type=delivery-status; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	for name, raw := range map[string]string{
		"huge":         letter("a", "X: "+strings.Repeat("a", 2<<20)),
		"one line":     strings.Repeat("a", 1<<20),
		"many fields":  strings.Repeat("To: a+b@example.com\r\n", 40_000) + "\r\n",
		"deep":         deep,
		"many parts":   "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" + strings.Repeat("--b\r\nContent-Type: message/delivery-status\r\n\r\na: b\r\n\r\nc: d\r\n\r\n", 10_000),
		"no boundary":  "Content-Type: multipart/report; report-type=delivery-status\r\n\r\nx",
		"broken words": letter("=?utf-16?B?AAA?= =?x?Q?=FF=?= unsubscribe"),
		"zip":          "Content-Type: application/zip\r\nContent-Encoding: gzip\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA====",
		"unknown code": "Content-Transfer-Encoding: none-such\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n",
	} {
		if got := b.take(raw); got != inbound.Oversized && got != inbound.Strange && got != inbound.Unread && got != inbound.Nobody && got != inbound.Forged {
			t.Errorf("%s: %s", name, got)
		}
	}
	if n := b.Count(`select count(*) from suppression`) + b.Count(`select count(*) from consent_event`); n != 0 {
		t.Error("one of them did something")
	}
}
