package mail_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/standin"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
	"plusultra.link/privacy/views/text"
)

const (
	address = "mara@example.com"
	office  = "privacy@example.com"
)

type bundle struct {
	*apptest.Portal
	t       *testing.T
	db      *postgres.DB
	clock   *testkit.SetClock
	mailbox *standin.Mailbox
	mail    *mail.Service
}

func setup(t *testing.T, change ...func(*app.Parts)) *bundle {
	t.Helper()
	p := apptest.New(t, append(change, func(parts *app.Parts) { parts.MailFrom = office })...)
	return &bundle{Portal: p, t: t, db: p.DB, clock: p.Clock, mailbox: p.Mailbox, mail: p.Mail}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// post writes a message down for somebody and gives its id.
func (b *bundle) post(owner uuid.UUID) (id uuid.UUID) {
	b.t.Helper()
	must(b.t, b.db.InTx(b.t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		return b.mail.Post(b.t.Context(), tx, mail.Recipient{Owner: owner, Address: address, Lang: "en"}, mail.Message{Kind: "passwordChanged", Topic: "security-notices"})
	}))
	must(b.t, b.db.Pool.QueryRow(b.t.Context(), `select id from mail_message where person_id = $1 order by id desc`, owner).Scan(&id))
	return id
}

// count counts messages.
func (b *bundle) count(where string) (n int) {
	b.t.Helper()
	must(b.t, b.db.Pool.QueryRow(b.t.Context(), `select count(*) from mail_message where `+where).Scan(&n))
	return n
}

// backlog is what an operator is told of mail.
func (b *bundle) backlog(service *mail.Service) (delayed, failed []mail.Trouble, noKey int64) {
	b.t.Helper()
	reads := b.db.Reads()
	told := service.ReadBacklog(reads, b.clock.Now().Add(-7*24*time.Hour))
	must(b.t, reads.Send(b.t.Context()))
	return *told.Delayed, *told.Failed, told.NoKey.Number
}

// sendDue sends until nothing is due.
func (b *bundle) sendDue() {
	b.t.Helper()
	for {
		did, err := b.mail.SendDue(b.t.Context())
		must(b.t, err)
		if !did {
			return
		}
	}
}

func TestAFailedDeliveryTellsNobodyTheAddress(t *testing.T) {
	t.Parallel()
	var log apptest.Log
	b := setup(t, func(parts *app.Parts) { parts.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	b.mailbox.Refuse(address, 451)
	b.post(uuid.Nil) // who has an account can read what was sent to them
	b.sendDue()
	if said := log.String(); !strings.Contains(said, "RCPT TO command: 451 4.2.1") {
		t.Errorf("the log does not say what failed: %s", said)
	}
	for name, said := range map[string]string{"the log": log.String(), "the database": b.Dump()} {
		for _, never := range []string{"mara", "@example.com", "was told to"} {
			if strings.Contains(said, never) {
				t.Errorf("%s says %q: %s", name, never, said)
			}
		}
	}
}

func TestMailComesInAThirdLanguage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	third, err := text.Load(testkit.ThirdLanguage(t))
	must(t, err)
	b.mail = mail.New(mail.Deps{
		DB: b.db, Plans: jobs.NewPlans(b.db, b.Queue, slog.Default(), b.clock.Now), Ring: b.Ring, Catalog: third, Sender: apptest.SMTP(t, b.mailbox), Brand: mail.Brand{Name: "Example", From: office}, Now: b.clock.Now,
	})
	owner := postgres.NewID()
	must(t, b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		return b.mail.Post(ctx, tx, mail.Recipient{Owner: owner, Address: address, Lang: testkit.Third}, mail.Message{Kind: "passwordChanged", Topic: "security-notices"})
	}))
	b.sendDue()
	arrived := b.mailbox.Messages(address)
	if len(arrived) != 1 {
		t.Fatalf("%d messages arrived", len(arrived))
	}
	english := text.T(third.Into(t.Context(), "en"), "mail.passwordChanged.subject", "Brand", "Example")
	if want := testkit.Greek(strings.ReplaceAll(english, "Example", "{{Example}}")); arrived[0].Subject != strings.NewReplacer("{{", "", "}}", "").Replace(want) {
		t.Errorf("the subject is %q, want %q", arrived[0].Subject, want)
	}
}

