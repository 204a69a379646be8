package retention_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/retention"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// What is held for a dispute stays whole: its rows, the sums of them and the person;
// everybody else's go.
func TestALegalHoldKeepsAllOfAPersonFromGoingAndNobodyElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin, mara := b.Person(apptest.Somebody{Email: "robin@example.com"}), b.Person(apptest.Somebody{Email: "mara@example.com"})
	b.connections(robin, mara)
	admin := b.Member("noor@example.com", staff.Admin)
	if err := b.Holds.Place(t.Context(), b.Member("a@example.com", staff.Officer), robin, "A case at court", nil); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an officer places one: %v", err)
	}
	asked, err := b.Requests.AskErasure(t.Context(), robin, "")
	must(t, err)
	must(t, b.Holds.Place(t.Context(), admin, robin, "A case at court", nil))
	all, _ := b.held(robin)
	b.sweep()
	b.Clock.Advance(time.Hour)
	must(t, b.Records.Sum(t.Context(), 0))
	if told, is := b.held(robin); told != all || is != all {
		t.Errorf("of robin's %d rows, %d are left and %d told", all, is, told)
	}
	if n := b.Count(`select count(*) from connection_log where person_id = $1 and started_at < $2`, mara, b.Clock.Now().AddDate(-1, 0, -1)); n != 0 {
		t.Errorf("%d of mara's rows stay", n)
	}

	b.Clock.Advance(erasure.DefaultGrace + 8*time.Hour)
	must(t, b.Erasures.Run(t.Context(), *asked.ErasureID))
	e, err := b.Erasures.Get(t.Context(), *asked.ErasureID)
	must(t, err)
	if e.State != erasure.Grace || !e.Waits || b.Erasures.Overdue(e) {
		t.Errorf("the erasure is %s, waits %t, overdue %t", e.State, e.Waits, b.Erasures.Overdue(e))
	}
	must(t, b.Holds.Lift(t.Context(), admin, robin))
	if err := b.Holds.Lift(t.Context(), admin, robin); !fault.Is(err, fault.NotFound) {
		t.Errorf("lifted twice: %v", err)
	}
	must(t, b.Erasures.Run(t.Context(), *asked.ErasureID))
	if e, err = b.Erasures.Get(t.Context(), *asked.ErasureID); err != nil || e.State != erasure.Running && e.State != erasure.Done || e.Waits {
		t.Errorf("after it the erasure is %s, waits %t, %v", e.State, e.Waits, err)
	}
	if n := b.Count(`select count(*) from audit_entry where person_id = $1 and action in ('hold.placed', 'hold.lifted')`, robin); n != 2 {
		t.Errorf("the audit log tells of it %d times", n)
	}
}

// What is to be kept but not used is not deleted by a rule, nor by a shorter time that
// was chosen before; by its person's word after that it goes all the same.
func TestWhatSomebodyHadRestrictedStaysPastItsTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin, mara, kim := b.Person(apptest.Somebody{Email: "robin@example.com"}), b.Person(apptest.Somebody{Email: "mara@example.com"}), b.Person(apptest.Somebody{Email: "kim@example.com"})
	officer, lea := b.Member("officer@example.com", staff.Officer), b.Person(apptest.Somebody{Email: "lea@example.com"})
	must(t, b.Retention.Choose(t.Context(), lea, log, "3 months", ""))
	b.Clock.Advance(time.Minute)
	for _, who := range []uuid.UUID{robin, kim, lea} {
		asked, err := b.Requests.Ask(t.Context(), who, "restriction", "Until it is decided who is right.")
		must(t, err)
		if who != kim { // whose is open
			must(t, b.Requests.Approve(t.Context(), officer, asked.ID, request.Approval{Words: "We keep it and use it no more."}))
		}
	}
	b.connections(robin, mara, kim, lea)
	_, all := b.held(robin)
	b.sweep()
	for who, want := range map[uuid.UUID]bool{robin: true, mara: false, kim: false} {
		reads := b.DB.Reads()
		spares := b.Retention.ReadSpares(reads, who)
		must(t, reads.Send(t.Context()))
		keeps := (*spares)(register.Category{ID: log}, time.Time{})
		if _, is := b.held(who); keeps != want || (is == all) != want {
			t.Errorf("spared %t, with %d of %d rows left: wanted %t", keeps, is, all, want)
		}
	}
	must(t, b.Retention.Choose(t.Context(), robin, log, "3 months", ""))
	b.Clock.Advance(time.Hour)
	must(t, b.Retention.RunChoice(t.Context(), b.choice(robin).ID))
	if _, is := b.held(robin); is == all {
		t.Error("nothing of robin's goes by their own word")
	}
	for _, ends := range []bool{false, true} {
		reads := b.DB.Reads()
		own, stays, theirs := b.Retention.ReadChoices(reads, lea), b.Retention.ReadSpares(reads, lea), b.Restrictions.ReadInForce(reads, lea)
		must(t, reads.Send(t.Context()))
		c, _ := b.Register.Category(log)
		said := retention.Kept(c, *own, *stays, "en").Kind
		b.Clock.Advance(2 * time.Hour)
		must(t, b.Retention.RunChoice(t.Context(), b.choice(lea).ID))
		_, is := b.held(lea)
		if (is == all) == ends || (said == "retention.ownWaits") == ends {
			t.Errorf("restriction ended %t: lea reads %s, and %d of %d are left", ends, said, is, all)
		}
		for _, one := range (*theirs)[lea] {
			must(t, b.Restrictions.End(t.Context(), lea, one.ID))
		}
	}
}

func TestALegalHoldWithAnEndEndsByItself(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.Person(apptest.Somebody{Email: "robin@example.com"})
	b.connections(robin)
	admin := b.Member("noor@example.com", staff.Admin)
	over := b.Clock.Now()
	if err := b.Holds.Place(t.Context(), admin, robin, "A case at court", &over); !fault.Is(err, fault.Invalid) {
		t.Errorf("one that is over is placed: %v", err)
	}
	must(t, b.Holds.Place(t.Context(), admin, robin, "A case at court", new(over.AddDate(0, 0, 3))))
	asked, err := b.Requests.AskErasure(t.Context(), robin, "") // it knows that it waits
	must(t, err)
	if e, err := b.Erasures.Get(t.Context(), *asked.ErasureID); err != nil || !e.Waits {
		t.Errorf("an erasure asked for under a hold does not wait: %v", err)
	}
	_, all := b.held(robin)
	b.sweep()
	if _, is := b.held(robin); is != all {
		t.Errorf("%d rows of %d are left", is, all)
	}
	b.Clock.Advance(4 * 24 * time.Hour)
	b.sweep()
	if n := b.Count(`select count(*) from connection_log where started_at < $1`, b.Clock.Now().AddDate(-1, 0, -1)); n != 0 {
		t.Errorf("%d rows stay", n)
	}
}
