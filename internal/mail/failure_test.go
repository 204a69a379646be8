package mail_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// relay is a mail server that gives the answers it is told to give.
type relay struct {
	met     atomic.Int32 // conversations
	taken   atomic.Int32 // messages
	answers map[string]string
	bye     func(taken int32) bool // whether it ends a conversation after a message
}

func startRelay(t *testing.T, r *relay) *mail.Relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			r.met.Add(1)
			go r.talk(conn)
		}
	}()
	return mail.NewRelay(mail.SMTP{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, Plaintext: true})
}

func (r *relay) talk(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewScanner(conn)
	say := func(step, otherwise string) (went bool) {
		answer, told := r.answers[step]
		if !told {
			answer = otherwise
		}
		fmt.Fprintf(conn, "%s\r\n", answer)
		return !told
	}
	if say("", "220 ready"); !in.Scan() {
		return
	}
	say("EHLO", "250-here\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME")
	for in.Scan() {
		switch verb, _, _ := strings.Cut(strings.ToUpper(in.Text()), " "); verb {
		case "DATA":
			if !say("DATA", "354 go on") {
				continue
			}
			for in.Scan() && in.Text() != "." {
			}
			if say(".", "250 taken") {
				if n := r.taken.Add(1); r.bye != nil && r.bye(n) {
					return
				}
			}
		case "QUIT":
			say("QUIT", "221 bye")
			return
		default:
			say(verb, "250 fine")
		}
	}
}

func send(t *testing.T, r *mail.Relay) error {
	t.Helper()
	return r.Send(t.Context(), office, address, mail.Envelope{ID: uuid.New(), FromName: "Example", Subject: "A word"})
}

func TestWhatAMailServerSaysIsToldApart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		step, answer string
		kind         mail.Failure
	}{
		{"RCPT", "550 5.1.1 no such user", mail.Refused},
		{"RCPT", "550 no such user", mail.Refused},
		{"RCPT", "556 5.1.10 the domain takes no mail", mail.Refused},
		{"RCPT", "550 5.2.1 mailbox disabled", mail.Refused},
		{"RCPT", "552 5.2.2 mailbox full", mail.Deferred},
		{"RCPT", "450 4.2.1 come back later", mail.Deferred},
		{"RCPT", "550 5.4.4 no route", mail.Deferred},
		{"RCPT", "554 5.7.1 relay access denied", mail.Misconfigured},
		{"RCPT", "554 relaying denied", mail.Misconfigured},
		{"RCPT", "530 5.7.0 authentication required", mail.Misconfigured},
		{"RCPT", "550 5.1.8 bad sender's system address", mail.Misconfigured},
		{"RCPT", "503 5.5.1 bad sequence", mail.Misconfigured},
		{"MAIL", "550 5.7.1 sender not allowed", mail.Misconfigured},
		{"MAIL", "553 sender address rejected", mail.Misconfigured},
		{"MAIL", "452 4.3.1 disk full", mail.Deferred},
		{"DATA", "554 5.7.1 no", mail.Deferred},
		{".", "554 5.7.1 spam", mail.Deferred},
		{".", "552 5.3.4 too large", mail.Deferred},
		{"", "554 5.7.1 you are on a list", mail.Misconfigured},
		{"", "421 4.3.2 too busy", mail.Unreachable},
		{"RCPT", "421 4.3.2 going down", mail.Unreachable},
	} {
		err := send(t, startRelay(t, &relay{answers: map[string]string{c.step: c.answer}}))
		if n, ok := errors.AsType[mail.NotSent](err); !ok || n.Kind != c.kind || n.Final {
			t.Errorf("%q to %q: %v, want %s", c.answer, c.step, err, c.kind)
		}
	}
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, gone.Close())
	for kind, server := range map[mail.Failure]*mail.Relay{
		mail.Unreachable:   mail.NewRelay(mail.SMTP{Host: "127.0.0.1", Port: gone.Addr().(*net.TCPAddr).Port, Plaintext: true}),
		mail.Misconfigured: noTLS(t),
	} {
		if n, ok := errors.AsType[mail.NotSent](send(t, server)); !ok || n.Kind != kind {
			t.Errorf("%v, want %s", n, kind)
		}
	}
}

