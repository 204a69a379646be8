package web_test

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/record"
	requests "plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/task"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// trips is how often a page may go to the database: once for its browser's
// session, with who works and what was typed on the page before; once for what it
// shows; and once more for what depends on that.
const trips = 3

// most is how many bytes a page may have, whatever is held: its lists are capped,
// or turn their pages.
const most = 75_000

// A page that asks for each of its rows is fast for everybody but those of whom
// much is held; one that asks for one thing after the other waits for each.
func TestEveryPageAsksTheDatabaseAsOftenHoweverMuchIsHeld(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "https")
	robin := w.robin()
	w.much(robin, 100)
	must(t, w.Records.Sum(t.Context(), 0))
	pages := w.pages(robin)
	statements := testkit.Statements(t, w.DB)
	count := func(p page) []string {
		t.Helper()
		w.looking()
		token, path := p.who.cookie(), p.path
		who := caller{name: p.who.name, cookie: func() string { return token }}
		if p.again {
			path += mark(path) + "again=" + w.keep(token)
		}
		for range 3 { // statements are prepared once for a connection
			w.send(request{method: http.MethodGet, path: path, who: who})
		}
		statements()
		was := w.DB.Pool.Stat().AcquireCount()
		res := w.send(request{method: http.MethodGet, path: path, who: who})
		if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
		body, err := io.ReadAll(res.Body)
		must(t, err)
		if len(body) > most {
			t.Errorf("%s is %d bytes, of at most %d", path, len(body), most)
		}
		var asked []string
		for _, one := range statements() {
			asked = append(asked, one.SQL)
		}
		most := int64(trips)
		if strings.Contains(path, "/receipt") { // a file that is signed, not a page: its proof is read from the tree, and its checkpoint
			most = 5
		}
		if path == "/privacy-choices" { // all choices in one batch
			most = 2
		}
		if went := w.DB.Pool.Stat().AcquireCount() - was; went > most || slices.ContainsFunc(asked, func(sql string) bool { return strings.HasPrefix(sql, "begin") }) {
			t.Errorf("%s goes to the database %d times, not %d, and asks:\n%s", path, went, most, strings.Join(asked, "\n"))
		}
		return asked
	}
	before := map[page]int{}
	for _, p := range pages {
		before[p] = len(count(p))
	}
	if len(before) < 150 {
		t.Fatalf("only %d pages answered", len(before))
	}
	w.much(robin, 400)
	for p := range before {
		count(p) // with rows of which there are no sums yet
	}
	must(t, w.Records.Sum(t.Context(), 0))
	for p, n := range before {
		if now := count(p); len(now) > n+2 { // each month of a chart may be one
			t.Errorf("%s asks %d times of little and %d of much:\n%s", p.path, n, len(now), strings.Join(now, "\n"))
		}
	}
}

// page is an address, who looks at it, and whether it is shown again after
// something was typed there.
type page struct {
	path  string
	who   *caller
	again bool
}

// unvisited are the pages that nothing here leads to, and why.
func unvisited() map[string]string {
	return map[string]string{
		"/confirm/with/:provider":   "it leads away, to the service",
		"/security/last":            "it is for who has just revoked the last way to sign in",
		"/requests/new/:kind/check": "it looks over what was typed, and leads back without",
		archive:                     "it is a file",

		"/staff/requests/:id/accounts/of/:person": "it leads back, to where somebody says why they look",
		"/downloads/:id/receipt":                  "it is of a copy that was made, and no job makes any here",
	}
}

const archive = "/downloads/:id/file"

