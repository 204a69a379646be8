package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/testkit"
)

// hang has what imports filled of one person hang for whoever reads it, in the
// tables of these names, as if it lay on a machine that is frozen.
func (p *portal) hang(person uuid.UUID, names string) {
	p.t.Helper()
	rows, err := p.DB.Pool.Query(p.t.Context(), `select oid::regclass::text from pg_class where relkind in ('r', 'p') and relname ~ $1`, `^(`+names+`)(_\d{4}(_\d\d)?)?$`)
	must(p.t, err)
	defer rows.Close()
	var statements []string
	for rows.Next() {
		var table string
		must(p.t, rows.Scan(&table))
		statements = append(statements, fmt.Sprintf("alter table %s enable row level security", table),
			fmt.Sprintf("create policy hangs on %s using (person_id <> '%s' or pg_sleep(90) is null)", table, person))
	}
	must(p.t, rows.Err())
	if len(statements) < 4 { // a table and a month of it
		p.t.Fatalf("only %v", statements)
	}
	testkit.AsSuperuser(p.t, p.DB, statements...)
}

// The sums answer, and the rows that they count do not.
func TestAPageThatLacksRowsDoesNotSayThatThereAreNone(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	p.connections("robin@example.com", 40)
	must(t, p.Records.Sum(t.Context(), 0))
	hers := p.client().signIn("robin@example.com")
	p.hang(robin, "connection_log")
	got := hers.get("/data/connection-log")
	page := testkit.HTML(t, got.body)
	if got.status != http.StatusOK || !strings.Contains(page.Text("main"), "could not be read just now") || !strings.Contains(page.Text("#rows"), "Can’t be read just now") {
		t.Errorf("%d: %s", got.status, page.Text("main"))
	}
}

func TestWhoseRowsHangIsToldSoAndNobodyElseWaits(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	p.person("kim@example.com")
	for _, email := range []string{"robin@example.com", "kim@example.com"} {
		p.connections(email, 40)
		_, err := p.Records.Ingest(t.Context(), record.IngestInput{
			Category: "payment-methods", Source: "test", Format: record.NDJSON, Actor: audit.BySystem("test"),
			Reader: strings.NewReader(`{"person":"` + email + `","at":"2025-12-01T10:00:00Z","brand":"Examplecard","last4":"4242","expiry":"2028-04","billing_name":"R"}` + "\n"),
		})
		must(t, err)
	}
	must(t, p.Records.Sum(t.Context(), 0))
	hers, his := p.client().signIn("robin@example.com"), p.client().signIn("kim@example.com")
	edit := testkit.HTML(t, hers.get("/data/payment-methods").body).Attrs(`a[href*="/edit/"]`, "href")[0]
	officer := p.staffIn("officer@example.com", "officer")
	officer.post("/staff/people/"+robin.String(), url.Values{"code": {"support"}, "reason": {"Their call of 3 May"}})
	p.hang(robin, "record|record_month|connection_log|site_usage")

	const told = "could not be read just now"
	within := func(c *client, path string, want int, silent bool, limit time.Duration) {
		t.Helper()
		from := time.Now()
		got := c.get(path)
		took := time.Since(from)
		if got.status != want || strings.Contains(got.body, told) != silent || took > limit {
			t.Errorf("%s: %d after %v, and says so: %v", path, got.status, took, strings.Contains(got.body, told))
		}
	}
	const hanging, usual = 9 * time.Second, 1500 * time.Millisecond
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			if got := hers.get("/data/connection-log"); got.status != http.StatusOK || !strings.Contains(got.body, told) {
				t.Errorf("one of many: %d", got.status)
			}
		})
	}
	ended := make(chan struct{})
	go func() { all.Wait(); close(ended) }()
	for n, looking := 0, true; looking; n++ {
		for _, path := range []string{"/overview", "/data/connection-log", "/data/payment-methods", "/email"} {
			within(his, path, http.StatusOK, false, usual)
		}
		select {
		case <-ended:
			if n < 3 {
				t.Errorf("others looked %d times meanwhile", n)
			}
			looking = false
		default:
		}
	}

	within(hers, "/overview", http.StatusOK, true, hanging)
	for path, silent := range map[string]bool{"/data": false, "/data/connection-log": true, "/data/payment-methods": true, "/data/profile": false, "/email": false} {
		within(hers, path, http.StatusOK, silent, usual)
		if silent && strings.Contains(hers.get(path).body, "Nothing held here") {
			t.Errorf("%s says that nothing is held", path)
		}
	}
	if page := testkit.HTML(t, hers.get("/data").body).Text("main"); !strings.Contains(page, "Can’t be read just now") {
		t.Errorf("the cards: %s", page)
	}
	within(hers, "/downloads/new", http.StatusOK, false, usual)
	within(hers, edit, http.StatusServiceUnavailable, false, hanging)
	if got := hers.post(edit, url.Values{"billing_name": {"Robin"}}); got.status != http.StatusServiceUnavailable && got.status != http.StatusSeeOther {
		t.Errorf("a correction: %d", got.status)
	}
	within(officer, "/staff/people/"+robin.String(), http.StatusOK, true, hanging)
	within(hers, "/erasure", http.StatusServiceUnavailable, false, hanging)
}