// noTLS is a relay without STARTTLS, of which it is asked.
func noTLS(t *testing.T) *mail.Relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go (&relay{}).talk(conn)
		}
	}()
	return mail.NewRelay(mail.SMTP{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port})
}

// waitAndSend sends what is due every few seconds, for that long.
func (b *bundle) waitAndSend(wait, step time.Duration) {
	b.t.Helper()
	for ; wait > 0; wait -= step {
		b.clock.Advance(step)
		b.sendDue()
	}
}

func TestARelayThatRefusesEverybodyForThreeSecondsDestroysNoMail(t *testing.T) {
	t.Parallel()
	for _, who := range []string{address, office} {
		for _, code := range []int{421, 451, 550, 552, 554} {
			b := setup(t)
			b.mailbox.Refuse(who, code)
			b.post(postgres.NewID())
			b.sendDue()
			b.waitAndSend(3*time.Second, time.Second)
			b.mailbox.Refuse(who, 0)
			b.waitAndSend(20*time.Second, time.Second)
			if n := len(b.mailbox.Messages(address)); n != 1 || b.count("sent_at is not null and sealed is null and failure = ''") != 1 {
				t.Errorf("after %d to %s %d messages arrived", code, who, n)
			}
		}
	}
}

func TestARefusalForGoodIsBelievedWhenItIsSaidAgainAndAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mailbox.Refuse(address, 550)
	b.post(postgres.NewID())
	b.sendDue()
	b.waitAndSend(9*time.Minute, 15*time.Second)
	if b.count("sealed is not null and failed_at is null and failure = 'refused'") != 1 {
		t.Error("within ten minutes the message is given up")
	}
	b.waitAndSend(time.Hour, time.Minute)
	if b.count("sealed is null and failed_at is not null and failure = 'refused'") != 1 {
		t.Error("after an hour the message is kept, or nobody is told that it was given up")
	}
	if delayed, failed, _ := b.backlog(b.mail); len(delayed) != 0 || len(failed) != 1 || failed[0].Why != mail.Refused || failed[0].Number != 1 {
		t.Errorf("the desk sees %+v and %+v", delayed, failed)
	}
}

func TestMailWaitsForAnOperatorWhoMendsTheMailServer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mailbox.Refuse(office, 550)
	for range 20 {
		b.post(postgres.NewID())
	}
	b.sendDue()
	b.waitAndSend(20*24*time.Hour, 24*time.Hour)
	if delayed, failed, _ := b.backlog(b.mail); len(failed) != 0 || len(delayed) != 1 || delayed[0].Why != mail.Misconfigured || delayed[0].Number != 20 {
		t.Errorf("the desk sees %+v and %+v", delayed, failed)
	}
	b.mailbox.Refuse(office, 0)
	b.waitAndSend(2*time.Minute, time.Minute)
	if n := len(b.mailbox.Messages(address)); n != 20 {
		t.Errorf("%d messages arrived within two minutes, want 20", n)
	}
	b.mailbox.Refuse(office, 550)
	b.post(postgres.NewID())
	b.waitAndSend(31*24*time.Hour, 24*time.Hour)
	if b.count("sealed is null and failure = 'misconfigured'") != 1 {
		t.Error("after a month the words of a message are still kept")
	}
}

func TestAMessageThatIsDeferredForFiveDaysIsGivenUpAndWiped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mailbox.Refuse(address, 451)
	b.post(postgres.NewID())
	b.sendDue()
	b.waitAndSend(4*24*time.Hour, time.Hour)
	if b.count("sealed is not null and failed_at is null and failure = 'deferred'") != 1 {
		t.Error("within four days it is given up")
	}
	b.waitAndSend(2*24*time.Hour, time.Hour)
	if b.count("sealed is null and failed_at is not null and failure = 'deferred'") != 1 {
		t.Error("it is never given up")
	}
}

