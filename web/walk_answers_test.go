package web_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit/apptest"
	"plusultra.link/privacy/web"
)

// some are the callers that see the most different answers.
func (w *walk) some(robin robin) []caller {
	w.t.Helper()
	return slices.DeleteFunc(w.callers(robin), func(c caller) bool {
		return !slices.Contains([]string{"nobody", "no one's session", "person", "admin", "API key"}, c.name)
	})
}

// inspect looks at what every answer owes.
func (w *walk) inspect(q request, res *http.Response) {
	w.t.Helper()
	bad := func(what string, is any) {
		w.t.Errorf("%s at %s %s (%d): %s: %q", q.who.name, q.method, q.path, res.StatusCode, what, is)
	}
	h := res.Header
	policy := h.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
		if !strings.Contains(policy, part) || strings.Contains(policy, "unsafe") {
			bad("the policy of its content", policy)
		}
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := h.Get(name); got != want {
			bad(name, got)
		}
	}
	if got := h.Get("Strict-Transport-Security"); strings.Contains(got, "max-age=63072000") != (w.scheme == "https") {
		bad("Strict-Transport-Security", got)
	}
	if kind := h.Get("Content-Type"); strings.HasPrefix(kind, "text/html") && h.Get("Cache-Control") != "no-store" {
		bad("a page that is kept", h.Get("Cache-Control"))
	}
	for _, c := range res.Cookies() {
		if c.Secure != (w.scheme == "https") || strings.HasPrefix(c.Name, "__Host-") != c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			bad("a cookie", c.String())
		}
	}
	to, err := url.Parse(h.Get("Location"))
	if err != nil || to.Host != "" && !strings.HasPrefix(to.Host, "127.0.0.1:") || strings.HasPrefix(to.Path, "//") || strings.Contains(h.Get("Location"), "\\") { // the sign-in service of this test is there
		bad("it leads away", h.Get("Location"))
	}
}

func TestEveryAnswerHasTheHeadersAndCookiesThatKeepItSafeAndLeadsNowhereElse(t *testing.T) {
	bothSchemes(t, func(t *testing.T, w *walk) {
		robin := w.robin()
		routes := append(w.routes, web.Route{Method: http.MethodGet, Path: "/no-such-page"}, web.Route{Method: http.MethodGet, Path: "/staff/no-such-page"}, web.Route{Method: http.MethodGet, Path: "/%00"})
		cookies, pages := 0, 0
		for _, who := range w.some(robin) {
			for _, route := range routes {
				header := formHeader.Clone()
				header.Set("Referer", "https://evil.example/")
				for _, method := range []string{route.Method, http.MethodHead, http.MethodDelete} {
					q := request{method: method, path: at(route, robin.rows[0]) + "?next=https://evil.example/&back=//evil.example/&lang=en", who: who, header: header, body: elsewhere()}
					res := w.send(q)
					w.inspect(q, res)
					cookies += len(res.Cookies())
					if method == http.MethodDelete && res.StatusCode != http.StatusMethodNotAllowed && route.Guard != "" {
						t.Errorf("DELETE %s: %d", route.Path, res.StatusCode)
					}
					if res.StatusCode == http.StatusOK && strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
						pages++
					}
				}
			}
		}
		// And what a session is handed over in, to a browser that keeps cookies and to another.
		for _, kept := range []string{"", "a=b"} {
			header := formHeader.Clone()
			header.Set("Cookie", kept)
			q := request{method: http.MethodPost, path: "/sign-in", header: header, body: strings.NewReader(url.Values{"email": {"robin@example.com"}, "password": {apptest.Password}, "next": {"//evil.example"}}.Encode())}
			res := w.send(q)
			w.inspect(q, res)
			if len(res.Cookies()) == 0 || cookies < 5 || pages < 50 {
				t.Errorf("%d cookies at sign-in, %d before, %d pages: this test proves little", len(res.Cookies()), cookies, pages)
			}
		}
	})
}