// pages are the addresses of all pages about robin, and of the staff's: those of
// the routes, and those to which their links and filters lead.
func (w *walk) pages(robin robin) []page {
	w.t.Helper()
	admin := w.Member("admin@example.com", staff.Admin)
	must(w.t, w.Requests.Take(w.t.Context(), admin, robin.rows[0]))
	must(w.t, w.Requests.Note(w.t.Context(), admin, robin.rows[0], "A note."))
	asked, err := w.Requests.Ask(w.t.Context(), robin.id, "rectification", "My street is called Elm Street.")
	must(w.t, err)
	must(w.t, w.Requests.Refuse(w.t.Context(), admin, asked.ID, requests.Refusal{Code: "data-is-right", Words: "The street is right."}))
	leaving, err := w.Requests.AskErasure(w.t.Context(), w.Person(apptest.Somebody{Email: "leaving@example.com"}), "")
	must(w.t, err)
	_, err = w.Records.Ingest(w.t.Context(), record.IngestInput{
		Category: "trial-downloads", Source: "test", Format: record.NDJSON, Actor: audit.BySystem("test"),
		Reader: strings.NewReader(`{"person":"robin@example.com","at":"` + w.Clock.Now().AddDate(0, -1, 0).Format(time.RFC3339) + `","product":"Harbour"}` + "\n"),
	})
	must(w.t, err)
	part, err := w.Erasures.ErasePart(w.t.Context(), robin.id, "trial-downloads", record.Period{})
	must(w.t, err)
	must(w.t, w.Erasures.RunPart(w.t.Context(), part.ID))
	must(w.t, w.Tasks.Ask(w.t.Context(), admin, robin.id, asked.ID, task.Question{Address: "legal@example.com", Words: "May we tell them?", Days: 7, Lang: "en"}))
	bulk, err := w.Requests.Choose(w.t.Context(), admin, requests.Choice{Deed: requests.BulkRefuse, IDs: []uuid.UUID{asked.ID, robin.rows[0]}})
	must(w.t, err)
	report, err := w.Requests.Ask(w.t.Context(), robin.id, "child-report", "The child next door has an account.")
	must(w.t, err)
	must(w.t, w.Requests.HoldChild(w.t.Context(), admin, report.ID, w.Person(apptest.Somebody{Email: "kid@example.com"})))
	robin.rows = append(robin.rows, asked.ID, leaving.ID, part.ID, bulk, report.ID)
	_, err = w.Records.Ingest(w.t.Context(), record.IngestInput{
		Category: "payment-methods", Source: "test", Format: record.NDJSON, Actor: audit.BySystem("test"),
		Reader: strings.NewReader(`{"person":"robin@example.com","at":"2025-03-01T10:00:00Z","brand":"Examplecard","last4":"4242","expiry":"2028-04","billing_name":"Robyn","billing_country":"DE"}` + "\n"),
	})
	must(w.t, err)
	w.looking = func() {
		w.t.Helper()
		must(w.t, w.Looks.Open(w.t.Context(), admin, robin.id, disclosure.Stated{Code: "support", Reason: "Their call of 3 May"}))
		must(w.t, w.Looks.OpenRequest(w.t.Context(), admin, robin.id, w.reference(robin)))
	}
	w.looking()
	person := &caller{name: "person", cookie: func() string { return w.Session(account.SessionOwner{Person: robin.id}) }}
	member := &caller{name: "admin", cookie: func() string { return w.Session(account.SessionOwner{Staff: admin.ID}) }}
	_, err = w.Consents.AllOff(w.t.Context(), consent.Choice{Actor: audit.ByPerson(robin.id), Person: robin.id, Channel: consent.Preferences, Lang: "en"})
	must(w.t, err)
	must(w.t, w.Audit.Place(w.t.Context())) // receipts can be had
	found := map[page]bool{}
	visited := w.crawl(person, robin, found)
	maps.Copy(visited, w.crawl(member, robin, found))
	for _, r := range w.routes {
		signedIn := r.Guard != "programs" && r.Guard != "link" && r.Guard != "anybody" && r.Guard != "API key"
		if r.Method == http.MethodGet && signedIn && visited[r.Path] == (unvisited()[r.Path] != "") {
			w.t.Errorf("%s: visited is %v", r.Path, visited[r.Path])
		}
	}
	return slices.Collect(maps.Keys(found))
}

