package erasure_test

import (
	"context"
	"log/slog"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/standin"
	"plusultra.link/privacy/internal/testkit"
)

// bundle is a portal without its face; no job works in it but those that a
// test works itself.
type bundle struct {
	*app.App
	t       *testing.T
	clock   *testkit.SetClock
	mailbox *standin.Mailbox
}

func setup(t *testing.T) *bundle {
	t.Helper()
	clock := testkit.Clock(t)
	mailbox, err := standin.StartMailbox(standin.MailboxConfig{Now: clock.Now})
	must(t, err)
	t.Cleanup(func() { _ = mailbox.Close() })
	host, port, err := net.SplitHostPort(mailbox.Addr())
	must(t, err)
	number, err := strconv.Atoi(port)
	must(t, err)
	reg, err := register.Default()
	must(t, err)
	ring, err := keyring.Parse(keyring.Generate())
	must(t, err)
	a, err := app.New(app.Parts{
		DB: testkit.DB(t), Ring: ring, Register: reg, BaseURL: "https://privacy.example.com", Now: clock.Now,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Sender: mail.SMTP{Host: host, Port: number, Plaintext: true},
	})
	must(t, err)
	a.Erasures.Rest = time.Microsecond
	return &bundle{App: a, t: t, clock: clock, mailbox: mailbox}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// person opens an account.
func (b *bundle) person(email, name string) uuid.UUID {
	b.t.Helper()
	var id uuid.UUID
	must(b.t, b.DB.InTx(b.t.Context(), func(ctx context.Context, tx postgres.Tx) (err error) {
		id, err = b.Accounts.Open(b.t.Context(), tx, account.SignUp{
			Email: email, Name: name, Password: "quiet harbour lantern 7", Country: "DE", Topics: []string{"new-features"},
		}, "en", account.Adult)
		return err
	}))
	return id
}

// ask asks for an erasure and gives its id.
func (b *bundle) ask(person uuid.UUID) uuid.UUID {
	b.t.Helper()
	r, err := b.Requests.AskErasure(b.t.Context(), person, "")
	must(b.t, err)
	return *r.ErasureID
}

// run lets the grace period pass and carries the erasure out.
func (b *bundle) run(id uuid.UUID) erasure.Erasure {
	b.t.Helper()
	b.clock.Advance(b.Erasures.Grace)
	return b.finished(id)
}

// finished carries an erasure that is due out.
func (b *bundle) finished(id uuid.UUID) erasure.Erasure {
	b.t.Helper()
	wait, err := b.Erasures.Run(b.t.Context(), id)
	if err != nil || wait != 0 {
		b.t.Fatalf("the erasure: wait %s, %v", wait, err)
	}
	e, err := b.Erasures.Get(b.t.Context(), id)
	must(b.t, err)
	if e.State != erasure.Done {
		b.t.Fatalf("the erasure is %s", e.State)
	}
	return e
}

func (b *bundle) exec(query string, args ...any) {
	b.t.Helper()
	if _, err := b.DB.Pool.Exec(b.t.Context(), query, args...); err != nil {
		b.t.Fatalf("%s: %v", query, err)
	}
}

func (b *bundle) number(query string, args ...any) int64 {
	b.t.Helper()
	var n int64
	if err := b.DB.Pool.QueryRow(b.t.Context(), query, args...).Scan(&n); err != nil {
		b.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// officer is a member of staff who may refuse.
func (b *bundle) officer() staff.Member {
	b.t.Helper()
	m := staff.Member{ID: postgres.NewID(), Email: "noor@example.com", Name: "Noor", Role: staff.Officer}
	b.exec(`insert into staff_member (id, email, name, role, enrolled_at, created_at) values ($1, $2, $3, $4, $5, $5)`, m.ID, m.Email, m.Name, m.Role, b.clock.Now())
	return m
}

// requestOf is the request behind an erasure.
func (b *bundle) requestOf(id uuid.UUID) (r request.Request) {
	b.t.Helper()
	must(b.t, b.DB.Gorm(b.t.Context()).Where("erasure_id = ?", id).First(&r).Error)
	return r
}
