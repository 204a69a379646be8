package inbound_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/inbound"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/standin"
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

// sent has the portal send a letter about a topic, as it goes out.
func (b *bundle) sent(to mail.Recipient, topic string) standin.Message {
	b.t.Helper()
	b.Clock.Advance(time.Minute)
	m, err := b.Consents.Sample(to, topic)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.DB.InTx(b.t.Context(), func(ctx context.Context, tx postgres.Tx) error { return b.Mail.Post(ctx, tx, to, m) }); err != nil {
		b.t.Fatal(err)
	}
	before := len(b.Mailbox.Messages(to.Address))
	if _, err := b.Mail.SendDue(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	all := b.Mailbox.Messages(to.Address)
	if len(all) != before+1 {
		b.t.Fatalf("%d letters went", len(all)-before)
	}
	return all[before]
}

// report is a message of three parts (RFC 6522), about a letter.
func report(kind, to, said string, about standin.Message, leave ...string) string {
	var fields strings.Builder
	for _, f := range about.Header {
		if !slices.Contains(leave, f.Name) {
			fields.WriteString(f.Name + ": " + f.Value + "\r\n")
		}
	}
	return "From: MAILER-DAEMON@mx.example.net\r\nTo: " + to + "\r\nAuto-Submitted: auto-replied\r\nSubject: Report\r\n" +
		"Content-Type: multipart/report; report-type=" + kind + "; boundary=\"b\"\r\n\r\n--b\r\n\r\nI am sorry.\r\n--b\r\nContent-Type: message/" + kind + "\r\n\r\n" +
		said + "\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n" + fields.String() + "--b--\r\n"
}

func undelivered(to string, about standin.Message, recipients ...string) string {
	return report("delivery-status", to, "Reporting-MTA: dns; mx.example.net\r\n\r\n"+strings.Join(recipients, "\r\n"), about)
}

func recipient(action, status, diagnostic string) string {
	return "Final-Recipient: rfc822; robin@example.com\r\nAction: " + action + "\r\nStatus: " + status + "\r\nDiagnostic-Code: " + diagnostic + "\r\n"
}

func TestALetterThatComesBackFromNoMailboxStopsBulkMailToItsAddressUntilItsOwnersYes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.robin()
	to := mail.Recipient{Owner: robin, Address: "robin@example.com", Lang: "en"}
	m := b.sent(to, topic)
	if !strings.HasPrefix(m.From, "mail+") || !strings.HasSuffix(m.From, "@privacy.example.com") || len(m.From) > 64+len("@privacy.example.com") || !strings.Contains(m.Field("List-Unsubscribe"), "<mailto:"+home) {
		t.Fatalf("from %s, %s", m.From, m.Field("List-Unsubscribe"))
	}
	stranger := setup(t)
	foreign := stranger.sent(mail.Recipient{Owner: stranger.robin(), Address: "robin@example.com", Lang: "en"}, topic)
	gone := recipient("failed", "5.1.1", "smtp; 550 5.1.1 No such user")
	bare := standin.Message{}
	for name, one := range map[string]struct {
		raw  string
		want inbound.Outcome
	}{
		"another portal's":     {undelivered(foreign.From, foreign, gone), inbound.Forged},
		"about nothing":        {undelivered(home, bare, gone), inbound.Forged},
		"an unsigned number":   {undelivered("mail+"+postgres.NewID().String()+"@privacy.example.com", bare, gone), inbound.Forged},
		"an unsubscribe token": {undelivered("mail+"+strings.Fields(b.mailto(to))[1]+"@privacy.example.com", bare, gone), inbound.Forged},
		"still tried":          {undelivered(m.From, m, recipient("delayed", "4.4.1", "smtp; 451 later")), inbound.Delayed},
		"arrived":              {undelivered(m.From, m, recipient("delivered", "2.0.0", "smtp; 250 ok")), inbound.Delayed},
		"arrived with one":     {undelivered(m.From, m, gone, recipient("delivered", "2.0.0", "smtp; 250 ok")), inbound.Delayed},
		"no word":              {undelivered(m.From, m), inbound.Delayed},
		"full":                 {undelivered(m.From, m, recipient("failed", "5.2.2", "smtp; 552 5.2.2 full")), inbound.Returned},
		"a policy":             {undelivered(m.From, m, recipient("failed", "5.0.0", "smtp; 550 5.7.1 looks like spam")), inbound.Returned},
		"too late":             {undelivered(m.From, m, recipient("failed", "4.4.7", "smtp; 451 4.4.7 expired")), inbound.Returned},
	} {
		if got := b.take(one.raw); got != one.want {
			t.Errorf("%s is %s, not %s", name, got, one.want)
		}
	}
	if n := b.Count(`select count(*) from suppression`); n != 0 || b.why(topic, "robin@example.com") != consent.Agreed {
		t.Fatal("one of them silenced Robin's mail")
	}
	if n := b.Count(`select count(*) from mail_message where person_id = $1 and failure in ('bounced', 'lapsed') and failed_at is not null and domain = 'example.com'`, robin); n != 1 {
		t.Error("Robin does not read that the letter has not arrived")
	}
	for name, raw := range map[string]string{
		"by the address":     undelivered(m.From, bare, gone),
		"by the Message-ID":  undelivered(home, m, gone),
		"by the words alone": undelivered(m.From, m, recipient("failed", "5.0.0", "smtp; 550 5.1.1 unknown user")),
	} {
		if got := b.take(raw); got != inbound.Bounced {
			t.Errorf("%s: %s", name, got)
		}
	}
	if n := b.Count(`select count(*) from suppression where reason = 'bounced' and topic = '*'`); n != 1 || b.why(topic, robin.String()) != consent.OnList || b.why("security-notices", robin.String()) != consent.Locked {
		t.Error("bulk mail goes on, or what is locked does not")
	}
	if n := b.Count(`select count(*) from audit_entry where action = 'suppression.bounced' and person_id = $1`, robin); n != 1 {
		t.Errorf("%d lines of it in the log", n)
	}
	// Robin mends the mailbox and says yes again; what went before says nothing about that.
	b.Clock.Advance(time.Minute)
	yes := consent.Choice{Actor: audit.ByPerson(robin), Person: robin, Channel: consent.Preferences, Lang: "en"}
	if _, err := b.Consents.Set(t.Context(), yes, map[string]bool{topic: true}); err != nil {
		t.Fatal(err)
	}
	b.take(undelivered(m.From, m, gone))
	if b.why(topic, robin.String()) != consent.Agreed {
		t.Error("a late report of an old letter counts for more than Robin's own yes")
	}
	next := b.sent(to, topic)
	if got := b.take(undelivered(next.From, next, gone)); got != inbound.Bounced || b.why(topic, robin.String()) != consent.OnList {
		t.Errorf("the next that comes back: %s", got)
	}
	b.Exec(`delete from mail_message`)
	if got := b.take(undelivered(m.From, m, gone)); got != inbound.Nobody {
		t.Errorf("a bounce for nobody: %s", got)
	}
}

