// Package apptest is the one set-up of the joined portal for tests: the same
// wiring as the program's, on a database of the test's own, with a clock that
// the test moves and a mailbox that it reads.
package apptest

import (
	"context"
	"log/slog"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"gocloud.dev/blob"
	"gocloud.dev/blob/memblob"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/standin"
	"plusultra.link/privacy/internal/testkit"
)

// Base is where the portal of a test stands, unless it says otherwise.
const Base = "https://privacy.example.com"

// Password is one that the portal takes, and that of everybody made here.
const Password = "quiet harbour lantern 7"

// Portal is a joined portal without its face. No job works in it until the
// test says so.
type Portal struct {
	*app.App
	Clock   *testkit.SetClock
	Mailbox *standin.Mailbox

	// What the portal stands on, which it shows to nobody.
	Parts app.Parts
	DB    *postgres.DB
	Ring  *keyring.Ring
	Files *blob.Bucket

	t testing.TB
}

// New joins a portal. change may adjust its parts before.
func New(t testing.TB, change ...func(*app.Parts)) *Portal {
	t.Helper()
	p := &Portal{t: t, Clock: testkit.Clock(t)}
	var err error
	p.Mailbox, err = standin.StartMailbox(standin.MailboxConfig{Now: p.Clock.Now})
	must(t, err)
	t.Cleanup(func() { must(t, p.Mailbox.Close()) })
	ring, err := keyring.Parse(keyring.Generate())
	must(t, err)
	parts := app.Parts{
		Ring: ring, BaseURL: Base, Now: p.Clock.Now, Sender: SMTP(t, p.Mailbox), Files: memblob.OpenBucket(nil),
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	for _, c := range change {
		c(&parts)
	}
	if parts.DB == nil {
		parts.DB = testkit.DB(t)
	}
	if parts.Register == nil {
		parts.Register, err = register.Default()
		must(t, err)
	}
	p.App, err = app.New(parts)
	must(t, err)
	_, err = parts.DB.Pool.Exec(t.Context(), `insert into clock_watch (seen_at) values ('infinity') on conflict do nothing`) // the test moves the clock as it likes
	must(t, err)
	must(t, p.Notices.TakeIn(t.Context()))
	p.Parts, p.DB, p.Ring, p.Files = parts, parts.DB, parts.Ring, parts.Files
	return p
}

// SMTP sends to a mailbox. What leaves may be signed.
func SMTP(t testing.TB, m *standin.Mailbox, signers ...*mail.Signer) *mail.Relay {
	t.Helper()
	host, port, err := net.SplitHostPort(m.Addr())
	must(t, err)
	number, err := strconv.Atoi(port)
	must(t, err)
	settings := mail.SMTP{Host: host, Port: number, Plaintext: true}
	if len(signers) > 0 {
		settings.Signer = signers[0]
	}
	return mail.NewRelay(settings)
}

// WorkJobs runs the portal's jobs until the test ends.
func (p *Portal) WorkJobs() {
	p.t.Helper()
	testkit.WorkPlans(p.t, p.DB, p.Plans, p.AddWorkers)
}

// Settle returns when every job that is due has been worked, with those they
// asked for in turn; a failed one fails the test. Jobs must be at work.
func (p *Portal) Settle() {
	p.t.Helper()
	testkit.AwaitJobs(p.t, p.DB)
}

// Somebody is a person to make. What is left out is Robin Example's: of age,
// reading English, with Password. NoPassword makes one without.
type Somebody struct {
	Email, Name, Password, Lang, Country, Region string
	Topics                                       []string
	NoPassword                                   bool
}

// Person makes somebody with an account, by the road that people take.
func (p *Portal) Person(s Somebody) (id uuid.UUID) {
	p.t.Helper()
	or := func(field *string, otherwise string) {
		if *field == "" {
			*field = otherwise
		}
	}
	or(&s.Name, "Robin Example")
	or(&s.Lang, "en")
	or(&s.Password, Password)
	if s.NoPassword {
		s.Password = ""
	}
	must(p.t, p.DB.InTx(p.t.Context(), func(ctx context.Context, tx postgres.Tx) (err error) {
		id, err = p.Accounts.Open(ctx, tx, account.SignUp{
			Email: s.Email, Name: s.Name, Password: s.Password, Country: s.Country, Topics: s.Topics,
		}, s.Lang, account.Adult)
		return err
	}))
	if s.Region != "" {
		p.Exec(`update profile set region = $2 where person_id = $1`, id, s.Region)
	}
	return id
}

// Member makes a member of staff who is enrolled.
func (p *Portal) Member(email string, role staff.Role) staff.Member {
	p.t.Helper()
	m := staff.Member{ID: postgres.NewID(), Email: email, Name: "Noor", Role: role}
	p.Exec(`insert into staff_member (id, email, name, role, enrolled_at, created_at) values ($1, $2, $3, $4, $5, $5)`,
		m.ID, m.Email, m.Name, m.Role, p.Clock.Now())
	return m
}

// Session signs a person in, or a member of staff, and gives the cookie's token.
func (p *Portal) Session(owner account.SessionOwner) (token string) {
	p.t.Helper()
	token, err := p.Accounts.StartSession(p.t.Context(), owner, account.Visit{UserAgent: "a test", Lang: "en"}, "")
	must(p.t, err)
	return token
}

// Letter waits for a message to an address with those words in its subject.
func (p *Portal) Letter(to, subject string) standin.Message {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.t.Context(), time.Minute)
	defer stop()
	m, err := p.Mailbox.Wait(ctx, to, subject)
	if err != nil {
		p.t.Fatalf("no mail %q to %s: %v", subject, to, err)
	}
	return m
}

// Exec runs a statement.
func (p *Portal) Exec(sql string, args ...any) {
	p.t.Helper()
	if _, err := p.DB.Pool.Exec(p.t.Context(), sql, args...); err != nil {
		p.t.Fatalf("%s: %v", sql, err)
	}
}

// Count asks the database for one number.
func (p *Portal) Count(sql string, args ...any) (n int) {
	p.t.Helper()
	if err := p.DB.Pool.QueryRow(p.t.Context(), sql, args...).Scan(&n); err != nil {
		p.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// Months makes the months of a table into which a test writes rows of its own,
// as an import would, and has them counted.
func (p *Portal) Months(table string, from, to time.Time) {
	p.t.Helper()
	p.Exec("select make_partition($1::text::regclass, m) from generate_series(date_trunc('month', $2::timestamptz, 'UTC'), $3::timestamptz, interval '1 month') m", table, from, to)
	p.Exec("update record_period set reach = until where source = $1", table)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
