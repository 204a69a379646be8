package breach_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/breach"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit/apptest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func one(t *testing.T, p *apptest.Portal, id uuid.UUID) breach.Breach {
	t.Helper()
	reads := p.Reads()
	found := p.Breaches.ReadOne(reads, id)
	must(t, reads.Send(t.Context()))
	return (*found)[0]
}

func TestTheClockRunsFor72HoursAndALateWordNeedsItsReason(t *testing.T) {
	t.Parallel()
	p := apptest.New(t)
	by := p.Member("officer@example.com", staff.Officer)
	found := p.Clock.Now().Add(-time.Hour)
	n := int64(1200)
	facts := breach.Facts{Nature: "A list was sent to the wrong address.", Categories: []string{"profile"}, People: &n, HighRisk: true}
	if _, err := p.Breaches.Note(t.Context(), by, p.Clock.Now().Add(time.Hour), facts); !fault.Is(err, fault.Invalid) {
		t.Errorf("found out tomorrow: %v", err)
	}
	id, err := p.Breaches.Note(t.Context(), by, found, facts)
	must(t, err)
	if b := one(t, p, id); !b.Due().Equal(found.Add(72*time.Hour)) || b.State != breach.Open {
		t.Errorf("%s, due %s", b.State, b.Due())
	}
	facts.Measures = "The receiver deleted it."
	must(t, p.Breaches.Amend(t.Context(), by, id, 1, facts))
	if err := p.Breaches.Amend(t.Context(), by, id, 1, facts); !fault.Is(err, fault.Conflict) {
		t.Errorf("amended what somebody else had amended: %v", err)
	}
	p.Clock.Advance(72 * time.Hour)
	late := breach.Notification{At: p.Clock.Now(), Reference: "B-17"}
	if err := p.Breaches.Tell(t.Context(), by, id, late); !fault.Is(err, fault.Invalid) {
		t.Errorf("told late without a reason: %v", err)
	}
	late.Late = "Nobody knew how many it concerned."
	must(t, p.Breaches.Tell(t.Context(), by, id, late))
	if err := p.Breaches.Close(t.Context(), by, id, "No risk"); !fault.Is(err, fault.Conflict) {
		t.Errorf("closed once the authority was told: %v", err)
	}
	if n := p.Count(`select count(*) from audit_entry where subject = $1 and action in ('breach.noted', 'breach.amended', 'breach.told')`, id.String()); n != 3 {
		t.Errorf("%d entries in the audit log", n)
	}
	if _, err := p.DB.Pool.Exec(t.Context(), `delete from breach`); err == nil {
		t.Error("a breach can be deleted")
	}
}

func TestABreachThatNeedNotBeToldSaysWhyAndCanBeOpenedAgain(t *testing.T) {
	t.Parallel()
	p := apptest.New(t)
	by := p.Member("officer@example.com", staff.Officer)
	id, err := p.Breaches.Note(t.Context(), by, p.Clock.Now(), breach.Facts{Nature: "A phone was lost."})
	must(t, err)
	if err := p.Breaches.Close(t.Context(), by, id, " "); !fault.Is(err, fault.Invalid) {
		t.Errorf("closed without a reason: %v", err)
	}
	if err := p.Breaches.Close(t.Context(), p.Member("agent@example.com", staff.Agent), id, "No risk"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("closed by support: %v", err)
	}
	must(t, p.Breaches.Close(t.Context(), by, id, "It was encrypted."))
	must(t, p.Breaches.Reopen(t.Context(), by, id))
	if b := one(t, p, id); b.State != breach.Open || b.Reason != "" {
		t.Errorf("%s, because %q", b.State, b.Reason)
	}
}
