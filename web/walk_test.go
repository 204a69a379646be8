package web_test

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/breach"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/standin"
	"plusultra.link/privacy/internal/testkit/apptest"
	"plusultra.link/privacy/web"
)

// walk is a portal whose every route is tried, without a network between.
type walk struct {
	*apptest.Portal
	t       *testing.T
	scheme  string
	handler http.Handler
	routes  []web.Route
	asked   atomic.Int32 // requests, each from an address of its own: no limit is meant
	looking func()       // has an admin open robin's data, for an hour
}

func bothSchemes(t *testing.T, test func(*testing.T, *walk)) {
	t.Parallel()
	for _, scheme := range []string{"https", "http"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			test(t, newWalk(t, scheme))
		})
	}
}

func newWalk(t *testing.T, scheme string, change ...func(*app.Parts)) *walk {
	t.Helper()
	google, err := standin.StartProvider(standin.ProviderConfig{Name: "Google", ClientID: "portal", ClientSecret: "a secret of the test", Now: time.Now})
	must(t, err)
	t.Cleanup(func() { must(t, google.Close()) })
	w := &walk{t: t, scheme: scheme, routes: web.Routes()}
	w.Portal = apptest.New(t, func(p *app.Parts) {
		p.BaseURL = scheme + "://privacy.example.com"
		p.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
		p.Services = []sso.Provider{{ID: "google", Name: "Google", Issuer: google.Issuer(), ClientID: "portal", ClientSecret: "a secret of the test"}}
		for _, c := range change {
			c(p)
		}
	})
	w.handler, err = web.New(w.App, web.Options{})
	must(t, err)
	return w
}

// caller is somebody who asks, by a cookie that is made anew for each request.
type caller struct {
	name   string
	cookie func() string
	key    string
}

// robin is the person whose data the walk is about, and what is theirs.
type robin struct {
	id   uuid.UUID
	rows []uuid.UUID // of what routes name by an :id
}

func (w *walk) robin() robin {
	w.t.Helper()
	id := w.Person(apptest.Somebody{Email: "robin@example.com", Country: "DE"})
	r, err := w.Requests.Ask(w.t.Context(), id, "complaint", "What do you hold?")
	must(w.t, err)
	e, err := w.Exports.Ask(w.t.Context(), audit.ByPerson(id), id, []string{"account"})
	must(w.t, err)
	w.Session(account.SessionOwner{Person: id})
	var session, link uuid.UUID
	must(w.t, w.DB.Pool.QueryRow(w.t.Context(), `select id from session where person_id = $1`, id).Scan(&session))
	must(w.t, w.DB.Pool.QueryRow(w.t.Context(), `insert into sso_link (person_id, id, provider, issuer, subject, linked_at, used_at)
		values ($1, gen_random_uuid(), 'google', 'https://accounts.example.com', 'robin', $2, $2) returning id`, id, w.Clock.Now()).Scan(&link))
	letters := uuid.New()
	w.Exec(`insert into mailing (id, kind, state, topic, subject, body, size, drafted_by, drafted_at, begun_at)
		values ($1, 'notice', 'paused', 'service-changes', '{"en": "We move"}', '{"en": "On Monday."}', 1, $1, $2, $2)`, letters, w.Clock.Now())
	noted, err := w.Breaches.Note(w.t.Context(), staff.Member{ID: letters, Role: staff.Officer}, w.Clock.Now(), breach.Facts{Nature: "A list was lost."})
	must(w.t, err)
	return robin{id: id, rows: []uuid.UUID{r.ID, e.ID, session, link, letters, noted}}
}

