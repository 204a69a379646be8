package web_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/account"
	kept "plusultra.link/privacy/internal/form"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/web"
)

func TestWhatWasTypedComesBackToThatBrowserAloneOnEveryTabForHalfAnHour(t *testing.T) {
	t.Parallel()
	p := open(t)
	c := p.client()
	typed := func(name string) string {
		return c.post("/sign-up", url.Values{"name": {name}, "email": {"no address"}}).header.Get("Location")
	}
	first, second := typed("Robin Example"), typed("Kim Example")
	for range 2 { // looking uses nothing up: a reader may change the language, or go back
		for at, name := range map[string]string{first: "Robin Example", second: "Kim Example"} {
			if html := testkit.HTML(t, c.get(at).body); html.Attr("#name", "value") != name || html.Count("#email-error") != 1 {
				t.Errorf("%s shows %q", at, html.Attr("#name", "value"))
			}
		}
	}
	if got := p.client().get(first); strings.Contains(got.body, "Robin") || got.status != http.StatusOK {
		t.Errorf("another browser: %d, and sees it: %v", got.status, strings.Contains(got.body, "Robin"))
	}
	if n := p.count(`select count(*) from kept_form where encode(content, 'escape') like '%Robin%'`); n != 0 {
		t.Error("what was typed is readable in the database")
	}
	p.clock.Advance(kept.KeptFor)
	if got := c.get(first); strings.Contains(got.body, "Robin") || got.status != http.StatusOK {
		t.Error("it is kept for longer")
	}
	must(t, p.Forms.Sweep(t.Context()))
	if n := p.count(`select count(*) from kept_form`); n != 0 {
		t.Errorf("%d are left after the sweep", n)
	}
}

func TestWhatWasTypedGoesWithTheFormThatIsSentAndWithTheSession(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	at := c.post("/requests/new/question/check", url.Values{"message": {"What is it for?"}}).header.Get("Location")
	send := press{c, at, "/requests/new/question", nil}
	if got := c.post("/requests/new/question", send.fields()); !strings.HasSuffix(got.header.Get("Location"), "/filed") {
		t.Fatalf("%d to %s", got.status, got.header.Get("Location"))
	}
	if n := p.count(`select count(*) from kept_form`); n != 0 {
		t.Error("a form that was sent is kept")
	}
	if back := c.get(at); back.header.Get("Location") != "/requests/new/question" {
		t.Errorf("going back to it: %d", back.status)
	}
	c.wrong("/data/profile/edit", url.Values{"full_name": {""}})
	c.post("/sign-out", nil)
	if n := p.count(`select count(*) from kept_form`); n != 0 {
		t.Error("it outlives the sign-in")
	}
}

// Found from the source: a field that holds a secret says so where it is bound.
func TestNoSecretIsKeptWithAForm(t *testing.T) {
	t.Parallel()
	files, err := os.ReadDir(".")
	must(t, err)
	secrets := 0
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, 0)
		must(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			field, ok := n.(*ast.Field)
			if !ok || field.Tag == nil || !strings.Contains(field.Tag.Value, `form:"`) {
				return true
			}
			if name := reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("form"); strings.Contains(field.Tag.Value, `json:"-"`) && name != "-" && !slices.Contains(web.Secrets(), name) {
				t.Errorf("%s: %s is no secret of a form that is kept as it was posted", file.Name(), name)
			}
			for _, word := range []string{"password", "secret", `"code"`} {
				if !strings.Contains(field.Tag.Value, word) {
					continue
				}
				secrets++
				if name := reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("form"); name != "-" && !slices.Contains(web.Secrets(), name) && !reasonCode(file.Name()) {
					t.Errorf("%s: %s is kept as it was posted", file.Name(), name)
				}
				if !strings.Contains(field.Tag.Value, `json:"-"`) && !reasonCode(file.Name()) {
					t.Errorf("%s: %s is kept", file.Name(), field.Tag.Value)
				}
			}
			return true
		})
	}
	if secrets < 6 {
		t.Errorf("only %d secrets were found", secrets)
	}
}

