package main

import (
	"slices"
	"testing"
	"time"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// Whatever the demo makes up passes the portal's own doors, and a second start
// makes nothing twice.
func TestTheDemosPeopleAreMadeByThePortalsOwnDoors(t *testing.T) {
	t.Parallel()
	p := apptest.New(t, func(p *app.Parts) { p.Inbound = home })
	a, folder := joined{p.App, p.DB}, t.TempDir()
	tables := []string{"person", "record", "connection_log", "site_usage", "request", "staff_member", "breach", "mailing", "mail_message", "suppression", "inbound_mail"}
	var once []int
	for range 2 {
		if err := seed(t.Context(), a, func(string) {}); err != nil {
			t.Fatal(err)
		}
		if err := enrol(t.Context(), a, folder); err != nil {
			t.Fatal(err)
		}
		if err := fileRequests(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if err := look(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if err := write(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		for more := true; more; {
			var err error
			if more, err = p.Mail.SendDue(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if err := comeBack(t.Context(), a, p.Mailbox); err != nil {
			t.Fatal(err)
		}
		var now []int
		for _, table := range tables {
			var n int
			if err := p.DB.Pool.QueryRow(t.Context(), "select count(*) from "+table).Scan(&n); err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				t.Errorf("nothing was made in %s", table)
			}
			now = append(now, n)
		}
		if once != nil && !slices.Equal(once, now) {
			t.Errorf("%v: %v at the first start, %v at the second", tables, once, now)
		}
		once = now
	}
	swept(t, p)
}

// What is past its time in the demo is what it makes so, and the first sweep takes
// it away.
func swept(t *testing.T, p *apptest.Portal) {
	t.Helper()
	if err := p.Retention.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, after := range []time.Duration{0, time.Minute} {
		p.Clock.Advance(after)
		for p.Count(`select count(*) from plan where kind = 'retention' and due_at <= $1`, p.Clock.Now()) > 0 {
			if _, _, err := p.Plans.Next(t.Context(), "retention"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if gone, months := p.Count(`select sum(rows) from retention_run where ended_at is not null`), p.Count(`select sum(partitions) from retention_run`); gone != 40 || months != 1 {
		t.Errorf("%d rows and %d months are past their time", gone, months)
	}
}
