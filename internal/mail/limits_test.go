package mail_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
)

// domains is a mail server that notes when which domain was sent something, and
// says no for those it was told to.
type domains struct {
	mu      sync.Mutex
	sent    map[string]int
	asked   int    // how often it said no
	bulk    []bool // what came, in order
	refuses map[string]error
}

func (d *domains) Send(_ context.Context, _, to string, e mail.Envelope) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, domain, _ := strings.Cut(to, "@")
	if err := d.refuses[domain]; err != nil {
		d.asked++
		return err
	}
	d.sent[domain]++
	d.bulk = append(d.bulk, e.Letter.Unsubscribe != nil)
	return nil
}

func (b *bundle) postTo(address string, n int, m mail.Message) {
	b.t.Helper()
	must(b.t, b.db.InTx(b.t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		for range n {
			if err := b.mail.Post(ctx, tx, mail.Recipient{Owner: postgres.NewID(), Address: address, Lang: "en"}, m); err != nil {
				return err
			}
		}
		return nil
	}))
}

var notice = mail.Message{Kind: "passwordChanged", Topic: "security-notices"}

// The second half of the messages is sent by another portal, as after a restart:
// what a domain was sent is in the database, and in nobody's memory.
func TestADomainIsSentItsShareAMinuteAndDelaysNoOther(t *testing.T) {
	t.Parallel()
	server := &domains{sent: map[string]int{}}
	limits, err := mail.ParseLimits([]string{"10/2", "large.example.com=25/2"})
	must(t, err)
	b := setup(t, func(p *app.Parts) { p.Sender, p.MailLimits = server, limits })
	b.postTo("mara@example.com", 30, notice)
	b.postTo("mara@LARGE.example.com", 30, notice)
	b.postTo("mara@other.example.com", 3, notice)
	want := func(small, large, other int) {
		t.Helper()
		if s := server.sent; s["example.com"] != small || s["LARGE.example.com"] != large || s["other.example.com"] != other {
			t.Errorf("sent %v, want %d, %d and %d", s, small, large, other)
		}
	}
	b.sendDue()
	want(10, 25, 3)
	b.clock.Advance(20 * time.Second)
	again, err := app.New(app.Parts{DB: b.db, Ring: b.Ring, Register: b.Register, Sender: server, MailLimits: limits, BaseURL: "https://privacy.example.com", Log: b.Log, Now: b.clock.Now})
	must(t, err)
	b.mail = again.Mail
	b.sendDue()
	want(10, 25, 3)
	b.clock.Advance(time.Minute)
	b.sendDue()
	want(20, 30, 3)
	b.clock.Advance(time.Minute)
	b.sendDue()
	want(30, 30, 3)
}

func TestALetterToEverybodyLeavesRoomForWhatSomebodyWaitsFor(t *testing.T) {
	t.Parallel()
	server := &domains{sent: map[string]int{}}
	limits, err := mail.ParseLimits([]string{"11/2"})
	must(t, err)
	b := setup(t, func(p *app.Parts) { p.Sender, p.MailLimits = server, limits })
	sample, err := b.Consents.Sample(mail.Recipient{Address: "mara@example.com", Lang: "en"}, "promotions")
	must(t, err)
	b.postTo("mara@example.com", 30, sample)
	b.sendDue()
	if len(server.bulk) != 9 {
		t.Errorf("%d bulk letters go in the first minute, want 9", len(server.bulk))
	}
	b.postTo("mara@example.com", 3, notice)
	b.sendDue()
	if n := len(server.bulk); n != 11 || server.bulk[9] || server.bulk[10] {
		t.Errorf("%d went, want two that somebody waits for after the nine: %v", n, server.bulk)
	}
	b.clock.Advance(time.Minute)
	b.sendDue()
	if n := len(server.bulk); n != 20 || server.bulk[11] || !server.bulk[12] {
		t.Errorf("%d went, want the third that somebody waits for, and then eight of bulk: %v", n, server.bulk)
	}
}

func TestADomainThatAsksForLessIsSlowedAndNoOther(t *testing.T) {
	t.Parallel()
	slowed := mail.NotSent{Kind: mail.Slowed}
	server := &domains{sent: map[string]int{}, refuses: map[string]error{"busy.example.com": slowed}}
	b := setup(t, func(p *app.Parts) { p.Sender = server })
	b.postTo("mara@busy.example.com", 20, notice)
	b.postTo("mara@example.com", 20, notice)
	b.sendDue()
	if server.asked != 1 {
		t.Errorf("it is asked %d times", server.asked)
	}
	if server.sent["example.com"] != 20 || b.count("failure = 'slowed' and tries = 1") != 1 || b.count("sealed is not null and tries = 0 and failure = ''") != 19 {
		t.Errorf("%v were sent; one of the busy domain is told to wait, and no other was tried", server.sent)
	}
	tried := func() int { return b.count("failure = 'slowed'") }
	b.clock.Advance(9 * time.Second)
	b.sendDue()
	if tried() != 1 {
		t.Error("it is tried again at once")
	}
	b.clock.Advance(2 * time.Second)
	b.sendDue()
	b.clock.Advance(11 * time.Second)
	b.sendDue()
	if n := tried(); n != 2 { // another of them; and the second wait is longer than the first
		t.Errorf("%d were tried", n)
	}
	server.refuses = nil
	b.waitAndSend(3*time.Minute, 10*time.Second)
	if server.sent["busy.example.com"] != 20 {
		t.Errorf("when it takes mail again, %d arrive", server.sent["busy.example.com"])
	}
	b.clock.Advance(49 * time.Hour)
	must(t, b.mail.Sweep(t.Context()))
	var left int
	must(t, b.db.Pool.QueryRow(t.Context(), `select count(*) from mail_domain`).Scan(&left))
	if left != 0 {
		t.Errorf("%d domains are known for ever", left)
	}
}

func TestWhatSomebodyWaitsForGoesBeforeWhatMayBeStopped(t *testing.T) {
	t.Parallel()
	server := &domains{sent: map[string]int{}}
	b := setup(t, func(p *app.Parts) { p.Sender = server })
	sample, err := b.Consents.Sample(mail.Recipient{Address: address, Lang: "en"}, "promotions")
	must(t, err)
	b.postTo(address, 12, sample)
	b.postTo(address, 3, notice)
	b.sendDue()
	for i, bulk := range server.bulk {
		if bulk != (i >= 3) {
			t.Fatalf("they went as %v", server.bulk)
		}
	}
}

func TestAWishForLessIsToldFromWhatIsWrongWithOneMailbox(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ step, answer string }{
		{"RCPT", "421 4.7.0 try again later"},
		{"RCPT", "450 4.7.1 greylisted"},
		{"RCPT", "452 4.5.3 too many recipients"},
		{"RCPT", "451 4.4.1 no answer from the host"},
		{"RCPT", "421 too fast"},
		{".", "421 4.7.28 unusual rate"},
	} {
		err := send(t, startRelay(t, &relay{answers: map[string]string{c.step: c.answer}}))
		if n, ok := errors.AsType[mail.NotSent](err); !ok || n.Kind != mail.Slowed {
			t.Errorf("%q to %q: %v", c.answer, c.step, err)
		}
	}
}

func TestALimitThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, list := range [][]string{{"300"}, {"0/1"}, {"1/0"}, {"a/b"}, {"300/4", "200/2"}, {"=3/1"}, {"not a domain=3/1"}} {
		if _, err := mail.ParseLimits(list); err == nil {
			t.Errorf("%q is taken", list)
		}
	}
}
