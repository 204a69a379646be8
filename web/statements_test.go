package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit"
)

// trips is how often a page may go to the database: for its browser's session,
// for who works, and once for all that it shows.
func trips(path string) int64 {
	switch {
	case strings.HasPrefix(path, "/staff/people/"):
		return 7
	case strings.HasPrefix(path, "/staff/requests/"):
		return 6
	case strings.HasPrefix(path, "/staff"):
		return 4
	case path == "/erasure", path == "/confirm":
		return 3
	}
	return 2
}

// A page that asks for each of its rows is fast for everybody but those of whom
// much is held; one that asks for one thing after the other waits for each.
func TestEveryPageAsksTheDatabaseAsOftenHoweverMuchIsHeld(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "https")
	robin := w.robin()
	pages := w.pages(robin)
	statements := testkit.Statements(t, w.DB)
	count := func(path string, who caller) ([]string, int64) {
		t.Helper()
		w.looking()
		for range 3 { // statements are prepared once for a connection
			w.send(request{method: http.MethodGet, path: path, who: who})
		}
		token := who.cookie()
		who.cookie = func() string { return token }
		statements()
		was := w.DB.Pool.Stat().AcquireCount()
		if res := w.send(request{method: http.MethodGet, path: path, who: who}); res.StatusCode != http.StatusOK {
			return nil, 0
		}
		var asked []string
		for _, one := range statements() {
			asked = append(asked, one.SQL)
		}
		return asked, w.DB.Pool.Stat().AcquireCount() - was
	}
	before := map[string]int{}
	for path, who := range pages {
		if asked, _ := count(path, who); len(asked) > 0 {
			before[path] = len(asked)
		}
	}
	if len(before) < 40 {
		t.Fatalf("only %d pages answered", len(before))
	}
	w.much(robin, 400)
	for path, n := range before {
		now, went := count(path, pages[path])
		if len(now) != n {
			t.Errorf("%s asks %d times of little and %d of much:\n%s", path, n, len(now), strings.Join(now, "\n"))
		}
		if limit := trips(path); went > limit {
			t.Errorf("%s goes to the database %d times, not %d, and asks:\n%s", path, went, limit, strings.Join(now, "\n"))
		}
	}
}

// pages are the addresses of all pages about robin, and of the staff's, with
// who looks at them.
func (w *walk) pages(robin robin) map[string]caller {
	w.t.Helper()
	admin := w.Member("admin@example.com", staff.Admin)
	w.looking = func() {
		w.t.Helper()
		must(w.t, w.Looks.Open(w.t.Context(), admin, robin.id, disclosure.Stated{Code: "support", Reason: "Their call of 3 May"}))
		must(w.t, w.Looks.OpenRequest(w.t.Context(), admin, robin.id, w.reference(robin)))
	}
	person := caller{name: "person", cookie: func() string { return w.Session(account.SessionOwner{Person: robin.id}) }}
	member := caller{name: "admin", cookie: func() string { return w.Session(account.SessionOwner{Staff: admin.ID}) }}
	pages := map[string]caller{}
	for _, route := range w.routes {
		path := strings.NewReplacer("/requests/:id", "/requests/"+robin.rows[0].String(), "/downloads/:id", "/downloads/"+robin.rows[1].String(),
			"/staff/people/:id", "/staff/people/"+robin.id.String(), "/staff/requests/:reference", "/staff/requests/"+w.reference(robin)).Replace(route.Path)
		if route.Method != http.MethodGet {
			continue
		}
		who := person
		if strings.HasPrefix(path, "/staff") {
			who = member
		}
		if strings.Contains(path, ":category") {
			for _, c := range w.Register.Categories {
				pages[strings.Replace(path, ":category", c.ID, 1)] = who
			}
		} else if !strings.Contains(path, ":") {
			pages[path] = who
		}
	}
	return pages
}

func (w *walk) reference(robin robin) (reference string) {
	w.t.Helper()
	must(w.t, w.DB.Pool.QueryRow(w.t.Context(), "select reference from request where id = $1", robin.rows[0]).Scan(&reference))
	return reference
}

// much makes as many rows of what pages show.
func (w *walk) much(robin robin, rows int) {
	w.t.Helper()
	var file strings.Builder
	file.WriteString("person,started_at,network,place,bytes,seconds\n")
	for i := range rows {
		fmt.Fprintf(&file, "robin@example.com,%s,203.0.113.0/24,\"Berlin, DE\",%d,%d\n", w.Clock.Now().AddDate(0, 0, -i).Format(time.RFC3339), i, i)
	}
	_, err := w.Records.Ingest(w.t.Context(), record.IngestInput{
		Category: "connection-log", Source: "test", Reader: strings.NewReader(file.String()), Format: record.CSV, Actor: audit.BySystem("test"),
	})
	must(w.t, err)
	must(w.t, w.Records.Sum(w.t.Context(), 0))
	for i := range min(rows, 30) {
		_, err := w.Requests.Ask(w.t.Context(), robin.id, "question", fmt.Sprintf("What of the year %d?", 1990+i))
		must(w.t, err)
		w.Exec(`update request set state = 'done' where person_id = $1 and id <> $2`, robin.id, robin.rows[0])
		w.Clock.Advance(24 * time.Hour)
	}
}
