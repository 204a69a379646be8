package account_test

import (
	"context"
	"net/netip"
	"testing"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

const password = apptest.Password

var visit = account.Visit{IP: netip.MustParseAddr("192.0.2.7"), UserAgent: "a test", Lang: "en"}

// bundle is a portal without a face, whose mail waits in its table.
type bundle struct {
	*apptest.Portal
	t       *testing.T
	clock   *testkit.SetClock
	letters letters
}

// letters are what has been mailed, once jobs are at work.
type letters chan mail.Envelope

func (l letters) Send(_ context.Context, _, _ string, e mail.Envelope) error {
	l <- e
	return nil
}

func setup(t *testing.T) *bundle {
	t.Helper()
	mailed := make(letters, 20)
	p := apptest.New(t, func(parts *app.Parts) { parts.Sender = mailed })
	return &bundle{Portal: p, t: t, clock: p.Clock, letters: mailed}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// kind fails the test unless err is a fault of that kind.
func kind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if !fault.Is(err, want) {
		t.Errorf("%s: %v", what, err)
	}
}

func (b *bundle) count(query string, args ...any) int { return b.Count(query, args...) }

// person makes somebody with an account; an empty password gives none.
func (b *bundle) person(email, password string) uuid.UUID {
	b.t.Helper()
	return b.Person(apptest.Somebody{Email: email, Password: password, NoPassword: password == ""})
}

// session signs a person in.
func (b *bundle) session(person uuid.UUID, from account.Visit) (account.Session, string) {
	b.t.Helper()
	token, err := b.Accounts.StartSession(b.t.Context(), account.SessionOwner{Person: person}, from, "")
	must(b.t, err)
	session, err := b.Accounts.Session(b.t.Context(), token)
	must(b.t, err)
	return session, token
}