// A link in a mail is for whoever holds it, and a mailbox's button comes from
// another site; programs with a key carry nothing that a browser would add.
func TestNoOtherSiteMakesABrowserChangeAnything(t *testing.T) {
	bothSchemes(t, func(t *testing.T, w *walk) {
		robin := w.robin()
		callers := w.some(robin)
		before, tried := w.Prints("session", "audit_entry", "audit_unplaced"), 0
		for _, who := range callers {
			for _, route := range w.routes {
				if route.Method == http.MethodGet || route.Guard == "link" || route.Guard == "API key" {
					continue
				}
				for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
					header := formHeader.Clone()
					header.Set(name, value)
					if res := w.send(request{method: route.Method, path: at(route, robin.rows[0]), who: who, header: header, body: elsewhere()}); res.StatusCode != http.StatusForbidden {
						t.Errorf("%s at %s %s with %s: %d", who.name, route.Method, route.Path, name, res.StatusCode)
					}
					tried++
				}
			}
		}
		if changed := apptest.Changed(before, w.Prints("session", "audit_entry", "audit_unplaced")); len(changed) > 0 || tried < 200 {
			t.Errorf("%d tries changed %v", tried, changed)
		}
	})
}

// counted tells how much of a body was read.
type counted struct {
	io.Reader
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

func TestNoRouteReadsMoreThanAFormMayWeigh(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "https")
	robin := w.robin()
	const most = 1 << 20
	refused := 0
	for _, who := range w.some(robin) {
		for _, route := range w.routes {
			if route.Method == http.MethodGet || route.Guard == "API key" { // rows have a bound of their own
				continue
			}
			var parts bytes.Buffer
			form := multipart.NewWriter(&parts)
			must(t, form.WriteField("message", strings.Repeat("a", 3*most)))
			must(t, form.Close())
			for kind, whole := range map[string]string{"application/x-www-form-urlencoded": "message=" + strings.Repeat("a", 3*most), form.FormDataContentType(): parts.String()} {
				body := &counted{Reader: strings.NewReader(whole)}
				res := w.send(request{method: route.Method, path: at(route, robin.rows[0]), who: who, header: http.Header{"Content-Type": {kind}}, body: body})
				if body.n > most+64<<10 {
					t.Errorf("%s at %s %s: %d bytes were read (%d)", who.name, route.Method, route.Path, body.n, res.StatusCode)
				}
				if res.StatusCode == http.StatusRequestEntityTooLarge {
					refused++
				}
			}
		}
	}
	if refused < 60 {
		t.Errorf("%d were told that it is too much: this test proves little", refused)
	}
}

// What a GET begins is told apart by refusing HEAD; looks of the staff are
// noted, which is what they are for, and so is that a file was handed over.
func TestNoGETChangesARow(t *testing.T) {
	bothSchemes(t, func(t *testing.T, w *walk) {
		robin := w.robin()
		callers := w.some(robin)
		person, admin := account.SessionOwner{Person: robin.id}, account.SessionOwner{Staff: w.Member("looks@example.com", staff.Admin).ID}
		tokens := map[string]string{"person": w.Session(person), "admin": w.Session(admin)}
		tried := 0
		for _, who := range callers {
			if token := tokens[who.name]; token != "" { // one sign-in, which would be a change
				who.cookie = func() string { return token }
			} else if who.name == "no one's session" {
				continue
			}
			for _, route := range w.routes {
				if route.Method != http.MethodGet || w.send(request{method: http.MethodHead, path: at(route, robin.rows[0]), who: who}).StatusCode == http.StatusMethodNotAllowed {
					continue
				}
				for _, id := range []uuid.UUID{robin.id, robin.rows[0], robin.rows[1]} {
					before := w.Prints("session")
					res := w.send(request{method: http.MethodGet, path: at(route, id) + "?choose=all&q=robin", who: who})
					changed := apptest.Changed(before, w.Prints("session"))
					if who.name == "admin" || strings.HasSuffix(route.Path, "/file") {
						changed = slices.DeleteFunc(changed, func(table string) bool {
							return table == "audit_entry" || table == "audit_unplaced" || table == "staff_look"
						})
					}
					if route.Guard == "API key" { // the key's use is counted, lines get their places, and who took a list is noted
						changed = slices.DeleteFunc(changed, func(table string) bool {
							return slices.Contains([]string{"attempt", "api_key", "consent_place", "consent_unplaced", "audit_entry", "audit_unplaced"}, table)
						})
					}
					if len(changed) > 0 {
						t.Errorf("%s at GET %s (%d) changes %v", who.name, route.Path, res.StatusCode, changed)
					}
					if tried++; !strings.Contains(route.Path, ":id") {
						break
					}
				}
			}
		}
		if tried < 150 {
			t.Errorf("%d were tried", tried)
		}
	})
}