func TestAMailboxThatTakesNothingForDaysGetsNoBulkMailUnlessALetterBetweenArrived(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.robin()
	to := mail.Recipient{Owner: robin, Address: "robin@example.com", Lang: "en"}
	late := recipient("failed", "4.4.7", "smtp; 451 4.4.7 expired")
	day := 24 * time.Hour
	lapses := func(after time.Duration, said string) inbound.Outcome {
		m := b.sent(to, topic)
		b.Clock.Advance(after)
		return b.take(undelivered(m.From, m, said))
	}
	for i, said := range []string{late, recipient("failed", "5.2.2", "smtp; 552 5.2.2 full"), late} { // three within two days
		if got := lapses(12*time.Hour, said); got != inbound.Returned {
			t.Errorf("letter %d is %s", i, got)
		}
	}
	for range 4 { // what is about the message says nothing of the mailbox
		if got := lapses(day, recipient("failed", "5.7.1", "smtp; 550 5.7.1 looks like spam")); got != inbound.Returned {
			t.Errorf("a policy is %s", got)
		}
	}
	b.sent(to, topic) // which arrives
	b.Clock.Advance(6 * day)
	if got := lapses(day, late); got != inbound.Returned {
		t.Errorf("with an arrival between it is %s", got)
	}
	lapses(2*day, late)
	if b.why(topic, robin.String()) != consent.Agreed {
		t.Fatal("two are enough")
	}
	if got := lapses(2*day, late); got != inbound.Bounced || b.why(topic, robin.String()) != consent.OnList {
		t.Errorf("the third, three days after the first, is %s", got)
	}
	if b.why("security-notices", robin.String()) != consent.Locked {
		t.Error("what can't be stopped stops")
	}
}

