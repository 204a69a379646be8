package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/testkit"
)

func TestSomebodySignsUpConfirmsTheirAddressAndSignsIn(t *testing.T) {
	t.Parallel()
	p := open(t)
	b := p.browser()
	b.Click("Create an account")
	b.Inspect("sign-up")
	b.Fill("Your name", "Robin Example")
	b.Fill("E-mail address", "Robin@Example.com")
	b.Fill("Day", "27")
	b.Fill("Month", "3")
	b.Fill("Year", "1990")
	b.Press("Create an account")
	b.SeeText("Check your e-mail")
	b.Inspect("check-mail")
	if n := p.count(`select count(*) from person`); n != 0 {
		t.Fatalf("%d people before the link was opened", n)
	}

	b.Open(p.linkTo(p.letter("robin@example.com", "Confirm"), "/verify/"))
	b.Inspect("verify")
	if n := p.count(`select count(*) from person`); n != 0 {
		t.Fatal("opening the link already made an account: a scanner could")
	}
	b.Fill("Password", "password12")
	b.Press("Create my account")
	b.SeeText("would be guessed quickly")
	b.Fill("Password", goodPassword)
	b.Press("Create my account")
	b.Open("/security")
	b.SeeText("Where you are signed in")
	b.Inspect("security")
	if n := p.count(`select count(*) from person p join email_address e on e.person_id = p.id join profile f on f.person_id = p.id
		where e.address = 'robin@example.com' and p.age_band = '18+' and f.full_name = 'Robin Example'`); n != 1 {
		t.Errorf("%d people as described", n)
	}
	if n := p.count(`select count(*) from audit_entry where action = 'account.opened'`); n != 1 {
		t.Errorf("%d audit entries of the opening", n)
	}
}

func signUp(email string, year string) url.Values {
	return url.Values{
		"email": {email}, "name": {"Kim Example"},
		"born": {"1"}, "born-month": {"2"}, "born-year": {year},
	}
}

func TestNothingOfAChildIsKept(t *testing.T) {
	t.Parallel()
	p := open(t)
	c := p.client()
	year := time.Now().AddDate(-12, 0, 0).Format("2006")
	if to := c.post("/sign-up", signUp("kim@example.com", year)).header.Get("Location"); to != "/sign-up/later" {
		t.Fatalf("to %s", to)
	}
	got := c.get("/sign-up/later")
	if got.status != http.StatusOK || !strings.Contains(got.body, "Nothing that you wrote was kept") {
		t.Fatalf("%d\n%s", got.status, got.body)
	}
	if !strings.Contains(got.body, "make an account for you") || strings.Contains(got.body, "try once more") || strings.Contains(got.body, `class="button`) {
		t.Errorf("the page invites to try again:\n%s", got.body)
	}
	if again := c.post("/sign-up", signUp("kim@example.com", "1990")); again.header.Get("Location") != "/sign-up/later" {
		t.Errorf("a second try with another year: %d to %s", again.status, again.header.Get("Location"))
	}
	for _, table := range []string{"person", "sign_up", "mail_message", "session"} {
		if n := p.count(`select count(*) from ` + table); n != 0 {
			t.Errorf("%d rows in %s", n, table)
		}
	}
}

func TestAnswersNeverTellWhetherAnAddressHasAnAccount(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("known@example.com")
	same := func(name string, ask func(email string) answer) {
		t.Helper()
		known, unknown := ask("known@example.com"), ask("nobody@example.com")
		strip := func(a answer, email string) string { return strings.ReplaceAll(a.body, email, "ADDRESS") }
		if known.status != unknown.status || plain(t, strip(known, "known@example.com")) != plain(t, strip(unknown, "nobody@example.com")) {
			t.Errorf("%s: %d and %d, or the pages differ", name, known.status, unknown.status)
		}
	}
	shown := func(path string, form url.Values) answer {
		c := p.client()
		return c.get(c.post(path, form).header.Get("Location"))
	}
	same("sign-up", func(email string) answer { return shown("/sign-up", signUp(email, "1990")) })
	same("choices", func(email string) answer { return shown("/privacy-choices/by-mail", url.Values{"email": {email}}) })
	same("reset", func(email string) answer { return shown("/forgot", url.Values{"email": {email}}) })
	same("sign-in", func(email string) answer {
		return p.client().wrong("/sign-in", url.Values{"email": {email}, "password": {"wrong"}})
	})
	p.letter("known@example.com", "You have an account already")
	p.letter("nobody@example.com", "No account with this address")
}

// plain is the main part's text: the clock at the foot differs.
func plain(t *testing.T, body string) string {
	t.Helper()
	return testkit.HTML(t, body).Text("main")
}

