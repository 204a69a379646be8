package consent_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

const (
	topic  = "promotions"    // rests on consent
	forAll = "changed-terms" // on for everybody, may be stopped
	locked = "security-notices"
	base   = apptest.Base
)

type bundle struct {
	*consent.Service
	portal *apptest.Portal
	db     *postgres.DB
	clock  *testkit.SetClock
	key    string
}

func setup(t *testing.T) *bundle {
	t.Helper()
	return setupOn(t, testkit.DB(t), keyring.Generate())
}

func setupOn(t *testing.T, db *postgres.DB, keys string) *bundle {
	t.Helper()
	ring, err := keyring.Parse(keys)
	if err != nil {
		t.Fatal(err)
	}
	p := apptest.New(t, func(parts *app.Parts) { parts.DB, parts.Ring = db, ring })
	return &bundle{Service: p.Consents, portal: p, db: db, clock: p.Clock, key: keys}
}

// person opens an account with an address of its own.
func (b *bundle) person(t *testing.T, address string) uuid.UUID {
	t.Helper()
	return b.portal.Person(apptest.Somebody{Email: address, NoPassword: true})
}

func (b *bundle) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	b.portal.Exec(sql, args...)
}

func (b *bundle) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	return b.portal.Count("select count(*) from "+sql, args...)
}

// set is a person choosing on the settings page, a minute after the last.
func (b *bundle) set(t *testing.T, person uuid.UUID, changes map[string]bool) int64 {
	t.Helper()
	b.clock.Advance(time.Minute)
	n, err := b.Set(t.Context(), chosen(person), changes)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func chosen(person uuid.UUID) consent.Choice {
	return consent.Choice{Actor: audit.ByPerson(person), Person: person, Channel: consent.Preferences, Lang: "en"}
}

func (b *bundle) preferences(t *testing.T, person uuid.UUID) []consent.Preference {
	t.Helper()
	r := b.db.Reads()
	list := b.ReadPreferences(r, person, "another@example.com") // so that theirs are looked up
	if err := r.Send(t.Context()); err != nil {
		t.Fatal(err)
	}
	return *list
}

func (b *bundle) history(t *testing.T, person uuid.UUID) ([]consent.Event, error) {
	t.Helper()
	r := b.db.Reads()
	events := b.ReadHistory(r, person)
	err := r.Send(t.Context())
	return *events, err
}

func (b *bundle) on(t *testing.T, person uuid.UUID, topic string) bool {
	t.Helper()
	return b.preference(t, person, topic).On
}

func (b *bundle) preference(t *testing.T, person uuid.UUID, topic string) consent.Preference {
	t.Helper()
	for _, p := range b.preferences(t, person) {
		if p.Topic.ID == topic {
			return p
		}
	}
	t.Fatalf("no preference for %s", topic)
	return consent.Preference{}
}

// unsubscribe is the mailbox's button, a minute after the last thing.
func (b *bundle) unsubscribe(t *testing.T, l consent.Link) {
	t.Helper()
	b.clock.Advance(time.Minute)
	if err := b.Unsubscribe(t.Context(), l, consent.OneClick); err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) mayMail(t *testing.T, person uuid.UUID, address, topic string) bool {
	t.Helper()
	may, err := b.MayMail(t.Context(), person, address, topic)
	if err != nil {
		t.Fatal(err)
	}
	return may
}

func nobody(b *bundle, address string) consent.Link {
	return consent.Link{Address: b.AddressHash(address), Topic: topic}
}

func recipient(person uuid.UUID, address string) mail.Recipient {
	return mail.Recipient{Owner: person, Address: address, Lang: "ja"}
}
