package erasure_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/standin"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// bundle is a portal without its face; no job works in it but those that a
// test works itself.
type bundle struct {
	*apptest.Portal
	t       *testing.T
	clock   *testkit.SetClock
	mailbox *standin.Mailbox
}

func setup(t *testing.T) *bundle {
	t.Helper()
	p := apptest.New(t)
	p.Erasures.Adjust(func(d *erasure.Deps) { d.Rest = time.Microsecond })
	return &bundle{Portal: p, t: t, clock: p.Clock, mailbox: p.Mailbox}
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
	return b.Person(apptest.Somebody{Email: email, Name: name, Country: "DE", Topics: []string{"new-features"}})
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
	b.clock.Advance(erasure.DefaultGrace)
	return b.finished(id)
}

// finished carries an erasure that is due out.
func (b *bundle) finished(id uuid.UUID) erasure.Erasure {
	b.t.Helper()
	e := b.worked(id)
	if e.State != erasure.Done {
		b.t.Fatalf("the erasure is %s", e.State)
	}
	return e
}

func (b *bundle) exec(query string, args ...any) { b.Exec(query, args...) }

// worked does what the workers would do of an erasure until it ends or waits
// for its time.
func (b *bundle) worked(id uuid.UUID) (e erasure.Erasure) {
	b.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		must(b.t, b.Erasures.Run(b.t.Context(), id))
		var err error
		e, err = b.Erasures.Get(b.t.Context(), id)
		must(b.t, err)
		if e.State != erasure.Running && (e.State != erasure.Grace || e.RunsAt.After(b.clock.Now())) {
			return e
		}
		_, _, _ = b.Plans.Next(b.t.Context(), "sso.revoke")                            // what fails is tried again
		b.exec(`update plan set due_at = '-infinity' where kind <> 'erasure.receipt'`) // what waits a moment, or whose worker was just killed
	}
	return e
}

func (b *bundle) number(query string, args ...any) int64 { return int64(b.Count(query, args...)) }

// officer is a member of staff who may refuse.
func (b *bundle) officer() staff.Member { return b.Member("noor@example.com", staff.Officer) }

// requestOf is the request behind an erasure.
func (b *bundle) requestOf(id uuid.UUID) (r request.Request) {
	b.t.Helper()
	must(b.t, b.DB.Gorm(b.t.Context()).Where("erasure_id = ?", id).First(&r).Error)
	return r
}

func (b *bundle) finalizer(f erasure.Finalizer) {
	b.Erasures.Adjust(func(d *erasure.Deps) { d.Finalizers = append(d.Finalizers, f) })
}
