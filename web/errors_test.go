package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/testkit"
)

func TestErrorPagesSpeakTheLanguageThatWasChosen(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	japanese := http.Header{"Accept-Language": {"ja"}}
	lang := func(c *client, path string) string {
		t.Helper()
		got := c.send(http.MethodGet, path, nil, japanese)
		if got.status < http.StatusBadRequest {
			t.Fatalf("%s: %d", path, got.status)
		}
		return testkit.HTML(t, got.body).Attr("html", "lang")
	}
	for _, path := range []string{"/nowhere", "/sign-up/finish/nonsense"} {
		if got := lang(p.client(), path); got != "ja" {
			t.Errorf("%s for a stranger: %s", path, got)
		}
		chosen := p.client()
		chosen.setCookie("lang", "en")
		if got := lang(chosen, path); got != "en" {
			t.Errorf("%s for somebody who chose: %s", path, got)
		}
		if got := lang(p.client().signIn("robin@example.com"), path); got != "en" {
			t.Errorf("%s for somebody whose account is English: %s", path, got)
		}
	}
}

func TestALanguageIsOfferedWhereOneCanComeBackInIt(t *testing.T) {
	t.Parallel()
	c := open(t).client()
	got := c.post("/language", url.Values{"lang": {"en"}, "return": {"/policy?lang=ja&x=1"}})
	if to := got.header.Get("Location"); to != "/policy?x=1" {
		t.Errorf("back to %s, where the old language wins", to)
	}
	testkit.HTML(t, c.get("/sign-up").body).MustHave("form.languages")
	back := testkit.HTML(t, c.wrong("/sign-up", url.Values{"name": {"Kim Example"}}).body).Attr(`form.languages input[name="return"]`, "value")
	c.post("/language", url.Values{"lang": {"ja"}, "return": {back}})
	if got := c.get(back); !strings.Contains(got.body, "<html lang=\"ja\"") || !strings.Contains(got.body, "Kim Example") || !strings.Contains(got.body, "エラー：") {
		t.Errorf("a form to mend in the other language: %d\n%s", got.status, got.body)
	}
}

func TestHeadAnswersAsGetDoesAndOtherMethodsAreNamed(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	for _, path := range []string{"/policy", "/sign-in", "/overview", "/healthz"} {
		if head, got := c.send(http.MethodHead, path, nil, nil), c.get(path); head.status != got.status || head.body != "" {
			t.Errorf("HEAD %s: %d, GET %d", path, head.status, got.status)
		}
	}
	if got := c.get("/sign-out"); got.status != http.StatusMethodNotAllowed || !strings.Contains(got.header.Get("Allow"), "POST") ||
		!strings.Contains(got.body, "This does not work here") {
		t.Errorf("GET where only POST is: %d, Allow %q", got.status, got.header.Get("Allow"))
	}
	// HEAD would begin something for nobody.
	if got := c.send(http.MethodHead, "/sign-in/with/nobody", nil, nil); got.status != http.StatusMethodNotAllowed {
		t.Errorf("HEAD of a beginning: %d", got.status)
	}
}

func TestAPartOfAPageThatAsksForItselfIsNoVisitorAndLeadsToTheDoor(t *testing.T) {
	t.Parallel()
	p := open(t)
	path := "/downloads/0199a1b2-0000-7000-8000-000000000000"
	p.clock.Advance(time.Hour)
	for _, at := range []string{path + "/progress", "/security"} {
		got := p.client().send(http.MethodGet, at, nil, http.Header{"HX-Request": {"true"}, "HX-Current-URL": {p.url + path}})
		if to := got.header.Get("HX-Redirect"); got.status != http.StatusOK || to != "/sign-in?next="+url.QueryEscape(path) {
			t.Errorf("%s signed out: %d, led to %q", at, got.status, to)
		}
	}
	if !p.Traffic.Quiet() {
		t.Error("a bar that moves by itself counts as somebody waiting")
	}
	p.client().get("/security")
	if p.Traffic.Quiet() {
		t.Error("somebody asked for a page, and nobody noticed")
	}
}