// reasonCode tells files whose codes are reasons of the register.
func reasonCode(file string) bool { return file == "staff_decide.go" || file == "staff_person.go" }

func TestABrowserThatKeepsNoCookiesIsToldSo(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	bare := func() *client {
		c := p.client()
		c.http.Jar = nil
		return c
	}
	for name, form := range map[string]url.Values{
		"a right password": {"email": {"robin@example.com"}, "password": {goodPassword}},
		"a wrong password": {"email": {"robin@example.com"}, "password": {"wrong"}},
	} {
		for lang, word := range map[string]string{"en": "cookie", "ja": "Cookie"} {
			c := bare()
			got := c.post("/sign-in", form)
			for at := got.header.Get("Location"); at != ""; at = got.header.Get("Location") {
				got = c.send(http.MethodGet, at, nil, http.Header{"Accept-Language": {lang}})
			}
			if main := testkit.HTML(t, got.body).Text("main"); got.status != http.StatusOK || !strings.Contains(main, word) {
				t.Errorf("%s, %s: %d\n%s", name, lang, got.status, main)
			}
		}
	}
	if got := p.client().get("/sign-in"); strings.Contains(testkit.HTML(t, got.body).Text("main"), "cookie") {
		t.Error("everybody is told so")
	}
}

func TestACorrectionAndADecisionGoByWhatTheirPageShowed(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	stale := press{c, "/data/profile/edit", "/data/profile/edit", url.Values{"full_name": {"Robin Stale"}, "country": {"DE"}}}.fields()
	other := press{c, "/data/profile/edit", "/data/profile/edit", url.Values{"full_name": {"Robin Mended"}, "country": {"DE"}}}.fields()
	c.post("/data/profile/edit", other)
	at := c.post("/data/profile/edit", stale).header.Get("Location")
	html := testkit.HTML(t, c.get(at).body)
	if html.Count(".error-summary") != 1 || html.Attr("#full_name", "value") != "Robin Stale" || p.count(`select count(*) from profile where full_name = 'Robin Mended'`) != 1 {
		t.Errorf("a stale correction: %q is typed\n%s", html.Attr("#full_name", "value"), html.Text("main"))
	}
	told := press{c, at, "/data/profile/edit", url.Values{"full_name": {"Robin Stale"}, "country": {"DE"}}}.fields()
	if c.post("/data/profile/edit", told); p.count(`select count(*) from profile where full_name = 'Robin Stale'`) != 1 {
		t.Error("somebody who has been told can't go on")
	}

	one, err := p.Requests.Ask(t.Context(), robin, "question", "What is it for?")
	must(t, err)
	officer := p.staffIn("officer@example.com", "officer")
	path := "/staff/requests/" + one.ID.String() + "/approve"
	decide := press{officer, path, path, url.Values{"decision": {"It is for your bill."}}}.fields()
	p.clock.Advance(time.Second)
	must(t, p.Requests.Say(t.Context(), robin, one.ID, "I meant the other one."))
	at = officer.post(path, decide).header.Get("Location")
	html = testkit.HTML(t, officer.get(at).body)
	if html.Count(".error-summary") != 1 || html.Text("#decision") != "It is for your bill." || p.count(`select count(*) from request where state = 'open'`) != 1 {
		t.Errorf("a decision past a message that nobody had seen: to %s\n%s", at, html.Text("main"))
	}
	told = press{officer, at, path, url.Values{"decision": {"It is for your bill."}}}.fields()
	if officer.post(path, told); p.count(`select count(*) from request where state = 'done'`) != 1 {
		t.Error("an officer who has been told can't go on")
	}
}

