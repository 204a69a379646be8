package account_test

import (
	"context"
	"log/slog"
	"net/netip"
	"testing"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/testkit"
)

const password = "quiet harbour lantern 7"

var visit = account.Visit{IP: netip.MustParseAddr("192.0.2.7"), UserAgent: "a test", Lang: "en"}

// bundle is a portal without a face, whose mail waits in its table.
type bundle struct {
	*app.App
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
	reg, err := register.Default()
	must(t, err)
	ring, err := keyring.Parse(keyring.Generate())
	must(t, err)
	b := &bundle{t: t, clock: testkit.Clock(t), letters: make(letters, 20)}
	b.App, err = app.New(app.Parts{
		DB: testkit.DB(t), Ring: ring, Register: reg, BaseURL: "http://portal.example.com", Sender: b.letters,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: b.clock.Now,
	})
	must(t, err)
	return b
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

func (b *bundle) count(query string, args ...any) int {
	b.t.Helper()
	var n int
	must(b.t, b.DB.Pool.QueryRow(b.t.Context(), query, args...).Scan(&n))
	return n
}

// person makes somebody with an account; an empty password gives none.
func (b *bundle) person(email, password string) uuid.UUID {
	b.t.Helper()
	var id uuid.UUID
	must(b.t, b.DB.InTx(b.t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		var err error
		id, err = b.Accounts.Open(b.t.Context(), tx, account.SignUp{Email: email, Name: "Robin Example", Password: password}, "en", account.Adult)
		return err
	}))
	return id
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
