package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/web"
)

// twin is a second portal on the same database, at an address of its own; its
// clients share the cookies of the first.
func (p *portal) twin() *portal {
	p.t.Helper()
	joined, err := app.New(p.Parts)
	must(p.t, err)
	handler, err := web.New(joined, web.Options{})
	must(p.t, err)
	server := httptest.NewServer(handler)
	p.t.Cleanup(server.Close)
	second := *p
	second.App, second.url = joined, strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	return &second
}

// at is the same browser at another portal.
func (c *client) at(p *portal) *client { return &client{p, c.http} }

func try(c *client, door, email, password string) int {
	c.t.Helper()
	got := c.post(door, url.Values{"email": {email}, "password": {password}})
	if strings.Contains(got.header.Get("Location"), "again=") { // the form, to be mended
		return http.StatusUnprocessableEntity
	}
	return got.status
}

func TestAStrangersWrongTriesLockNobodyOutWhoHasAKnownBrowserOrReadsTheirMail(t *testing.T) {
	t.Parallel()
	p := open(t)
	second := p.twin()
	p.person("robin@example.com")
	known := p.client().signIn("robin@example.com")
	known.post("/sign-out", nil)
	stranger := func() (wrong int) {
		for i := range 14 {
			where := []*portal{p, second}[i%2]
			switch got := try(where.client(), "/sign-in", "robin@example.com", "a guess"); got {
			case http.StatusUnprocessableEntity:
				wrong++
			case http.StatusTooManyRequests:
			default:
				t.Fatalf("a guess: %d", got)
			}
		}
		return wrong
	}
	if n := stranger(); n != 10 {
		t.Fatalf("the stranger had %d guesses at two portals", n)
	}
	if got := try(p.client(), "/sign-in", "robin@example.com", goodPassword); got != http.StatusTooManyRequests {
		t.Fatalf("the account is not shut to strangers (%d), so this proves nothing", got)
	}
	for _, where := range []*portal{p, second} {
		if got := try(known.at(where), "/sign-in", "robin@example.com", goodPassword); got != http.StatusSeeOther {
			t.Errorf("a known browser: %d", got)
		}
	}
	p.clock.Advance(time.Second)
	fresh := p.client()
	fresh.post("/forgot", url.Values{"email": {"robin@example.com"}})
	link := strings.TrimPrefix(p.linkTo(p.letter("robin@example.com", "Set a new password"), "/reset/"), p.url)
	if got := fresh.post(link, url.Values{"password": {"seven brown teapots sing"}}); got.status != http.StatusSeeOther {
		t.Fatalf("the reset: %d\n%s", got.status, got.body)
	}
	if n := stranger(); n == 0 { // a reset opens the account, and the flood goes on
		t.Error("the reset did not set the count back")
	}
	if got := try(fresh.at(second), "/sign-in", "robin@example.com", "seven brown teapots sing"); got != http.StatusSeeOther {
		t.Errorf("the browser of the reset, with the flood going on: %d", got)
	}
	if got := try(known, "/sign-in", "robin@example.com", goodPassword); got != http.StatusTooManyRequests {
		t.Errorf("a browser of the old password is still known: %d", got)
	}
}

func TestAStrangersWrongTriesLockNoOfficerOutOfTheDesk(t *testing.T) {
	t.Parallel()
	p := open(t)
	second := p.twin()
	secret := p.enrolled("odil@example.com", staff.Officer)
	signIn := func(c *client) int {
		t.Helper()
		if got := try(c, "/staff/sign-in", "odil@example.com", staffPassword); got != http.StatusSeeOther {
			return got
		}
		p.clock.Advance(30 * time.Second)
		return c.post("/staff/code", url.Values{"code": {p.code(secret)}}).status
	}
	known := p.client()
	if got := signIn(known); got != http.StatusSeeOther {
		t.Fatalf("signing in: %d", got)
	}
	known.post("/sign-out", nil)
	for i := range 14 {
		try([]*portal{p, second}[i%2].client(), "/staff/sign-in", "odil@example.com", "a guess")
	}
	if got := signIn(p.client()); got != http.StatusTooManyRequests {
		t.Fatalf("the member is not shut to strangers (%d), so this proves nothing", got)
	}
	if got := signIn(known); got != http.StatusSeeOther {
		t.Errorf("the officer's own browser: %d", got)
	}
}
