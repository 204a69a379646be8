package request_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/standin"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

type bundle struct {
	*apptest.Portal
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

// setupOn joins a portal in which the rooms of work, which carry requests out,
// are played by the test.
func setupOn(t *testing.T, db *postgres.DB) *bundle {
	t.Helper()
	zone, err := time.LoadLocation("America/Denver")
	must(t, err)
	p := apptest.New(t, func(parts *app.Parts) { parts.DB, parts.Zone = db, zone })
	testkit.WorkPlans(t, db, p.Plans)
	b := &bundle{Portal: p, t: t, db: db, clock: p.Clock, accounts: p.Accounts, mailbox: p.Mailbox, looks: p.Looks, erasures: &erasures{}}
	b.requests = request.New(request.Deps{
		DB: db, Ring: p.Ring, Register: p.Register, Accounts: p.Accounts, Mail: p.Mail, Limits: p.Limits, Catalog: p.Catalog, Erasures: b.erasures, Copies: copies{}, Consents: p.Consents, Restrictions: p.Restrictions,
		Zone: zone, BaseURL: apptest.Base, Now: p.Clock.Now,
	})
	b.agent, b.officer = b.Member("agent@example.com", staff.Agent), b.Member("officer@example.com", staff.Officer)
	return b
}

// queue is a page of the queue.
func (b *bundle) queue(by staff.Member, f request.Filter, after request.Cursor) (request.QueuePage, error) {
	return postgres.Read(b.t.Context(), b.db.Reads(), func(r *postgres.Reads) *request.QueuePage { return b.requests.ReadQueue(r, by, f, after) })
}

// mine are a person's requests.
func (b *bundle) mine(person uuid.UUID) ([]request.Request, error) {
	page, err := postgres.Read(b.t.Context(), b.db.Reads(), func(r *postgres.Reads) *request.MinePage {
		return b.requests.ReadMine(r, person, request.Filed{})
	})
	return page.Requests, err
}

// open tells whether somebody may see a person's record.
func (b *bundle) open(by staff.Member, signedIn time.Time, person uuid.UUID) (bool, error) {
	return postgres.Read(b.t.Context(), b.db.Reads(), func(r *postgres.Reads) *bool { return b.looks.ReadOpen(r, by, signedIn, person) })
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

func (e *erasures) Schedule(_ context.Context, _ postgres.Tx, _ audit.Actor, _, _ uuid.UUID, lang string) (uuid.UUID, time.Time, error) {
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

func (*erasures) Recall(context.Context, postgres.Tx, uuid.UUID, string) error { return nil }

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
	return b.Person(apptest.Somebody{Email: email, Name: "Mara Lindqvist", Lang: lang, Country: country, Region: region, NoPassword: true})
}

func (b *bundle) ask(person uuid.UUID, kind string) request.Request {
	b.t.Helper()
	r, err := b.requests.Ask(b.t.Context(), person, kind, "My street is wrong.")
	must(b.t, err)
	return r
}

// letter is the mail to an address that has those words in its subject.
func (b *bundle) looksAt(t *testing.T, person uuid.UUID) *disclosure.Page {
	t.Helper()
	r := b.DB.Reads()
	page := b.looks.ReadLooks(r, person, disclosure.Cursor{}, disclosure.PerPage)
	must(t, r.Send(t.Context()))
	return page
}

func (b *bundle) letter(to, subject string) standin.Message { return b.Letter(to, subject) }

func (b *bundle) audited(action string, person uuid.UUID) int {
	b.t.Helper()
	return b.Count(`select count(*) from audit_entry where action = $1 and person_id = $2`, action, person)
}

// timeline is what a person is shown of a request's history.
func (b *bundle) timeline(person, id uuid.UUID) ([]request.Event, error) {
	b.t.Helper()
	reads := b.db.Reads()
	t := b.requests.ReadTimeline(reads, person, id)
	err := reads.Send(b.t.Context())
	return *t.Events, err
}
