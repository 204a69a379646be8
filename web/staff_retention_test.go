package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/views/text"
)

func TestTheDeskShowsWhatEachRuleOfRetentionTook(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	admin := p.staffIn("admin@example.com", staff.Admin)
	row := func() string {
		for _, row := range testkit.HTML(t, admin.get("/staff/retention").body).Texts("tbody tr") {
			if strings.Contains(row, "Connection log") {
				return row
			}
		}
		t.Fatal("there is no row for the connection log")
		return ""
	}
	if got := row(); !strings.Contains(got, "Has not run yet") || !strings.Contains(got, "12 months") {
		t.Errorf("before: %s", got)
	}
	over := p.clock.Now().AddDate(-1, -1, -20)
	p.Months("connection_log", over, p.clock.Now())
	p.Exec(`insert into connection_log (person_id, started_at, id, network, bytes, seconds) select $1, $2, n, '192.0.2.0/24', 1, 1 from generate_series(1, 3) n`, robin, over)
	const late = "is past its time and should have been deleted"
	of := p.client().signIn("robin@example.com")
	for id, closed := range map[string]string{"00000000-0000-4000-8000-000000000001": "now() - interval '9 years'", "00000000-0000-4000-8000-000000000002": "null"} { // of which the time counts
		testkit.AsSuperuser(t, p.DB, fmt.Sprintf(`insert into request (person_id, id, reference, kind, state, jurisdiction, received_at, due_on, closed_at)
			select '%s', '%s', 'R-' || right('%[2]s', 6), 'question', case when c is null then 'open' else 'done' end, 'eea', now() - interval '10 years', now(), c from (select (%[3]s)::timestamptz as c) x`, robin, id, closed))
		if said := strings.Contains(of.get("/data/requests").body, late); said == (closed == "null") {
			t.Errorf("of a request that was closed at %s the page says %t", closed, said)
		}
		testkit.AsSuperuser(t, p.DB, fmt.Sprintf(`delete from request where id = '%s'`, id))
	}
	for _, page := range []string{"/data", "/data/connection-log"} {
		if !strings.Contains(of.get(page).body, late) {
			t.Errorf("%s does not say what is past its time", page)
		}
	}
	must(t, p.Holds.Place(t.Context(), p.Member("b@example.com", staff.Admin), robin, "A case", nil))
	if body := of.get("/data/connection-log").body; strings.Contains(body, late) || !strings.Contains(body, "It stays for now") {
		t.Error("the page says that what is held goes")
	}
	must(t, p.Holds.Lift(t.Context(), p.Member("c@example.com", staff.Admin), robin))
	must(t, p.Retention.Begin(t.Context()))
	for end := time.Now().Add(time.Minute); p.count(`select count(*) from retention_run where ended_at is null`) > 0 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		p.clock.Advance(time.Second)
	}
	date := func(at time.Time) string { return text.Date(p.Catalog.Into(t.Context(), "en"), at) }
	if got := row(); !strings.Contains(got, "3 entries on "+date(p.clock.Now())+", the oldest from "+date(over)) || !strings.Contains(got, "1 whole month of them at a stroke") {
		t.Errorf("after: %s", got)
	}
	runs := testkit.HTML(t, admin.get("/staff/retention").body).Texts("details tbody tr")
	if ended := p.count(`select count(*) from audit_entry where action = 'retention.swept'`); len(runs) != p.count(`select count(*) from retention_run`) || len(runs) != ended || !strings.Contains(strings.Join(runs, "\n"), "Orders") {
		t.Errorf("%d runs are shown, and the audit log has the end of %d:\n%s", len(runs), ended, strings.Join(runs, "\n"))
	}
	if body := of.get("/data/connection-log").body; strings.Contains(body, late) {
		t.Error("robin is told of what is past its time and gone")
	}

	p.Exec(`update retention_rule set keep = '24 months' where rule = 'devices'`)
	must(t, p.Retention.Begin(t.Context()))
	if body := admin.get("/staff/retention").body; !strings.Contains(body, "Now 12 months instead of 24 months") || !strings.Contains(body, `value="12 months"`) {
		t.Error("the desk does not say that a rule became shorter")
	}
	if got := admin.post("/staff/retention/devices", url.Values{"keep": {"12 months"}}); got.status != http.StatusSeeOther {
		t.Errorf("confirming: %d", got.status)
	}
	if n := p.count(`select count(*) from retention_rule where rule = 'devices' and keep = '12 months' and waits = ''`); n != 1 {
		t.Error("it still waits")
	}
	if body := admin.get("/staff/retention").body; strings.Contains(body, "instead of 24 months") {
		t.Error("the desk still asks")
	}
	p.clock.Advance(73 * time.Hour)
	admin = p.staffIn("admin2@example.com", staff.Admin)
	if got := row(); !strings.Contains(got, "Overdue") {
		t.Errorf("days later: %s", got)
	}
	if officer := p.staffIn("officer@example.com", staff.Officer); officer.get("/staff/retention").status != 403 {
		t.Error("an officer sees it")
	}
}