func TestTextThatCannotBeStoredIsRefusedAndNeverAnError(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	for _, bad := range []string{"a\x00b", "a\xffb"} {
		for name, got := range map[string]answer{
			"a form":     c.post("/data/profile/edit", url.Values{"full_name": {bad}}),
			"a sign-in":  p.client().post("/sign-in", url.Values{"email": {bad}, "password": {"x"}}),
			"a query":    c.get("/data/profile?q=" + url.QueryEscape(bad)),
			"an address": c.get("/data/" + url.PathEscape(bad)),
		} {
			if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "be read or stored") {
				t.Errorf("%q in %s: %d", bad, name, got.status)
			}
		}
	}
	got := c.send(http.MethodPost, "/data/profile/edit", strings.NewReader(`{"FullName":"a\u0000b"}`), http.Header{"Content-Type": {"application/json"}})
	if got.status != http.StatusUnprocessableEntity {
		t.Errorf("JSON for a form: %d", got.status)
	}
	agent := http.Header{"User-Agent": {"Br\xffwser"}, "Content-Type": {"application/x-www-form-urlencoded"}}
	form := url.Values{"email": {"robin@example.com"}, "password": {goodPassword}}.Encode()
	if got := p.client().send(http.MethodPost, "/sign-in", strings.NewReader(form), agent); got.status != http.StatusSeeOther {
		t.Errorf("a browser whose name is not UTF-8: %d", got.status)
	}
}

func TestANameIsMeasuredInCharactersAndACountryIsOne(t *testing.T) {
	t.Parallel()
	c := open(t).client()
	form := signUp("kim@example.com", "1990")
	form.Set("name", strings.Repeat("森", 200))
	form.Set("country", "JP")
	if got := c.post("/sign-up", form); got.status != http.StatusSeeOther || strings.Contains(c.get(got.header.Get("Location")).body, "error-summary") {
		t.Errorf("200 characters: %d", got.status)
	}
	form.Set("name", strings.Repeat("森", 201))
	c.wrong("/sign-up", form)
	form.Set("name", "Kim Example")
	for _, country := range []string{"ZZ", "jp", "EU", "Japan"} {
		form.Set("country", country)
		c.wrong("/sign-up", form)
	}
}

func TestASlipInAYearOrAStateIsToldAndShutsNobodyOut(t *testing.T) {
	t.Parallel()
	p := open(t)
	c := p.client()
	year := p.clock.Now().Year()
	for _, tc := range []struct{ born, country, state, want string }{
		{strconv.Itoa(year), "", "", "Check the year of birth"},
		{strconv.Itoa(year + 1), "", "", "Check the year of birth"},
		{"190", "", "", "Check the year of birth"},
		{"1990", "DE", "CA", "A state goes with the United States alone"},
		{"1990", "", "CA", "A state goes with the United States alone"},
		{"1990", "US", "ZZ", "Choose a state from the list"},
	} {
		form := signUp("kim@example.com", tc.born)
		form.Set("country", tc.country)
		form.Set("state", tc.state)
		if got := c.wrong("/sign-up", form); !strings.Contains(got.body, tc.want) {
			t.Errorf("%+v: the page does not say it\n%s", tc, got.body)
		}
	}
	got := c.post("/sign-up", signUp("kim@example.com", strconv.Itoa(year-11)))
	if body := c.get(got.header.Get("Location")).body; !strings.Contains(body, "write to "+p.Register.Controller.PrivacyEmail) {
		t.Errorf("somebody too young has no way on\n%s", body)
	}
}

func TestTheAdviceNeverContradictsTheSentence(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	if got := c.get("/sign-up/finish/nonsense"); got.status != http.StatusGone || !strings.Contains(got.body, "Start again") || strings.Contains(got.body, "where you got this one") {
		t.Errorf("a round trip that is over: %d\n%s", got.status, got.body)
	}
	for i := range 20 {
		if _, err := p.Requests.Ask(t.Context(), robin, "question", fmt.Sprint("question ", i)); err != nil {
			t.Fatal(err)
		}
	}
	got := c.wrong("/requests/new/question", url.Values{"message": {"a long letter"}})
	if !strings.Contains(got.body, "withdraw one") || strings.Contains(got.body, "Wait a little") || !strings.Contains(got.body, "a long letter") {
		t.Errorf("one request too many: %d\n%s", got.status, got.body)
	}
	if got := c.get("/staff/nowhere"); !strings.Contains(got.body, `href="/staff"`) {
		t.Error("the desk's error page leads away from the desk")
	}
}

func TestWhoIsSignedInKeepsTheirPlacesOnPublicPages(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	for _, path := range []string{"/policy", "/recipients", "/contact"} {
		page := testkit.HTML(t, c.get(path).body)
		page.MustHave(`.menu a[href="/overview"]`)
		page.MustHave(`.menu form[action="/sign-out"]`)
		testkit.HTML(t, p.client().get(path).body).MustNotHave(".menu")
	}
}