// callers are one of each sort. Those named "no …" carry a cookie that is
// worth nothing, and are nobody.
func (w *walk) callers(robin robin) []caller {
	session := func(owner account.SessionOwner, then string, args ...any) func() string {
		return func() string {
			token := w.Session(owner)
			if then != "" {
				w.Exec(then+` where token_hash = sha256($1)`, append([]any{[]byte(token)}, args...)...)
			}
			return token
		}
	}
	person := account.SessionOwner{Person: robin.id}
	leaving := w.Person(apptest.Somebody{Email: "leaving@example.com"})
	out := []caller{
		{name: "nobody", cookie: func() string { return "" }},
		{name: "no session of ours", cookie: func() string { return "bm90aGluZyB0aGF0IHdlIGhhdmUgaGFuZGVkIG91dA" }},
		{name: "no session any more", cookie: session(person, `update session set expires_at = $2`, w.Clock.Now())},
		{name: "no session since it lay unused", cookie: session(person, `update session set seen_at = $2`, w.Clock.Now().Add(-account.IdleLife))},
		{name: "no one's session", cookie: session(account.SessionOwner{}, "")},
		{name: "person", cookie: session(person, "")},
		{name: "person whose proof is old", cookie: session(person, `update session set proved_at = $2`, w.Clock.Now().Add(-24*time.Hour))},
		{name: "person being erased", cookie: func() string {
			w.Exec(`update person set closing_at = null where id = $1`, leaving)
			defer w.Exec(`update person set closing_at = $2 where id = $1`, leaving, w.Clock.Now())
			return w.Session(account.SessionOwner{Person: leaving})
		}},
	}
	for role, n := range map[staff.Role]string{staff.Agent: "agent", staff.Officer: "officer", staff.Admin: "admin"} {
		out = append(out, caller{name: n, cookie: session(account.SessionOwner{Staff: w.Member(n+"@example.com", role).ID}, "")})
	}
	key, _, err := w.Records.CreateKey(w.t.Context(), audit.BySystem("test"), "gateway", []string{"connection-log"}, record.KeyScopes()...)
	must(w.t, err)
	return append(out, caller{name: "API key", cookie: func() string { return "" }, key: key})
}

// request is one to send; what is empty is left out.
type request struct {
	method, path string
	who          caller
	header       http.Header
	body         io.Reader
}

func (w *walk) send(q request) *http.Response {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), q.method, w.scheme+"://privacy.example.com"+q.path, q.body)
	n := w.asked.Add(1)
	r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:4711", n>>16&255, n>>8&255, n&255)
	for name, values := range q.header {
		r.Header[name] = values
	}
	if q.who.cookie != nil {
		if token := q.who.cookie(); token != "" {
			name := "session"
			if w.scheme == "https" {
				name = "__Host-session"
			}
			r.AddCookie(&http.Cookie{Name: name, Value: token})
		}
	}
	if q.who.key != "" {
		r.Header.Set("Authorization", "Bearer "+q.who.key)
	}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	if to := answer.Header().Get("Location"); strings.HasPrefix(to, "/fault?") { // what became of it is told there
		page := r.Clone(w.t.Context())
		page.Method, page.Body, page.ContentLength = http.MethodGet, http.NoBody, 0
		page.URL, page.RequestURI = must1(url.Parse(to)), to
		answer = httptest.NewRecorder()
		w.handler.ServeHTTP(answer, page)
	}
	return answer.Result()
}

func must1[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var formHeader = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"text/html,*/*;q=0.8"}}

// elsewhere is a form that tries to lead away.
func elsewhere() io.Reader {
	return strings.NewReader(url.Values{"next": {"https://evil.example/"}, "return": {"//evil.example/"}, "back": {`/\evil.example`}, "lang": {"ja"}, "theme": {"dark"}}.Encode())
}

// at is a route's address with words for its parameters, and id for its :id.
func at(route web.Route, id uuid.UUID) string {
	return strings.NewReplacer(":id", id.String(), ":token", "nothing-of-ours", ":provider", "google", ":kind", "question",
		":category", "connection-log", ":version", "2026-11-01", ":lang", "en", "*", "app.css").Replace(route.Path)
}

// The doors to which those are sent who may not come in as they are.
const (
	in         = "in"
	atSignIn   = "/sign-in"
	atConfirm  = "/confirm"
	atDesk     = "/staff/sign-in"
	shut       = "403"
	unnamedKey = "401"
)

// admits says what a guard does with a caller: the one list by hand here.
func admits(t *testing.T, guard string, who string) string {
	t.Helper()
	person := strings.HasPrefix(who, "person")
	is := func(in_ bool, otherwise string) string {
		if in_ {
			return in
		}
		return otherwise
	}
	switch guard {
	case "programs", "link", "anybody":
		return in
	case "API key":
		return is(who == "API key", unnamedKey)
	case "person":
		return is(person, atSignIn)
	case "fresh", "fresh form":
		if who == "person whose proof is old" {
			return atConfirm
		}
		return is(person, atSignIn)
	case "agent":
		return is(slices.Contains([]string{"agent", "officer", "admin"}, who), atDesk)
	case "officer":
		if who == "agent" {
			return shut
		}
		return is(who == "officer" || who == "admin", atDesk)
	}
	if guard == "admin" {
		if who == "agent" || who == "officer" {
			return shut
		}
		return is(who == "admin", atDesk)
	}
	t.Fatalf("nobody has said who comes through the guard %q", guard)
	return ""
}