// filled is the form for a route as its page offers it, filled in.
func (w *walk) filled(route web.Route, path string, who caller) url.Values {
	w.t.Helper()
	form := url.Values{}
	for _, page := range []string{path, "/security", "/downloads/new", "/erasure"} {
		doc, err := goquery.NewDocumentFromReader(w.send(request{method: http.MethodGet, path: page, who: who}).Body)
		must(w.t, err)
		doc.Find(`form[method="post"]`).EachWithBreak(func(_ int, f *goquery.Selection) bool {
			if action := f.AttrOr("action", page); action != path {
				return true
			}
			f.Find("input, textarea, select").Each(func(_ int, field *goquery.Selection) {
				if value := field.AttrOr("value", ""); value != "" && field.AttrOr("name", "") != "" {
					form.Add(field.AttrOr("name", ""), value)
				}
			})
			return false
		})
		if len(form) > 0 {
			break
		}
	}
	for name, value := range map[string]string{"full_name": "Robin Renamed", "country": "FR", "old": apptest.Password, "password": "another harbour lantern 8", "message": "Words."} {
		form.Set(name, value)
	}
	return form
}

func TestOnlyWhoProvedLatelyMakesACopyAnErasureACorrectionANewPasswordOrAnEnd(t *testing.T) {
	bothSchemes(t, func(t *testing.T, w *walk) {
		robin := w.robin()
		w.Exec(`delete from export`) // or else there is one already
		var fresh, old caller
		for _, c := range w.callers(robin) {
			switch c.name {
			case "person":
				fresh = c
			case "person whose proof is old":
				old = c
			}
		}
		guarded := []string{"erasure", "export", "password", "profile", "sso_link"}
		prints := func() map[string]string {
			all := w.Prints()
			for table := range all {
				if !slices.Contains(guarded, table) {
					delete(all, table)
				}
			}
			return all
		}
		begun := prints()
		send := func(who caller) {
			for _, erasing := range []bool{false, true} { // last: it ends the rest
				for _, route := range w.routes {
					if route.Method == http.MethodGet || strings.HasPrefix(route.Path, "/erasure") != erasing {
						continue
					}
					for _, id := range robin.rows {
						path := strings.ReplaceAll(at(route, id), "/connection-log/", "/profile/")
						w.send(request{method: route.Method, path: path, who: who, header: formHeader, body: strings.NewReader(w.filled(route, path, fresh).Encode())})
						if !strings.Contains(route.Path, ":id") {
							break
						}
					}
				}
			}
		}
		send(old)
		if changed := apptest.Changed(begun, prints()); len(changed) > 0 {
			t.Errorf("an old proof is enough for %v", changed)
		}
		send(fresh)
		if changed := apptest.Changed(begun, prints()); !slices.Equal(changed, guarded) {
			t.Errorf("a fresh one changes %v only: this test proves little", changed)
		}
	})
}

func TestNoPageThatRepeatsItsAddressIsCompressed(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "https")
	robin := w.robin()
	pages, compressed := 0, 0
	for _, who := range w.some(robin) {
		for _, route := range append(w.routes, web.Route{Method: http.MethodGet, Path: "/no-such-page/robin@example.com"}) {
			if route.Method != http.MethodGet {
				continue
			}
			for _, query := range []string{"", "?q=robin@example.com", "?next=/robin@example.com&after=robin"} {
				path := at(route, robin.rows[0]) + query
				res := w.send(request{method: http.MethodGet, path: path, who: who, header: http.Header{"Accept-Encoding": {"gzip"}}})
				zipped := res.Header.Get("Content-Encoding") != ""
				if len(res.Header["No-Gzip-Compression"]) > 0 {
					t.Errorf("%s tells how it was made", path)
				}
				if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
					continue
				}
				pages++
				if zipped && (query != "" || res.StatusCode >= http.StatusBadRequest) {
					t.Errorf("%s at %s (%d) is compressed", who.name, path, res.StatusCode)
				}
				if zipped {
					compressed++
				}
			}
		}
	}
	if pages < 100 || compressed < 20 {
		t.Errorf("%d pages, %d compressed: this test proves little", pages, compressed)
	}
}
