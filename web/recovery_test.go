package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"plusultra.link/privacy/internal/testkit"
)

// An open browser is no proof of who sits before it.
func TestANewPasswordTakesTheOldOne(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client()
	c.signIn("robin@example.com")
	const next = "another harbour lantern 8"
	signsIn := func(password string) bool {
		got := p.client().post("/sign-in", url.Values{"email": {"robin@example.com"}, "password": {password}, "next": {"/overview"}})
		return got.header.Get("Location") == "/sign-in/done?next=%2Foverview"
	}
	for _, old := range []string{"", "not the password 1"} {
		got := c.wrong("/security/password", url.Values{"old": {old}, "password": {next}})
		testkit.HTML(t, got.body).MustHave("#old-error")
		if signsIn(next) || !signsIn(goodPassword) {
			t.Fatalf("with %q for the old one the password has changed", old)
		}
	}
	if got := c.post("/security/password", url.Values{"old": {goodPassword}, "password": {next}}); got.header.Get("Location") != "/security" {
		t.Errorf("with the old one: %d %s", got.status, got.header.Get("Location"))
	}
	if !signsIn(next) || signsIn(goodPassword) {
		t.Error("the password has not changed")
	}
}

func TestSomebodySignsOutEverywhereElseAtOnce(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	p.person("kim@example.com")
	here, there, kim := p.client(), p.client(), p.client()
	here.signIn("robin@example.com")
	there.signIn("robin@example.com")
	kim.signIn("kim@example.com")
	testkit.HTML(t, here.get("/security").body).MustHave(`form[action="/security/others/end"]`)
	here.post("/security/others/end", url.Values{})
	for name, c := range map[string]struct {
		in   bool
		open func(string) answer
	}{"here": {true, here.get}, "there": {false, there.get}, "somebody else": {true, kim.get}} {
		if got := c.open("/overview"); (got.status == http.StatusOK) != c.in {
			t.Errorf("%s: %d", name, got.status)
		}
	}
}