// Two portals are at different steps of a rotation, or one has been started
// with the wrong keys: what it can't read is not its to throw away.
func TestAMessageWaitsForThePortalThatHasItsKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	stranger, err := keyring.Parse(keyring.Generate())
	must(t, err)
	b.post(uuid.Nil)
	other := mail.New(mail.Deps{DB: b.db, Plans: jobs.NewPlans(b.db, b.Queue, b.Log, b.clock.Now), Log: b.Log, Ring: stranger, Catalog: b.Catalog, Now: b.clock.Now})
	for range 60 {
		if did, err := other.SendDue(t.Context()); did || err != nil {
			t.Fatal(did, err)
		}
		must(t, other.Sweep(t.Context()))
		b.clock.Advance(24 * time.Hour)
	}
	if n := b.count("sealed is not null and failed_at is null and tries = 0"); n != 1 {
		t.Fatalf("%d messages wait, want 1", n)
	}
	if _, _, shown := b.backlog(other); shown != 1 {
		t.Errorf("where it can't be read, the desk sees %d", shown)
	}
	b.sendDue()
	if got := b.mailbox.Messages(address); len(got) != 1 {
		t.Errorf("%d messages arrived, want 1", len(got))
	}
}

func TestMailThatIsOnItsWayIsKnownAndNotWaitedFor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.Person(apptest.Somebody{Email: address})
	b.post(mara)
	idle := func() (idle bool) {
		t.Helper()
		must(t, b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) (err error) {
			idle, err = b.mail.Idle(ctx, tx, mara)
			return err
		}))
		return idle
	}
	if !idle() {
		t.Error("mail is on its way that nobody sends")
	}
	b.mailbox.Slow(300 * time.Millisecond)
	sent := make(chan error, 1)
	go func() {
		_, err := b.mail.SendDue(context.WithoutCancel(t.Context()))
		sent <- err
	}()
	for b.count("holder is not null") == 0 {
		time.Sleep(time.Millisecond)
	}
	if idle() {
		t.Error("nobody knows that a message is being sent")
	}
	must(t, <-sent)
	if !idle() {
		t.Error("it is on its way for ever")
	}
}

// inStep is a mail server that says yes to as many at once as it is told.
type inStep struct {
	came, yes chan uuid.UUID
}

func (s inStep) Send(_ context.Context, _, _ string, e mail.Envelope) error {
	s.came <- e.ID
	<-s.yes
	return nil
}

func TestYesesThatComeTogetherAreNotedInOneCommit(t *testing.T) {
	t.Parallel()
	const workers = 6
	server := inStep{make(chan uuid.UUID), make(chan uuid.UUID)}
	b := setup(t, func(p *app.Parts) { p.Sender = server })
	mara := b.Person(apptest.Somebody{Email: address})
	for range 8 * workers { // each takes eight
		b.post(mara)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, workers)
	for range workers {
		go func() {
			_, err := b.mail.SendDue(ctx)
			ended <- err
		}()
	}
	first := make([]uuid.UUID, workers)
	for i := range first {
		first[i] = <-server.came
	}
	must(t, b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		if _, err := tx.PGX.Exec(ctx, `select from mail_message for update`); err != nil {
			return err
		}
		for range first {
			server.yes <- uuid.Nil
		}
		time.Sleep(300 * time.Millisecond) // one of them waits for the rows, the others for it
		return nil
	}))
	for range workers { // the next of each: only what was noted is followed by another
		<-server.came
	}
	var noted, commits int
	must(t, b.db.Pool.QueryRow(t.Context(), `select count(*), count(distinct xmin::text) from mail_message where id = any ($1) and sent_at is not null and sealed is null`, first).Scan(&noted, &commits))
	if noted != workers || commits > workers/2 {
		t.Errorf("%d of %d yeses were noted, in %d commits", noted, workers, commits)
	}
	stop()
	close(server.yes)
	for range workers {
		must(t, <-ended)
	}
}