func TestAForgottenPasswordIsSetAnewOnceAndEndsEverySession(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	elsewhere := p.client().signIn("robin@example.com")
	b := p.browser()
	b.Click("Sign in")
	b.Inspect("sign-in")
	b.Click("I forgot my password")
	b.Inspect("forgot")
	b.Fill("E-mail address", "robin@example.com")
	b.Press("Send me the link")
	link := p.linkTo(p.letter("robin@example.com", "Set a new password"), "/reset/")
	b.Open(link)
	b.Fill("New password", "password1")
	b.Press("Save the new password")
	b.SeeText("at least 10 characters")
	b.Inspect("reset")
	b.Fill("New password", "seven brown teapots sing")
	b.Press("Save the new password")
	b.SeeText("Your new password is set")
	p.letter("robin@example.com", "Your password was changed")
	if got := elsewhere.get("/security"); got.status != http.StatusSeeOther {
		t.Errorf("the old session still opens pages: %d", got.status)
	}
	if got := p.client().post(strings.TrimPrefix(link, p.url), url.Values{"password": {"another good one here"}}); got.status != http.StatusGone {
		t.Errorf("the link works twice: %d", got.status)
	}
}

func TestTheTokenOfASessionChangesAtSignInAndAtAFreshProof(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	before := c.cookie("session")
	p.clock.Advance(16 * time.Minute)
	if got := c.get("/security/password"); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/confirm?next=") {
		t.Fatalf("a stale proof opened the page: %d %s", got.status, got.header.Get("Location"))
	}
	c.wrong("/confirm", url.Values{"password": {"wrong"}})
	if got := c.post("/confirm", url.Values{"password": {goodPassword}, "next": {"/security/password"}}); got.header.Get("Location") != "/security/password" {
		t.Fatalf("%d to %s", got.status, got.header.Get("Location"))
	}
	if c.cookie("session") == before {
		t.Error("the token is the one from before the proof")
	}
	if got := c.get("/security/password"); got.status != http.StatusOK {
		t.Errorf("after the proof: %d", got.status)
	}
	old := p.client()
	old.setCookie("session", before)
	if got := old.get("/security"); got.status != http.StatusSeeOther {
		t.Errorf("the old token still opens pages: %d", got.status)
	}
	if n := p.count(`select count(*) from session where token_hash = $1`, []byte(before)); n != 0 {
		t.Error("the token itself is stored")
	}
}

func TestTriesAreLimitedPerAccountAcrossBrowsers(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	for range 10 {
		p.client().wrong("/sign-in", url.Values{"email": {"robin@example.com"}, "password": {"wrong"}})
	}
	got := p.client().post("/sign-in", url.Values{"email": {"robin@example.com"}, "password": {goodPassword}})
	if got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" {
		t.Errorf("the eleventh try: %d, Retry-After %q", got.status, got.header.Get("Retry-After"))
	}
	if n := p.count(`select count(*) from attempt where encode(bucket, 'escape') like '%robin%'`); n != 0 {
		t.Error("an address is readable among the attempts")
	}
}

func TestAnotherSitesFormIsRefused(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	got := c.send(http.MethodPost, "/sign-out", nil, http.Header{"Origin": {"https://elsewhere.example"}, "Sec-Fetch-Site": {"cross-site"}})
	if got.status != http.StatusForbidden {
		t.Errorf("%d", got.status)
	}
	if got := c.get("/security"); got.status != http.StatusOK {
		t.Errorf("signed out by another site: %d", got.status)
	}
}

func TestOnesOwnSessionsEndAndNobodyElses(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin, kim := p.person("robin@example.com"), p.person("kim@example.com")
	here, there := p.client().signIn("robin@example.com"), p.client().signIn("robin@example.com")
	others := p.client().signIn("kim@example.com")
	latest := func(person any) string {
		t.Helper()
		var id string
		must(t, p.DB.Pool.QueryRow(t.Context(), `select id::text from session where person_id = $1 order by id desc limit 1`, person).Scan(&id))
		return id
	}
	if got := here.post("/security/sessions/"+latest(kim)+"/end", nil); got.status != http.StatusNotFound {
		t.Errorf("ending somebody else's session: %d", got.status)
	}
	if got := others.get("/security"); got.status != http.StatusOK {
		t.Errorf("it ended: %d", got.status)
	}
	if got := here.post("/security/sessions/"+latest(robin)+"/end", nil); got.status != http.StatusSeeOther {
		t.Errorf("ending one's own: %d", got.status)
	}
	if got := there.get("/security"); got.status != http.StatusSeeOther {
		t.Errorf("it goes on: %d", got.status)
	}
}

func TestNoRedirectLeavesThePortal(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	for _, next := range []string{"https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "\r\nX: y"} {
		c := p.client()
		got := c.get(c.post("/sign-in", url.Values{"email": {"robin@example.com"}, "password": {goodPassword}, "next": {next}}).header.Get("Location"))
		if to := got.header.Get("Location"); to != "/overview" {
			t.Errorf("next=%q leads to %q", next, to)
		}
	}
}

func TestThePagesSpeakTheReadersLanguage(t *testing.T) {
	t.Parallel()
	p := open(t)
	c := p.client()
	if got := c.send(http.MethodGet, "/sign-in", nil, http.Header{"Accept-Language": {"ja"}}); !strings.Contains(got.body, `lang="ja"`) {
		t.Error("the browser's language is not heard")
	}
	if got := c.post("/language", url.Values{"lang": {"ja"}, "return": {"/sign-in"}}); got.header.Get("Location") != "/sign-in" {
		t.Errorf("choosing a language leads to %q", got.header.Get("Location"))
	}
	if got := c.get("/sign-in"); !strings.Contains(got.body, "サインイン") {
		t.Error("the choice is not kept")
	}
}