func TestAnAddressThatTheMailServerItselfRefusesForGoodGetsNoBulkMailUntilOnePress(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.robin()
	to := mail.Recipient{Owner: robin, Address: "robin@example.com", Lang: "en"}
	b.Clock.Advance(time.Minute)
	me := consent.Choice{Actor: audit.ByPerson(robin), Person: robin, Channel: consent.Preferences, Lang: "en"}
	if _, err := b.Consents.Set(t.Context(), me, map[string]bool{other: false}); err != nil {
		t.Fatal(err)
	}
	b.Mailbox.Refuse("robin@example.com", 550)
	m, err := b.Consents.Sample(to, topic)
	if err == nil {
		err = b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error { return b.Mail.Post(ctx, tx, to, m) })
	}
	for range 14 {
		b.Clock.Advance(5 * time.Minute)
		_, sent := b.Mail.SendDue(t.Context())
		if err == nil {
			err = sent
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if b.why(topic, robin.String()) != consent.OnList || b.why("security-notices", robin.String()) != consent.Locked {
		t.Error("bulk mail goes on, or what is locked does not")
	}
	if n := b.Count(`select count(*) from audit_entry where action = 'suppression.bounced' and person_id = $1`, robin); n != 1 {
		t.Errorf("%d lines of it in the log", n)
	}
	reads := b.Reads()
	_, said := b.Consents.ReadMailbox(reads, robin, "robin@example.com")
	if err := reads.Send(t.Context()); err != nil || said.Why != consent.Bounced || said.At.IsZero() || len(said.Topics) != 2 {
		t.Errorf("Robin reads %+v: %v", said, err)
	}
	for _, want := range []int64{2, 0} {
		if n, err := b.Consents.WriteAgain(t.Context(), me); n != want || err != nil {
			t.Errorf("%d topics are on again: %v", n, err)
		}
	}
	if b.why(topic, robin.String()) != consent.Agreed || b.why(other, robin.String()) == consent.Agreed {
		t.Error("the press does not bring back what it said, or brings back what Robin stopped")
	}
}

func TestAComplaintStopsItsTopicAndBulkMailToItsAddress(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.robin()
	to := mail.Recipient{Owner: robin, Address: "robin@example.com", Lang: "en"}
	m := b.sent(to, topic)
	abuse := "Feedback-Type: abuse\r\nUser-Agent: Mailbox/1\r\nVersion: 1\r\n"
	for raw, want := range map[string]inbound.Outcome{
		report("feedback-report", home, "Feedback-Type: not-spam\r\nVersion: 1\r\n", m): inbound.Strange,
		report("feedback-report", home, abuse, standin.Message{}):                       inbound.Forged,
	} {
		if got := b.take(raw); got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
	if b.why(topic, robin.String()) != consent.Agreed {
		t.Fatal("one of them did something")
	}
	for range 2 {
		if got := b.take(report("feedback-report", home, abuse, m)); got != inbound.Complained {
			t.Errorf("%s", got)
		}
	}
	if n := b.Count(`select count(*) from consent_event where person_id = $1 and topic = $2 and not given and channel = 'complaint'`, robin, topic); n != 1 {
		t.Errorf("the ledger has %d lines of it", n)
	}
	if n := b.Count(`select count(*) from audit_entry where person_id = $1 and action = 'suppression.complained'`, robin); n != 1 {
		t.Errorf("the log tells of it %d times", n)
	}
	if b.why(other, robin.String()) != consent.OnList || b.why("security-notices", robin.String()) != consent.Locked {
		t.Error("bulk mail goes on, or what is locked does not")
	}
	// Of what another system sent with a link of ours, and where a provider cuts the links out.
	kim := b.sent(mail.Recipient{Address: "kim@example.com", Lang: "en"}, topic)
	if got := b.take(report("feedback-report", home, abuse, kim, "Message-Id", "Message-ID")); got != inbound.Complained || b.why(other, "kim@example.com") != consent.OnList {
		t.Errorf("about nobody here: %s", got)
	}
	mara := b.Person(apptest.Somebody{Email: "mara@example.com", Topics: []string{topic}, NoPassword: true})
	cut := b.sent(mail.Recipient{Owner: mara, Address: "mara@example.com", Lang: "en"}, topic)
	if got := b.take(report("feedback-report", home, abuse, cut, "List-Unsubscribe")); got != inbound.Complained || b.why(topic, mara.String()) != consent.Said {
		t.Errorf("without its links: %s, %s", got, b.why(topic, mara.String()))
	}
}