func TestMailGoesOverConnectionsThatAreKept(t *testing.T) {
	t.Parallel()
	server := &relay{}
	sender := startRelay(t, server)
	for range 20 {
		must(t, send(t, sender))
	}
	for deadline := time.Now().Add(5 * time.Second); server.taken.Load() < 20 && time.Now().Before(deadline); { // it counts behind its answer
		time.Sleep(time.Millisecond)
	}
	if met, taken := server.met.Load(), server.taken.Load(); met != 1 || taken != 20 {
		t.Errorf("%d messages over %d connections", taken, met)
	}
	time.Sleep(1100 * time.Millisecond) // and then it is asked whether it is still there
	must(t, send(t, sender))
	if met := server.met.Load(); met != 1 {
		t.Errorf("after a second it took %d connections", met)
	}
	impatient := &relay{bye: func(taken int32) bool { return taken%3 == 0 }}
	sender = startRelay(t, impatient)
	for range 20 {
		must(t, send(t, sender))
	}
	if met, taken := impatient.met.Load(), impatient.taken.Load(); met != 7 || taken != 20 {
		t.Errorf("from one that ends each conversation after three: %d messages over %d connections", taken, met)
	}
}

// sender does what a test says before or after a message goes.
type sender struct {
	mail.Sender
	after func()
}

func (s sender) Send(ctx context.Context, from, to string, e mail.Envelope) error {
	err := s.Sender.Send(ctx, from, to, e)
	s.after()
	return err
}

func TestNoTransactionIsOpenWhileAMailServerThinks(t *testing.T) {
	t.Parallel()
	var b *bundle
	open := -1
	b = setup(t, func(p *app.Parts) {
		p.Sender = sender{p.Sender, func() {
			open = b.Count("select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'")
		}}
	})
	b.post(postgres.NewID())
	b.sendDue()
	if open != 0 {
		t.Errorf("%d transactions were open", open)
	}
}

func TestAMessageWhoseYesIsKnownNeverGoesTwice(t *testing.T) {
	t.Parallel()
	var b *bundle
	var back sync.WaitGroup
	defer back.Wait()
	away := sync.OnceFunc(func() { // for longer than a dead worker's are left alone the database lets nobody in
		limit := `alter database "` + b.db.Pool.Config().ConnConfig.Database + `" connection limit `
		testkit.AsSuperuser(t, b.db, limit+"0",
			"select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
		back.Go(func() {
			time.Sleep(9 * time.Second)
			testkit.AsSuperuser(t, b.db, limit+"-1")
		})
	})
	b = setup(t, func(p *app.Parts) { p.Sender = sender{p.Sender, away} })
	other := apptest.New(t, func(p *app.Parts) {
		p.DB, p.Ring, p.MailFrom, p.Now, p.Sender = b.db, b.Ring, office, b.clock.Now, sender{apptest.SMTP(t, b.mailbox), away}
	})
	other.WorkJobs()
	b.WorkJobs()
	time.Sleep(3 * time.Second) // for both to have begun: who starts without a database ends
	b.post(postgres.NewID())
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		var sent bool // the database may be away
		if b.db.Pool.QueryRow(t.Context(), "select exists (select from mail_message where sent_at is not null)").Scan(&sent) == nil && sent {
			break
		}
	}
	time.Sleep(10 * time.Second) // in which it would be taken back
	if n := len(b.mailbox.Messages(address)); n != 1 || b.count("sent_at is not null and sealed is null") != 1 {
		t.Errorf("it went %d times", n)
	}
}

func TestWhoSeemsDeadGetsTheTimeToNoteAYes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.post(postgres.NewID())
	b.Exec(`update mail_message set holder = gen_random_uuid(), held_until = clock_timestamp() - interval '3 seconds'`) // the database was away as long
	time.AfterFunc(time.Second, func() {
		b.Exec(`update mail_message set sent_at = $1, sealed = null, holder = null, held_until = null`, b.clock.Now())
	})
	must(t, b.Plans.Sweep(t.Context()))
	b.sendDue()
	if n := len(b.mailbox.Messages(address)); n != 0 {
		t.Errorf("it goes a second time, before its worker could note that it has gone")
	}
}

func TestWhatADeadWorkerHeldGoesWithinFifteenSeconds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.post(postgres.NewID())
	b.Exec(`update mail_message set holder = gen_random_uuid(), held_until = clock_timestamp() + interval '6 seconds'`)
	b.post(postgres.NewID())
	b.Exec(`update mail_message set holder = gen_random_uuid(), held_until = clock_timestamp() + interval '1 hour' where holder is null`) // by a clock that was put back
	b.WorkJobs()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if len(b.mailbox.Messages(address)) == 2 {
			return
		}
	}
	t.Error("it waits for the dead")
}
