package retention_test

import (
	"testing"
	"time"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// A clock that is wrong may not cost anybody's data: what can't be undone waits for
// somebody who looks at it, or for the clock to come back.
func TestAClockThatLeapsDeletesNothingUntilSomebodySaysThatItIsRight(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.Person(apptest.Somebody{Email: "robin@example.com", Topics: []string{"promotions"}})
	b.connections(robin)
	asked, err := b.Requests.AskErasure(t.Context(), b.Person(apptest.Somebody{Email: "mara@example.com"}), "")
	must(t, err)
	b.sweep()
	was, _ := b.held(robin)
	ledger := b.Count(`select count(*) from consent_event`)
	now := b.Clock.Now()
	b.Exec(`update clock_watch set seen_at = $1`, now)
	carry := func() {
		t.Helper()
		must(t, b.Plans.Sweep(t.Context())) // it looks at the clock
		for range 3 {
			for _, id := range b.begin() {
				must(t, b.Retention.Run(t.Context(), id))
			}
			must(t, b.Erasures.Run(t.Context(), *asked.ErasureID))
			b.Clock.Advance(time.Minute)
		}
	}
	whole := func(when string) {
		t.Helper()
		e, err := b.Erasures.Get(t.Context(), *asked.ErasureID)
		must(t, err)
		if _, is := b.held(robin); is != was || e.State != erasure.Grace || b.Count(`select count(*) from consent_event`) != ledger {
			t.Errorf("%s robin has %d rows of %d, and the deletion is %s", when, is, was, e.State)
		}
	}

	b.Clock.Set(now.AddDate(3, 0, 0))
	carry()
	whole("three years on")
	b.Clock.Set(now.Add(time.Hour))
	carry()
	whole("after the clock came back")
	if n := b.Count(`select count(*) from retention_run where outcome = 'stopped' and before > $1`, now); n == 0 {
		t.Error("no run of the wrong time was stopped")
	}

	b.Clock.Set(now.AddDate(0, 0, 40))
	carry()
	whole("after forty days off")
	by := audit.ByStaff(b.Member("noor@example.com", staff.Admin).ID)
	if err := b.Operation.TrustClock(t.Context(), by, now.AddDate(0, 0, 1)); !fault.Is(err, fault.Conflict) {
		t.Errorf("a leap that nobody saw is taken for right: %v", err)
	}
	f, err := b.Operation.Read(t.Context())
	must(t, err)
	must(t, b.Operation.TrustClock(t.Context(), by, f.Clock.From))
	carry()
	e, err := b.Erasures.Get(t.Context(), *asked.ErasureID)
	must(t, err)
	if _, is := b.held(robin); is >= was || e.State == erasure.Grace {
		t.Errorf("it does not go on: %d rows of %d, %s", is, was, e.State)
	}
	if n := b.Count(`select count(*) from audit_entry where action = 'clock.trusted'`); n != 1 {
		t.Errorf("the audit log tells of it %d times", n)
	}
}