// crawl goes wherever somebody is led, and to each route's own address: to some
// pages of each sort, with each form of its query. It tells which routes it met.
func (w *walk) crawl(who *caller, robin robin, found map[page]bool) map[string]bool {
	w.t.Helper()
	token := who.cookie()
	here := caller{name: who.name, cookie: func() string { return token }}
	var queue []string
	for _, r := range w.routes {
		if r.Method == http.MethodGet {
			for _, id := range append(slices.Clone(robin.rows), robin.id) {
				queue = append(queue, at(r, id))
			}
		}
	}
	visited, sorts := map[string]bool{}, map[string]int{}
	for ; len(queue) > 0; queue = queue[1:] {
		address, err := url.Parse(queue[0])
		must(w.t, err)
		route := w.routeOf(address.Path)
		sort := cmp.Or(map[bool]string{true: address.Path}[strings.Contains(route, ":category")], route) + "?" + strings.Join(slices.Sorted(maps.Keys(address.Query())), "&")
		if sorts[sort] == 3 || found[page{path: queue[0], who: who}] || route == archive {
			continue
		}
		res := w.send(request{method: http.MethodGet, path: queue[0], who: here})
		if res.StatusCode != http.StatusOK || res.Header.Get("Location") != "" {
			continue
		}
		body, err := io.ReadAll(res.Body)
		must(w.t, err)
		sorts[sort], visited[route] = sorts[sort]+1, true
		found[page{path: queue[0], who: who}] = true
		found[page{path: queue[0], who: who, again: true}] = true
		queue = append(queue, leads(w.t, string(body))...)
	}
	return visited
}

// leads are the addresses to which a page leads, with the last choice of each of
// its filters.
func leads(t *testing.T, body string) (all []string) {
	t.Helper()
	html := testkit.HTML(t, body)
	if html.Count("body") == 0 {
		return nil
	}
	html.MustHave("body").Find("a[href^='/']").Each(func(_ int, a *goquery.Selection) {
		to, _, _ := strings.Cut(a.AttrOr("href", ""), "#")
		all = append(all, to)
	})
	html.MustHave("body").Find("form:not([method=post])").Each(func(_ int, form *goquery.Selection) {
		chosen := url.Values{}
		action, _, _ := strings.Cut(form.AttrOr("action", ""), "#")
		form.Find("input[name], select[name]").Each(func(_ int, field *goquery.Selection) {
			value := cmp.Or(field.Find("option").Last().AttrOr("value", ""), field.AttrOr("value", ""), "R-7KQ2M9")
			if field.AttrOr("type", "") == "date" {
				value = map[bool]string{true: "2025-12-20", false: "2026-01-10"}[field.AttrOr("name", "") == "from"]
			}
			chosen.Set(field.AttrOr("name", ""), value)
		})
		all = append(all, action+"?"+chosen.Encode())
		for name := range chosen {
			all = append(all, action+"?"+url.Values{name: chosen[name]}.Encode())
		}
	})
	return all
}

// routeOf is the pattern of the route that an address belongs to.
func (w *walk) routeOf(path string) string {
	e := w.handler.(*echo.Echo) //nolint:forcetypeassert // web.New gives no other
	ctx := e.NewContext(httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, "/", nil), nil)
	e.Router().Find(http.MethodGet, path, ctx)
	return ctx.Path()
}

func mark(path string) string {
	if strings.Contains(path, "?") {
		return "&"
	}
	return "?"
}

// keep keeps an empty form in the browser with a token, and gives its name.
func (w *walk) keep(token string) string {
	w.t.Helper()
	var session uuid.UUID
	must(w.t, w.DB.Pool.QueryRow(w.t.Context(), "select id from session where token_hash = sha256($1)", []byte(token)).Scan(&session))
	return must1(w.Forms.Keep(w.t.Context(), session, []byte(`{"form": {}}`)))
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
	for i := range min(rows, 30) {
		_, err := w.Requests.Ask(w.t.Context(), robin.id, "question", fmt.Sprintf("What of the year %d?", 1990+i))
		must(w.t, err)
		w.Exec(`update request set state = 'done' where person_id = $1 and id <> $2 and state = 'open' and kind <> 'child-report'`, robin.id, robin.rows[0])
		w.Clock.Advance(24 * time.Hour)
	}
}
