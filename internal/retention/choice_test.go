package retention_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/retention"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// daily takes in a connection of each of the last days of somebody's, and gives what
// became of them.
func (b *bundle) daily(who string, days int) (r record.Result, why []record.Reason) {
	b.t.Helper()
	var lines strings.Builder
	lines.WriteString("person,started_at,network,bytes,seconds\n")
	for i := range days {
		fmt.Fprintf(&lines, "%s,%s,203.0.113.0/24,%d,60\n", who, b.Clock.Now().AddDate(0, 0, -i).Add(-time.Minute).UTC().Format(time.RFC3339), i)
	}
	r, err := b.Records.Ingest(b.t.Context(), record.IngestInput{
		Category: "connection-log", Source: "test", Format: record.CSV, Actor: audit.BySystem("test"), Reader: strings.NewReader(lines.String()),
		Refused: func(one record.Refusal) { why = append(why, one.Reason) },
	})
	must(b.t, err)
	return r, why
}

func (b *bundle) choice(person uuid.UUID) (c retention.Choice) {
	b.t.Helper()
	must(b.t, b.DB.Gorm(b.t.Context()).Where("person_id = ?", person).First(&c).Error)
	return c
}

func TestWhoeverWantsTheirsKeptForAShorterTimeHasItGoDayByDayUntilTheyChangeItBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin, kim := b.Person(apptest.Somebody{Email: "robin@example.com"}), b.Person(apptest.Somebody{Email: "kim@example.com"})
	b.daily("robin@example.com", 200)
	b.daily("kim@example.com", 200)
	must(t, b.Records.Sum(t.Context(), 0))
	older := func(person uuid.UUID) int {
		t.Helper()
		return b.Count(`select count(*) from connection_log where person_id = $1 and started_at < $2`, person, register.Span{N: 3, Unit: register.Months}.Before(b.Clock.Now()))
	}
	due := older(robin)
	for _, wrong := range []string{"2 months", "12 months", "3", "2 years"} {
		if err := b.Retention.Choose(t.Context(), robin, "connection-log", wrong, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q is taken: %v", wrong, err)
		}
	}
	if err := b.Retention.Choose(t.Context(), robin, "orders", "6 months", ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("what has to stay can go sooner: %v", err)
	}
	must(t, b.Retention.Choose(t.Context(), robin, "connection-log", "3 months", ""))
	must(t, b.Retention.Choose(t.Context(), robin, "connection-log", "3 months", "")) // once more changes nothing
	c := b.choice(robin)
	admin := b.Member("admin@example.com", staff.Admin)
	must(t, b.Holds.Place(t.Context(), admin, robin, "A claim of 3 May", nil))
	must(t, b.Retention.RunChoice(t.Context(), c.ID))
	if older(robin) != due {
		t.Fatal("it takes what is held for a legal matter")
	}
	must(t, b.Holds.Lift(t.Context(), admin, robin))
	for range 30 { // it may be killed anywhere
		b.Exec(`update plan set due_at = '-infinity' where kind = 'retention.own'`)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		_ = b.Retention.RunChoice(ctx, c.ID)
		cancel()
	}
	b.Exec(`update plan set due_at = '-infinity' where kind = 'retention.own'`)
	must(t, b.Retention.RunChoice(t.Context(), c.ID))
	if c = b.choice(robin); older(robin) != 0 || c.Rows != int64(due) || c.SweptAt == nil {
		t.Fatalf("%d are left, %d of %d counted", older(robin), c.Rows, due)
	}
	held, err := postgres.Read(t.Context(), b.App.Reads(), func(r *postgres.Reads) *record.Timeline {
		return b.Records.ReadTimeline(r, robin, "connection-log", time.Time{}, time.Time{}, time.UTC)
	})
	must(t, err)
	if left := b.Count(`select count(*) from connection_log where person_id = $1`, robin); held.Rows != int64(left) || left != 200-due {
		t.Errorf("the page counts %d, there are %d", held.Rows, left)
	}
	if older(kim) != due {
		t.Error("somebody else's went")
	}

	b.Clock.Advance(24 * time.Hour)
	must(t, b.Retention.RunChoice(t.Context(), c.ID))
	if older(robin) != 0 || b.choice(robin).Rows != int64(due)+1 {
		t.Error("it does not go on the next day")
	}
	r, why := b.daily("robin@example.com", 120)
	if r.Past == 0 || int(r.Past) != len(why) || why[0] != record.PastOwn || older(robin) != 0 {
		t.Errorf("of what is older than robin wants it kept, %d are refused as past their time, by %v", r.Past, why)
	}
	rules := retention.Rules{}
	must(t, func() error {
		reads := b.App.Reads()
		read := b.Retention.ReadRules(reads)
		err := reads.Send(t.Context())
		rules = *read
		return err
	}())
	for _, rule := range rules.All {
		if rule.Category.ID == "connection-log" && (rule.Chosen.People != 1 || rule.Chosen.Rows != int64(due)+1) {
			t.Errorf("the desk is told of %+v", rule.Chosen)
		}
	}

	must(t, b.Retention.Choose(t.Context(), robin, "connection-log", "", ""))
	must(t, b.Retention.RunChoice(t.Context(), c.ID))
	if r, _ := b.daily("robin@example.com", 150); r.Refused != 0 || older(robin) == 0 {
		t.Errorf("changed back, %d are refused", r.Refused)
	}
	if n := b.Count(`select count(*) from plan where kind = 'retention.own'`) + b.Count(`select count(*) from retention_choice`); n != 0 {
		t.Error("the choice is not gone")
	}
	if n := b.Count(`select count(*) from audit_entry where action = 'retention.chosen' and person_id = $1`, robin); n != 2 {
		t.Errorf("the audit log tells of %d choices", n)
	}

	again := journal.Entry{Kind: journal.Shorter, At: b.Clock.Now(), Person: robin, Topic: "connection-log", Channel: "1 month"}
	for i, want := range []bool{true, false} { // a backup that knows of no choice
		var did bool
		must(t, b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) (err error) {
			did, err = b.Retention.ReplayChoice(ctx, tx, again)
			return err
		}))
		if did != want {
			t.Errorf("replayed %d times, it changed something: %v", i+1, did)
		}
	}
	if c := b.choice(robin); c.Keep != "1 month" {
		t.Errorf("after a restore it is %s", c.Keep)
	}
}

func TestATimeThatIsTakenBackWhileItIsSweptTakesNothingMore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.Person(apptest.Somebody{Email: "robin@example.com"})
	b.daily("robin@example.com", 150)
	must(t, b.Retention.Choose(t.Context(), robin, "connection-log", "3 months", ""))
	c := b.choice(robin)
	swept := make(chan error, 1)
	must(t, b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error { // as Choose does, which is at work
		if err := account.Hold(ctx, tx, robin); err != nil {
			return err
		}
		go func() { swept <- b.Retention.RunChoice(context.WithoutCancel(t.Context()), c.ID) }()
		time.Sleep(200 * time.Millisecond) // it has read the choice, and waits for the person
		_, err := tx.PGX.Exec(ctx, `delete from retention_choice where id = $1`, c.ID)
		return err
	}))
	must(t, <-swept)
	if n := b.Count(`select count(*) from connection_log where person_id = $1`, robin); n != 150 {
		t.Error("what the person wants kept is gone")
	}
}
