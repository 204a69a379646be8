package mail_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/fault"
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

func setup(t *testing.T) *bundle {
	t.Helper()
	p := apptest.New(t, func(parts *app.Parts) { parts.MailFrom = office })
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

func TestAFailedDeliveryTellsNeitherLogNorQueueTheAddress(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mailbox.Refuse(address, 451)
	b.post(postgres.NewID())
	var log buffer
	workers := river.NewWorkers()
	b.mail.AddWorkers(workers)
	go func() {
		_ = jobs.Run(t.Context(), jobs.Config{DB: b.db, Workers: workers, Logger: slog.New(slog.NewTextHandler(&log, nil)), StopWithin: time.Millisecond})
	}()
	var row string
	for end := time.Now().Add(time.Minute); row == "" && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		must(t, b.db.Pool.QueryRow(t.Context(), `select coalesce(string_agg(j::text, ''), '') from river_job j where kind = 'mail.deliver' and errors is not null`).Scan(&row))
	}
	for name, said := range map[string]string{"the log": log.String(), "the queue": row} {
		if !strings.Contains(said, "RCPT TO command: 451 4.2.1") {
			t.Errorf("%s does not say what failed: %s", name, said)
		}
		for _, never := range []string{"mara", "example.com", "was told to"} {
			if strings.Contains(said, never) {
				t.Errorf("%s says %q: %s", name, never, said)
			}
		}
	}
}

func TestOnlyARefusalOfTheRecipientOrTheMessageIsForGood(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		who  string
		code int
		lost bool
	}{
		"no such recipient":           {address, 550, true},
		"recipient busy":              {address, 451, false},
		"our own address not allowed": {office, 550, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			owner := postgres.NewID()
			id := b.post(owner)
			b.mailbox.Refuse(c.who, c.code)
			err := b.mail.Deliver(t.Context(), id, jobs.Try{N: 1, Of: 2})
			if err == nil || fault.Is(err, fault.Gone) != c.lost {
				t.Errorf("delivering: %v", err)
			}
			if n := b.count(`sealed is null and failed_at is not null and failure <> ''`); (n == 1) != c.lost {
				t.Errorf("%d messages were given up", n)
			}
			b.mailbox.Refuse(c.who, 0)
			err = b.mail.Deliver(t.Context(), id, jobs.Try{N: 2, Of: 2})
			must(t, err)
			if n := len(b.mailbox.Messages(address)); (n == 0) != c.lost {
				t.Errorf("%d messages have arrived after all", n)
			}
		})
	}
}

func TestAfterTheLastTryNothingIsKeptOfAMessage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := postgres.NewID()
	id := b.post(owner)
	b.mailbox.Refuse(address, 451)
	if err := b.mail.Deliver(t.Context(), id, jobs.Try{N: 3, Of: 3}); !fault.Is(err, fault.Gone) {
		t.Errorf("the last try: %v", err)
	}
	if n := b.count(`sealed is null and failed_at is not null and sent_at is null and failure = 'not taken by any server in time'`); n != 1 {
		t.Error("the message is kept, or nobody is told that it was given up")
	}
}

func TestTheSweepTakesWhatWasLostAndWhatIsNobodys(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := postgres.NewID()
	b.post(mara)
	b.post(uuid.Nil)
	b.clock.Advance(8 * 24 * time.Hour)
	b.post(mara)
	must(t, b.mail.Sweep(t.Context()))
	if lost, waiting := b.count(`sealed is null and failed_at is not null`), b.count(`sealed is not null and failed_at is null`); lost != 2 || waiting != 1 {
		t.Errorf("%d lost and %d waiting, want 2 and 1", lost, waiting)
	}
	b.clock.Advance(23 * 24 * time.Hour)
	must(t, b.mail.Sweep(t.Context()))
	if nobodys, hers := b.count(`person_id = '00000000-0000-0000-0000-000000000000'`), b.count(`person_id <> '00000000-0000-0000-0000-000000000000'`); nobodys != 0 || hers != 2 {
		t.Errorf("%d rows of nobody and %d of Mara's, want 0 and 2", nobodys, hers)
	}
}

func TestMailComesInAThirdLanguage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	third, err := text.Load(testkit.ThirdLanguage(t))
	must(t, err)
	b.mail = mail.New(mail.Deps{
		DB: b.db, Queue: b.Queue, Ring: b.Ring, Catalog: third, Sender: apptest.SMTP(t, b.mailbox), Brand: mail.Brand{Name: "Example", From: office}, Now: b.clock.Now,
	})
	owner := postgres.NewID()
	var id uuid.UUID
	must(t, b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		return b.mail.Post(ctx, tx, mail.Recipient{Owner: owner, Address: address, Lang: testkit.Third}, mail.Message{Kind: "passwordChanged", Topic: "security-notices"})
	}))
	must(t, b.db.Pool.QueryRow(t.Context(), `select id from mail_message where person_id = $1`, owner).Scan(&id))
	must(t, b.mail.Deliver(t.Context(), id, jobs.Try{N: 1, Of: 2}))
	arrived := b.mailbox.Messages(address)
	if len(arrived) != 1 {
		t.Fatalf("%d messages arrived", len(arrived))
	}
	english := text.T(third.Into(t.Context(), "en"), "mail.passwordChanged.subject", "Brand", "Example")
	if want := testkit.Greek(strings.ReplaceAll(english, "Example", "{{Example}}")); arrived[0].Subject != strings.NewReplacer("{{", "", "}}", "").Replace(want) {
		t.Errorf("the subject is %q, want %q", arrived[0].Subject, want)
	}
}

// buffer is a log that is read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// Two portals are at different steps of a rotation, or one has been started
// with the wrong keys: what it can't read is not its to throw away.
func TestAMessageWaitsForThePortalThatHasItsKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	stranger, err := keyring.Parse(keyring.Generate())
	must(t, err)
	id := b.post(uuid.Nil)
	other := mail.New(mail.Deps{DB: b.db, Ring: stranger, Catalog: b.Catalog, Now: b.clock.Now})
	for n := 1; n <= 19; n++ {
		if err := other.Deliver(t.Context(), id, jobs.Try{N: n, Of: 19}); !errors.Is(err, keyring.ErrNoKey) || fault.Is(err, fault.Gone) {
			t.Fatalf("try %d: %v", n, err)
		}
	}
	b.clock.Advance(30 * 24 * time.Hour)
	must(t, other.Sweep(t.Context()))
	if n := b.count("sealed is not null and failed_at is null"); n != 1 {
		t.Fatalf("%d messages wait, want 1", n)
	}
	must(t, b.mail.Deliver(t.Context(), id, jobs.Try{N: 1, Of: 19}))
	if got := b.mailbox.Messages(address); len(got) != 1 {
		t.Errorf("%d messages arrived, want 1", len(got))
	}
}

func TestMailThatIsOnItsWayIsKnownAndNotWaitedFor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.Person(apptest.Somebody{Email: address})
	b.post(mara)
	id := b.post(mara)
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
	must(t, b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.PGX.Exec(ctx, `select from mail_message where id = $1 for update`, id) // as Deliver does
		if idle() {
			t.Error("nobody knows that a message is being sent")
		}
		return err
	}))
	if !idle() {
		t.Error("it is on its way for ever")
	}
}