// door is where an answer leads.
func door(res *http.Response) string {
	to, _, _ := strings.Cut(res.Header.Get("Location"), "?next=")
	switch {
	case res.StatusCode == http.StatusForbidden:
		return shut
	case res.StatusCode == http.StatusUnauthorized:
		return unnamedKey
	case res.StatusCode == http.StatusSeeOther && strings.Contains(res.Header.Get("Location"), "?next="):
		return to
	}
	return in
}

func TestEveryRouteLetsInWhomItsGuardSaysAndNobodyElse(t *testing.T) {
	bothSchemes(t, func(t *testing.T, w *walk) {
		robin := w.robin()
		for _, who := range w.callers(robin) {
			for _, route := range w.routes {
				res := w.send(request{method: route.Method, path: at(route, uuid.New()), who: who, header: formHeader, body: elsewhere()})
				want := admits(t, string(route.Guard), who.name)
				if got := door(res); got != want && !(want == in && got == shut && who.name == "person being erased") {
					t.Errorf("%s at %s %s (%s): %s, want %s (%d, %s)", who.name, route.Method, route.Path, route.Guard, got, want, res.StatusCode, res.Header.Get("Location"))
				}
				if res.StatusCode >= http.StatusInternalServerError {
					t.Errorf("%s at %s %s: %d", who.name, route.Method, route.Path, res.StatusCode)
				}
			}
		}
	})
}

func TestNoRouteIsLaidBesideTheMap(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "https")
	known := map[string]bool{}
	for _, r := range w.routes {
		known[r.Method+" "+r.Path] = true
		if r.Method == http.MethodGet {
			known[http.MethodHead+" "+r.Path] = true
		}
	}
	for line := range maps.Clone(known) {
		if strings.Contains(line, ":token") || !strings.HasPrefix(line, http.MethodPost) && strings.Contains(line, ":id") { // with the slash that a mail program puts behind it
			known[line+"/"] = true
		}
	}
	for _, r := range w.handler.(*echo.Echo).Routes() {
		if !known[r.Method+" "+r.Path] && r.Method != echo.RouteNotFound {
			t.Errorf("%s %s has no guard", r.Method, r.Path)
		}
	}
}

func TestWhatIsSomebodyElsesIsNotThere(t *testing.T) {
	bothSchemes(t, func(t *testing.T, w *walk) {
		robin := w.robin()
		other := account.SessionOwner{Person: w.Person(apptest.Somebody{Email: "other@example.com"})}
		mine := account.SessionOwner{Person: robin.id}
		before, found := w.Prints("session", "kept_form"), 0
		for _, route := range w.routes {
			if !strings.Contains(route.Path, ":id") || admits(t, string(route.Guard), "person") != in || route.Guard == "anybody" {
				continue
			}
			reached := false
			for _, id := range robin.rows {
				q := request{method: route.Method, path: at(route, id), who: caller{cookie: func() string { return w.Session(other) }}, header: formHeader, body: elsewhere()}
				if res := w.send(q); res.StatusCode != http.StatusNotFound && res.StatusCode != http.StatusUnprocessableEntity && !strings.Contains(res.Header.Get("Location"), "again=") {
					t.Errorf("somebody else at %s %s: %d", route.Method, route.Path, res.StatusCode)
				}
				if route.Method == http.MethodGet {
					q.who = caller{cookie: func() string { return w.Session(mine) }}
					reached = reached || w.send(q).StatusCode != http.StatusNotFound
				}
			}
			if reached {
				found++
			}
		}
		if changed := apptest.Changed(before, w.Prints("session", "kept_form")); !slices.Equal(changed, []string{"audit_entry", "audit_unplaced"}) {
			t.Errorf("somebody else changed %v", changed) // the sign-ins are noted
		}
		if found < 4 {
			t.Errorf("the owner finds theirs at %d routes: this test proves little", found)
		}
	})
}
