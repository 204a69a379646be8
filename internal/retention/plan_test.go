package retention_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/retention"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// under is the same portal with another register laid over.
func (b *bundle) under(yaml string) *bundle {
	b.t.Helper()
	file := filepath.Join(b.t.TempDir(), "register.yaml")
	must(b.t, os.WriteFile(file, []byte(yaml), 0o600))
	reg, err := register.Load(file)
	must(b.t, err)
	p := apptest.New(b.t, func(p *app.Parts) { p.DB, p.Ring, p.Register = b.DB, b.Ring, reg })
	p.Clock.Set(b.Clock.Now())
	p.Retention.Adjust(func(d *retention.Deps) { d.Rest = time.Microsecond })
	return &bundle{p, b.t}
}

func (b *bundle) rules() retention.Rules {
	b.t.Helper()
	rules, err := postgres.Read(b.t.Context(), b.App.Reads(), b.Retention.ReadRules)
	must(b.t, err)
	return rules
}

// A slip in a file may not cost what was held: a rule that became shorter says what
// it would take, and takes it when somebody has said yes.
func TestARuleThatBecameShorterWaitsUntilItIsConfirmed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.Person(apptest.Somebody{Email: "robin@example.com"})
	b.connections(robin)
	b.Exec(`insert into record (person_id, category, at, id, fields, ingested_at) values ($1, 'trial-downloads', $2, 1, '{}', $2)`, robin, b.Clock.Now().AddDate(-1, 0, 0))
	b.sweep()
	b.Clock.Advance(25 * time.Hour)
	year := b.Count(`select count(*) from connection_log`)
	half := b.under("categories:\n  - {id: connection-log, retention: {keep: 6 months}}\n  - {id: trial-downloads, remove: true}\n")
	due := b.Count(`select count(*) from connection_log where started_at < $1`, b.Clock.Now().AddDate(0, -6, 0))
	half.sweep()
	if n := b.Count(`select count(*) from connection_log`); n != year {
		t.Fatalf("%d rows of %d are left, and nobody confirmed", n, year)
	}
	rules := half.rules()
	i := slices.IndexFunc(rules.All, func(r retention.Rule) bool { return r.Category.ID == log })
	if w := rules.All[i].Waiting; w == nil || w.Rows != int64(due) || w.Partitions != 6 || w.Was.String() != "12 months" || w.Now.String() != "6 months" {
		t.Errorf("it waits as %+v for %d rows", w, due)
	}
	if !slices.Equal(rules.Gone, []string{"trial-downloads"}) || b.Count(`select count(*) from record`) != 1 {
		t.Errorf("rules that are gone: %v", rules.Gone)
	}
	planned, gone, err := half.Retention.Plan(t.Context())
	must(t, err)
	i = slices.IndexFunc(planned, func(p retention.Planned) bool { return p.Category.ID == log })
	if p := planned[i]; !p.Waits || p.Rows != int64(due) || len(gone) != 1 {
		t.Errorf("planned is %+v, gone is %v", p, gone)
	}
	noor := audit.ByStaff(uuid.New())
	for seen, want := range map[string]fault.Kind{"12 months": fault.Conflict, "": fault.Conflict} {
		if err := half.Retention.Confirm(t.Context(), noor, log, seen); !fault.Is(err, want) {
			t.Errorf("having seen %q: %v", seen, err)
		}
	}
	if err := half.Retention.Confirm(t.Context(), noor, "orders", "7 years"); !fault.Is(err, fault.NotFound) {
		t.Errorf("what waits for nobody is confirmed: %v", err)
	}
	must(t, half.Retention.Confirm(t.Context(), noor, log, "6 months"))
	half.sweep()
	if n := b.Count(`select count(*) from connection_log`); n != year-due {
		t.Errorf("%d rows of %d are left", n, year-due)
	}
	if n := b.Count(`select count(*) from audit_entry where action = 'retention.confirmed' and detail->>'before' = '12 months'`); n != 1 {
		t.Errorf("the audit log tells of it %d times", n)
	}
	b.Clock.Advance(25 * time.Hour)
	b.sweep() // longer again: nothing is asked
	if r := b.rules(); slices.ContainsFunc(r.All, func(r retention.Rule) bool { return r.Waiting != nil }) {
		t.Error("a rule that became longer waits")
	}
}