func TestLettersToEverybodyGoOnceAndBehindAllThatSomebodyWaitsFor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	letters := make([]mail.Letter, 20)
	for i := range letters {
		letters[i] = mail.Letter{
			ID: postgres.NewID(), To: mail.Recipient{Owner: postgres.NewID(), Address: "many@example.com", Lang: "en"},
			Message: mail.Message{Kind: "passwordChanged", Topic: "security-notices"},
		}
	}
	for _, want := range []int64{20, 0} { // written again, as after a kill
		must(t, b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
			n, err := b.mail.PostAll(ctx, tx, letters)
			if n != want {
				t.Errorf("%d were written, want %d", n, want)
			}
			return err
		}))
	}
	b.clock.Advance(time.Minute)
	b.post(postgres.NewID())
	for {
		did, err := b.mail.SendDue(t.Context())
		must(t, err)
		if !did {
			break
		}
	}
	waited := b.mailbox.Messages(address)
	if many := b.mailbox.Messages("many@example.com"); len(waited) != 1 || len(many) != 20 || waited[0].ID > many[0].ID {
		t.Errorf("%d and %d letters, and the one that somebody waits for was number %d", len(waited), len(many), waited[0].ID)
	}
}

// The ledger is asked once for all that are held, and not at all about mail that nobody
// can stop; while it can't be asked, what can be stopped waits.
func TestMailThatMayBeStoppedIsAskedAboutOnceForAllThatLeaveTogether(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var asked [][]mail.Recipient
	var away error
	service := mail.New(mail.Deps{
		DB: b.db, Plans: jobs.NewPlans(b.db, b.Queue, b.Log, b.clock.Now), Ring: b.Ring, Catalog: b.Catalog, Sender: apptest.SMTP(t, b.mailbox), Log: b.Log, Now: b.clock.Now,
		Brand: mail.Brand{Name: "Example", From: office},
		May: func(_ context.Context, _ *postgres.Reads, people []mail.Recipient, _ string) ([]bool, error) {
			asked = append(asked, people)
			return make([]bool, len(people)), away
		},
	})
	must(t, b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		for range 5 {
			to := mail.Recipient{Owner: postgres.NewID(), Address: address, Lang: "en"}
			if err := service.Post(ctx, tx, to, mail.Message{Kind: "passwordChanged", Topic: "security-notices"}); err != nil {
				return err
			}
			if err := service.Post(ctx, tx, to, mail.Message{Kind: "sample", Topic: "promotions", Unsubscribe: &mail.Unsubscribe{OneClick: "https://privacy.example.com/"}}); err != nil {
				return err
			}
		}
		return nil
	}))
	away = errors.New("the database is away")
	if _, err := service.SendDue(t.Context()); !errors.Is(err, away) {
		t.Fatalf("nobody can be asked, and: %v", err)
	}
	if n := b.count("sealed is not null and holder is null"); n != 10 {
		t.Fatalf("%d letters wait, want 10", n)
	}
	away, asked = nil, nil
	for more := true; more; {
		var err error
		more, err = service.SendDue(t.Context())
		must(t, err)
	}
	if got := len(b.mailbox.Messages(address)); got != 5 {
		t.Errorf("%d letters went, want the 5 that nobody can stop", got)
	}
	if len(asked) != 2 || len(asked[0])+len(asked[1]) != 5 { // eight are held together, those that nobody can stop first
		t.Errorf("asked %d times, about %v", len(asked), asked)
	}
}
