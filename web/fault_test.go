package web_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/security"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/web"
)

func TestNoPostOfABrowserThatWeKnowAnswersWithAFault(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	person, admin := p.client().signIn("robin@example.com"), p.staffIn("admin@example.com", staff.Admin)
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	bodies := map[string]func() (io.Reader, http.Header){
		"empty": func() (io.Reader, http.Header) { return strings.NewReader(""), form },
		"no form": func() (io.Reader, http.Header) {
			return strings.NewReader("{}"), http.Header{"Content-Type": {"application/json"}}
		},
		"not to read": func() (io.Reader, http.Header) { return strings.NewReader("email=%zz&password=%00"), form },
		"too large":   func() (io.Reader, http.Header) { return bytes.NewReader(bytes.Repeat([]byte("a=b&"), 1<<20)), form },
	}
	led, kinds := 0, map[string]bool{}
	for _, route := range web.Routes() {
		if route.Method != http.MethodPost || slices.Contains([]string{"programs", "API key", "link"}, string(route.Guard)) || route.Path == "/sign-out" {
			continue
		}
		c := person
		if strings.HasPrefix(route.Path, "/staff") {
			c = admin
		}
		for name, body := range bodies {
			sent, header := body()
			got := c.ask(http.MethodPost, at(route, uuid.New()), sent, header)
			if got.status >= http.StatusBadRequest {
				t.Errorf("%s, %s: answers %d itself", route.Path, name, got.status)
			}
			to := got.header.Get("Location")
			if !strings.HasPrefix(to, "/fault?") {
				continue
			}
			led++
			kinds[name] = true
			page := c.get(to)
			again := c.get(to)
			if page.status < http.StatusBadRequest || again.status != page.status {
				t.Errorf("%s, %s: leads to %d, then %d", route.Path, name, page.status, again.status)
			}
			if other := p.client().get(to); other.status != http.StatusNotFound {
				t.Errorf("%s, %s: another browser is told, too: %d", route.Path, name, other.status)
			}
		}
	}
	if led < 60 || len(kinds) < 3 {
		t.Errorf("only %d faults of %v were seen", led, kinds)
	}
}

func TestAFaultIsToldAsItWasAndWhoHasNoSessionIsToldAtOnce(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	now := p.clock.Now()
	p.clock.Advance(now.Truncate(15 * time.Minute).Add(16 * time.Minute).Sub(now)) // the wait is long where a window begins
	c := p.client().signIn("robin@example.com")
	wrong := url.Values{"password": {"not it at all"}}
	var got answer
	for range 11 {
		got = c.ask(http.MethodPost, "/confirm", strings.NewReader(wrong.Encode()), formHeader)
	}
	to := got.header.Get("Location")
	page := c.get(to)
	waits, err := strconv.Atoi(page.header.Get("Retry-After"))
	if got.status != http.StatusSeeOther || page.status != http.StatusTooManyRequests || err != nil || waits < 60 || !strings.Contains(page.body, "Too many attempts") {
		t.Fatalf("%d to %s: %d, %q\n%s", got.status, to, page.status, page.header.Get("Retry-After"), page.body)
	}
	p.clock.Advance(time.Minute)
	if later, err := strconv.Atoi(c.get(to).header.Get("Retry-After")); err != nil || later != waits-60 {
		t.Errorf("a minute later %d s are left of %d", later, waits)
	}
	if n := p.count(`select sum(times) from security_event where person_id = $1`, robin); n != 11 {
		t.Errorf("to look at it was an attempt: %d", n)
	}
	for range 11 {
		got = p.client().ask(http.MethodPost, "/sign-in", strings.NewReader(url.Values{"email": {"robin@example.com"}, "password": {"not it at all"}}.Encode()), formHeader)
	}
	if got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" || got.header.Get("Set-Cookie") != "" {
		t.Errorf("without a session: %d %v", got.status, got.header)
	}
	dead := c.post("/verify/nothing-of-ours", url.Values{"password": {goodPassword}})
	if html := testkit.HTML(t, dead.body); dead.status != http.StatusGone || html.Count(`main a[href="/sign-in"]`) != 1 {
		t.Errorf("what to do about a dead link is lost: %d\n%s", dead.status, html.Text("main"))
	}
}

func TestEveryLinkThatIsDeadIsNotedAlike(t *testing.T) {
	t.Parallel()
	p := open(t)
	seen := 0
	for _, route := range web.Routes() {
		if !strings.Contains(route.Path, ":token") || route.Guard == "link" { // which lets nobody in
			continue
		}
		if route.Method == http.MethodGet { // mail scanners follow links: no GET changes a row
			continue
		}
		before := p.count(`select coalesce(sum(times), 0) from security_event where outcome = 'refused'`)
		got := p.client().post(at(route, uuid.Nil), url.Values{"password": {goodPassword}, "code": {"123456"}})
		if n := p.count(`select coalesce(sum(times), 0) from security_event where outcome = 'refused'`) - before; got.status != http.StatusGone || n != 1 {
			t.Errorf("%s %s: %d, noted %d times", route.Method, route.Path, got.status, n)
		}
		seen++
	}
	if n := p.count(`select count(distinct door) from security_event where outcome = $1`, security.Refused); n != seen || seen < 4 {
		t.Errorf("%d doors of %d", n, seen)
	}
}

func TestAFeedWithAKeyThatIsNoneIsToldToWait(t *testing.T) {
	t.Parallel()
	p := open(t)
	var got answer
	for range 101 {
		got = p.client().send(http.MethodPost, "/api/v1/records/connection-log", nil, http.Header{"Authorization": {"Bearer nothing"}})
	}
	if got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" || !strings.Contains(got.body, "keys that are unknown or revoked") {
		t.Errorf("%d %s", got.status, got.body)
	}
	if other := p.clientAt("127.0.9.1").send(http.MethodPost, "/api/v1/records/connection-log", nil, http.Header{"Authorization": {"Bearer nothing"}}); other.status != http.StatusUnauthorized {
		t.Errorf("another network: %d", other.status)
	}
}
