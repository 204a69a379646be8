package request_test

import (
	"context"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/standin"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/views/text"
)

type bundle struct {
	t        *testing.T
	db       *postgres.DB
	clock    *testkit.SetClock
	accounts *account.Service
	requests *request.Service
	looks    *disclosure.Service
	erasures *erasures
	mailbox  *standin.Mailbox
	agent    staff.Member
	officer  staff.Member
}

func setup(t *testing.T) *bundle {
	t.Helper()
	return setupOn(t, testkit.DB(t))
}

func setupOn(t *testing.T, db *postgres.DB) *bundle {
	t.Helper()
	clock := testkit.Clock(t)
	ring, err := keyring.Parse(keyring.Generate())
	must(t, err)
	catalog, err := text.Load()
	must(t, err)
	reg, err := register.Default()
	must(t, err)
	zone, err := time.LoadLocation("America/Denver")
	must(t, err)
	catalog = catalog.In(zone)
	queue, err := jobs.NewQueue(db)
	must(t, err)
	mailbox, err := standin.StartMailbox(standin.MailboxConfig{Now: clock.Now})
	must(t, err)
	t.Cleanup(func() { _ = mailbox.Close() })
	host, port, err := net.SplitHostPort(mailbox.Addr())
	must(t, err)
	n, err := strconv.Atoi(port)
	must(t, err)
	letters := mail.New(mail.Deps{
		DB: db, Queue: queue, Ring: ring, Catalog: catalog, Sender: mail.SMTP{Host: host, Port: n, Plaintext: true},
		Brand: mail.Brand{Name: "Example", From: "privacy@example.com"}, Now: clock.Now,
	})
	testkit.Work(t, db, letters.AddWorkers)
	accounts := account.New(account.Deps{
		DB: db, Ring: ring, Mail: letters, Limits: &limit.Limiter{DB: db, Hash: ring.Hash, Now: clock.Now},
		BaseURL: "https://privacy.example.com", Now: clock.Now,
		Joined: func(context.Context, postgres.Tx, uuid.UUID, account.Joining) error { return nil },
	})
	b := &bundle{
		t: t, db: db, clock: clock, accounts: accounts, mailbox: mailbox, erasures: &erasures{},
		looks: disclosure.New(disclosure.Deps{DB: db, Register: reg, Now: clock.Now}),
	}
	b.requests = request.New(request.Deps{
		DB: db, Register: reg, Accounts: accounts, Mail: letters, Limits: accounts.Limits, Catalog: catalog, Erasures: b.erasures, Copies: copies{},
		Zone: zone, BaseURL: "https://privacy.example.com", Now: clock.Now,
	})
	b.agent, b.officer = b.member("agent@example.com", staff.Agent), b.member("officer@example.com", staff.Officer)
	return b
}

// copies stands for the exports.
type copies struct{}

func (copies) Begin(context.Context, postgres.Tx, uuid.UUID) error { return nil }

// erasures stands for the erasure that carries requests out.
type erasures struct {
	running              bool
	scheduled            []uuid.UUID
	cancelled, withdrawn []uuid.UUID
}

func (e *erasures) Schedule(_ context.Context, _ postgres.Tx, _, _ uuid.UUID, lang string) (uuid.UUID, time.Time, error) {
	if lang == "" {
		return uuid.Nil, time.Time{}, fault.New(fault.Internal, "fault.internal")
	}
	id := postgres.NewID()
	e.scheduled = append(e.scheduled, id)
	return id, time.Date(2026, time.January, 22, 10, 0, 0, 0, time.UTC), nil
}

func (e *erasures) Cancel(_ context.Context, _ postgres.Tx, id uuid.UUID) error {
	if e.running {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	e.cancelled = append(e.cancelled, id)
	return nil
}

func (e *erasures) Refuse(_ context.Context, _ postgres.Tx, id uuid.UUID) error {
	e.withdrawn = append(e.withdrawn, id)
	return nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Fatalf("want a fault of kind %d, got %v", kind, err)
	}
}

func wantsField(t *testing.T, err error, field, key string) {
	t.Helper()
	problems, _ := fault.Fields(err)
	if p, ok := problems.For(field); !ok || p.Key != key {
		t.Fatalf("want %s: %s, got %v", field, key, err)
	}
}

// person opens an account at home in a country and region.
func (b *bundle) person(email, lang, country, region string) uuid.UUID {
	b.t.Helper()
	var id uuid.UUID
	must(b.t, b.db.InTx(b.t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		var err error
		id, err = b.accounts.Open(b.t.Context(), tx, account.SignUp{Email: email, Name: "Mara Lindqvist", Country: country}, lang, account.Adult)
		if err != nil {
			return err
		}
		return tx.Gorm.Exec(`update profile set region = ? where person_id = ?`, region, id).Error
	}))
	return id
}

func (b *bundle) member(email string, role staff.Role) staff.Member {
	b.t.Helper()
	m := staff.Member{ID: postgres.NewID(), Email: email, Name: "Noor", Role: role}
	_, err := b.db.Pool.Exec(b.t.Context(), `insert into staff_member (id, email, name, role, enrolled_at, created_at) values ($1, $2, $3, $4, $5, $5)`,
		m.ID, m.Email, m.Name, m.Role, b.clock.Now())
	must(b.t, err)
	return m
}

func (b *bundle) ask(person uuid.UUID, kind string) request.Request {
	b.t.Helper()
	r, err := b.requests.Ask(b.t.Context(), person, kind, "My street is wrong.")
	must(b.t, err)
	return r
}

// letter is the mail to an address that has those words in its subject.
func (b *bundle) letter(to, subject string) standin.Message {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.t.Context(), time.Minute)
	defer stop()
	m, err := b.mailbox.Wait(ctx, to, subject)
	must(b.t, err)
	return m
}

func (b *bundle) audited(action string, person uuid.UUID) int {
	b.t.Helper()
	var n int
	must(b.t, b.db.Pool.QueryRow(b.t.Context(), `select count(*) from audit_entry where action = $1 and person_id = $2`, action, person).Scan(&n))
	return n
}