func TestWordsThatNeededAProofComeBackAfterIt(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	edit := press{c, "/data/profile/edit", "/data/profile/edit", url.Values{"full_name": {"Robin Written"}, "country": {"DE"}, "password": {"a secret"}}}.fields()
	write := press{c, "/requests/new/question", "/requests/new/question/check", url.Values{"message": {"words of half an hour"}}}.fields()
	from := func(page string) http.Header {
		return http.Header{"Referer": {p.url + page}, "Content-Type": {"application/x-www-form-urlencoded"}, "Sec-Fetch-Site": {"same-origin"}}
	}
	send := func(to, page string, form url.Values) *url.URL {
		t.Helper()
		got := c.send(http.MethodPost, to, strings.NewReader(form.Encode()), from(page))
		at, err := url.Parse(got.header.Get("Location"))
		must(t, err)
		return at
	}

	p.clock.Advance(account.FormFreshness)
	proof := send("/data/profile/edit", "/data/profile/edit", edit)
	if proof.Path != "/confirm" || proof.Query().Get("form") != "kept" {
		t.Fatalf("a stale proof leads to %s", proof)
	}
	if got := c.post("/confirm", url.Values{"password": {goodPassword}, "next": {proof.Query().Get("next")}}); got.header.Get("Location") != proof.Query().Get("next") {
		t.Fatalf("the proof leads to %s", got.header.Get("Location"))
	}
	html := testkit.HTML(t, c.get(proof.Query().Get("next")).body)
	if html.Attr("#full_name", "value") != "Robin Written" || !strings.Contains(html.Text(".error-summary"), "not been sent yet") {
		t.Errorf("after the proof the name is %q\n%s", html.Attr("#full_name", "value"), html.Text("main"))
	}
	if n := p.count(`select count(*) from profile where full_name = 'Robin Written'`); n != 0 {
		t.Error("it was sent behind their back")
	}

	p.clock.Advance(account.IdleLife + time.Minute)
	door := send("/data/profile/edit", "/data/profile/edit", edit)
	if door.Path != "/sign-in" {
		t.Fatalf("an ended session leads to %s", door)
	}
	if door.Query().Get("form") != "kept" || !strings.Contains(c.get(door.String()).body, "you find it again as you filled it in") {
		t.Errorf("nobody is told what became of the form: %s", door)
	}
	next := door.Query().Get("next")
	if got := c.post("/sign-in", url.Values{"email": {"robin@example.com"}, "password": {goodPassword}, "next": {next}}); got.header.Get("Location") != next {
		t.Fatalf("signing in leads to %s", got.header.Get("Location"))
	}
	if html = testkit.HTML(t, c.get(next).body); html.Attr("#full_name", "value") != "Robin Written" {
		t.Errorf("after signing in the name is %q", html.Attr("#full_name", "value"))
	}
	if other := p.client().signIn("robin@example.com"); testkit.HTML(t, other.get(next).body).Attr("#full_name", "value") == "Robin Written" {
		t.Error("another browser sees it")
	}

	p.clock.Advance(account.IdleLife + time.Minute)
	next = send("/requests/new/question/check", "/requests/new/question", write).Query().Get("next")
	c.post("/sign-in", url.Values{"email": {"robin@example.com"}, "password": {goodPassword}, "next": {next}})
	if html = testkit.HTML(t, c.get(next).body); html.Text("#message") != "words of half an hour" {
		t.Errorf("after signing in the message is %q", html.Text("#message"))
	}
}

func TestBackFromCheckingTheAnswersShowsThem(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	message := func() string { return testkit.HTML(t, c.get("/requests/new/question").body).Text("#message") }
	at := c.post("/requests/new/question/check", url.Values{"message": {"words to go back to"}}).header.Get("Location")
	if got := message(); got != "words to go back to" {
		t.Errorf("Back shows %q", got)
	}
	c.post("/requests/new/question", press{c, at, "/requests/new/question", nil}.fields())
	if got := message(); got != "" {
		t.Errorf("after it was sent the page shows %q", got)
	}
}
