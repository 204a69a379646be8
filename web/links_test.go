package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestNothingIsWeighedOrCountedForAResetLinkThatIsNone(t *testing.T) {
	t.Parallel()
	c := open(t).client()
	for i := range 70 {
		if got := c.post("/reset/nonsense", url.Values{"password": {"short"}}); got.status != http.StatusGone {
			t.Fatalf("try %d: %d, want the link refused before the password", i, got.status)
		}
	}
	if got := c.get("/reset/nonsense"); got.status != http.StatusGone || !strings.Contains(got.body, `href="/forgot"`) {
		t.Errorf("a dead link's page: %d\n%s", got.status, got.body)
	}
}

func TestTheResetPageSaysThatEverySessionEnds(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client()
	c.post("/forgot", url.Values{"email": {"robin@example.com"}})
	link := strings.TrimPrefix(p.linkTo(p.letter("robin@example.com", "Set a new password"), "/reset/"), p.url)
	got := c.get(link)
	if got.status != http.StatusOK || !strings.Contains(got.body, "signed out everywhere, and sign in") || strings.Contains(got.body, "stay signed in") {
		t.Errorf("%d\n%s", got.status, got.body)
	}
	if p.count(`select count(*) from email_proof where used_at is null`) != 1 {
		t.Error("looking used the link")
	}
}

func TestASignUpLinkOpenedAgainLeadsToSigningIn(t *testing.T) {
	t.Parallel()
	p := open(t)
	c := p.client()
	words := signUp("kim@example.com", "1990")
	words.Set("name", "Win a prize at elsewhere.example")
	c.post("/sign-up", words)
	m := p.letter("kim@example.com", "Confirm")
	if strings.Contains(string(m.Raw)+m.Text+m.HTML, "prize") {
		t.Error("the mail to an address that is not proved says what somebody typed")
	}
	link := strings.TrimPrefix(p.linkTo(m, "/verify/"), p.url)
	if got := c.get(link); got.status != http.StatusOK || p.count(`select count(*) from sign_up`) != 1 {
		t.Fatalf("looking: %d", got.status)
	}
	if got := c.wrong(link, url.Values{"password": {strings.Repeat("森の中の静かな灯台", 30)}}); !strings.Contains(got.body, "That is too long") || strings.Contains(got.body, "bytes") {
		t.Errorf("a password that is too long: %d\n%s", got.status, got.body)
	}
	if got := c.post(link, url.Values{"password": {goodPassword}}); got.header.Get("Location") != "/overview" {
		t.Fatalf("confirming: %d to %s", got.status, got.header.Get("Location"))
	}
	for name, again := range map[string]answer{"looking": c.get(link), "pressing": c.post(link, nil)} {
		if again.status != http.StatusGone || !strings.Contains(again.body, "just sign in") || !strings.Contains(again.body, `href="/sign-in"`) {
			t.Errorf("%s again: %d\n%s", name, again.status, again.body)
		}
	}
}

func TestAFormOpenedFreshCanBeSentAndWhatIsLostIsSaid(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	form := url.Values{"full_name": {"Robin Mended"}, "country": {"DE"}}
	p.clock.Advance(20 * time.Minute)
	if got := c.get("/data/profile/edit"); !strings.HasPrefix(got.header.Get("Location"), "/confirm?") {
		t.Errorf("a stale proof opened the form: %d", got.status)
	}
	if got := c.post("/data/profile/edit", form); got.status != http.StatusSeeOther || strings.HasPrefix(got.header.Get("Location"), "/confirm") {
		t.Errorf("twenty minutes for a form: %d to %s", got.status, got.header.Get("Location"))
	}
	if p.count(`select count(*) from profile where full_name = 'Robin Mended'`) != 1 {
		t.Error("the correction is not kept")
	}
	p.clock.Advance(11 * time.Minute)
	got := c.post("/data/profile/edit", form)
	to := got.header.Get("Location")
	if !strings.HasPrefix(to, "/confirm?next=") || !strings.HasSuffix(to, "&form=lost") {
		t.Fatalf("after half an hour: %d to %s", got.status, to)
	}
	if got := c.get(to); !strings.Contains(got.body, "What you had typed was not saved") {
		t.Error("nobody says that it is lost")
	}
	wrong := c.wrong("/confirm", url.Values{"password": {"wrong"}, "back": {"/data"}, "lost": {"lost"}})
	if !strings.Contains(wrong.body, "What you had typed was not saved") || !strings.Contains(wrong.body, `class="back" href="/data"`) {
		t.Errorf("after a wrong password neither is known any more\n%s", wrong.body)
	}
	if got := c.post("/security/linked/nonsense/revoke", nil); strings.Contains(got.header.Get("Location"), "lost") {
		t.Error("a button without words lost some")
	}
}

func TestTheConfirmPageLeadsBackToWhereOneCameFromAndOnToAPage(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	p.clock.Advance(20 * time.Minute)
	id := "0199a1b2-0000-7000-8000-000000000000"
	got := c.get("/downloads/" + id + "/file")
	if to := got.header.Get("Location"); to != "/confirm?next="+url.QueryEscape("/downloads/"+id) {
		t.Errorf("on the way to a file: %s", to)
	}
	for from, back := range map[string]string{
		c.url + "/downloads/" + id: "/downloads/" + id, c.url + "/confirm?next=x": "/overview", c.url + "/security/password": "/overview",
		"https://elsewhere.example/x": "/overview", "": "/overview",
	} {
		got := c.send(http.MethodGet, "/confirm?next=/security/password", nil, http.Header{"Referer": {from}})
		if !strings.Contains(got.body, `class="back" href="`+back+`"`) {
			t.Errorf("from %q the way back is not %s", from, back)
		}
	}
}
