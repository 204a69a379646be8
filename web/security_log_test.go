package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/security"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/standin"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/web"
)

// secretsAsked are the forms of a page that ask for a password that there is, or
// for a code: where they lead, and what they ask for.
func secretsAsked(t *testing.T, body string) map[string]url.Values {
	t.Helper()
	html, asked := testkit.HTML(t, body), map[string]url.Values{}
	for _, to := range html.Attrs(`form[method="post"]`, "action") {
		form := `form[action="` + to + `"] `
		secrets := html.Attrs(form+`input[autocomplete="current-password"], `+form+`input[autocomplete="one-time-code"]`, "name")
		if len(secrets) == 0 {
			continue
		}
		asked[to] = url.Values{}
		for _, name := range html.Attrs(form+`input[type="hidden"]`, "name") {
			asked[to].Set(name, html.Attr(form+`input[name="`+name+`"]`, "value"))
		}
		for _, name := range secrets {
			asked[to].Set(name, "000000")
		}
		if html.Count(form+`input[autocomplete="new-password"]`) > 0 {
			asked[to].Set(html.Attr(form+`input[autocomplete="new-password"]`, "name"), "quiet orchard violin 91")
		}
		if html.Count(form+`input[type="email"]`) > 0 {
			asked[to].Set("email", "robin@example.com")
		}
	}
	return asked
}

func TestEveryFormThatAsksForASecretNotesAWrongOneByHashesAlone(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	other := p.person("other@example.com")
	p.Exec(`delete from password where person_id = $1`, other)
	codeless := p.client()
	codeless.setCookie("session", p.Session(account.SessionOwner{Person: other}))
	_, link, err := p.Staff.Add(t.Context(), audit.BySystem("test"), staff.NewMember{Email: "new@example.com", Name: "New", Role: staff.Agent, Lang: "en"})
	must(t, err)
	p.enrolled("half@example.com", staff.Agent)
	half := p.client()
	half.post("/staff/sign-in", url.Values{"email": {"half@example.com"}, "password": {staffPassword}})

	forms, whose := map[string]url.Values{}, map[string]*client{}
	look := func(c *client, path string) {
		for to, typed := range secretsAsked(t, c.get(path).body) {
			if forms[to] == nil {
				forms[to], whose[to] = typed, c
			}
		}
	}
	for _, c := range []*client{p.client(), p.client().signIn("robin@example.com"), codeless, half} {
		for _, route := range web.Routes() {
			if route.Method == http.MethodGet && !strings.Contains(route.Path, ":") {
				look(c, route.Path)
			}
		}
		look(c, "/confirm?sent=yes")
		look(c, strings.TrimPrefix(link, p.url))
	}
	if len(forms) < 7 {
		t.Fatalf("only %d forms ask for a secret: %v", len(forms), forms)
	}
	for to, typed := range forms {
		before := p.count(`select coalesce(sum(times), 0) from security_event where outcome = 'wrong'`)
		if got := whose[to].post(to, typed); got.status != http.StatusSeeOther {
			t.Errorf("%s: %d", to, got.status)
		}
		if after := p.count(`select coalesce(sum(times), 0) from security_event where outcome = 'wrong'`); after != before+1 {
			t.Errorf("a wrong secret at %s is noted %d times", to, after-before)
		}
	}
	var doors int
	must(t, p.DB.Pool.QueryRow(t.Context(), `select count(distinct door) from security_event where outcome = 'wrong'`).Scan(&doors))
	if doors < 6 {
		t.Errorf("%d doors", doors)
	}
	if n := p.count(`select count(*) from security_event where person_id = $1`, robin); n == 0 {
		t.Error("none of them is Robin's")
	}
	if n := p.count(`select count(*) from security_event e where length(source) <> 32 or length(account) <> 32
		or position('example' in e::text) > 0 or position('127.0.0' in e::text) > 0`); n > 0 {
		t.Errorf("%d hold something else than hashes of 32 bytes", n)
	}
}

func TestALockedDoorADeadLinkAndARefusedServiceAreNoted(t *testing.T) {
	t.Parallel()
	google, err := standin.StartProvider(standin.ProviderConfig{Name: "Google", ClientID: "portal", ClientSecret: "a secret of the test", Now: time.Now})
	must(t, err)
	t.Cleanup(func() { must(t, google.Close()) })
	p := openWith(t, func(parts *app.Parts) {
		parts.Services = []sso.Provider{{ID: "google", Name: "Google", Issuer: google.Issuer(), ClientID: "portal", ClientSecret: "a secret of the test"}}
	})
	robin := p.person("robin@example.com")
	noted := func(door security.Door, outcome security.Outcome) int {
		return p.count(`select coalesce(sum(times), 0) from security_event where door = $1 and outcome = $2`, door, outcome)
	}
	for range 12 {
		p.client().post("/sign-in", url.Values{"email": {"robin@example.com"}, "password": {"not it at all"}})
	}
	if wrong, locked := noted(security.SignIn, security.Wrong), noted(security.SignIn, security.Locked); wrong != 10 || locked != 2 {
		t.Errorf("%d wrong, %d locked", wrong, locked)
	}
	if rows := p.count(`select count(*) from security_event where person_id = $1`, robin); rows > 4 { // two hours at most
		t.Errorf("a flood filled %d rows", rows)
	}
	p.client().post("/reset/nothing-of-ours", url.Values{"password": {goodPassword}})
	if noted(security.Reset, security.Refused) != 1 {
		t.Error("a dead link is not noted")
	}
	p.client().get("/sign-in/with/google/callback?state=made-up&code=made-up")
	if noted(security.Service, security.Refused) != 1 {
		t.Error("a made-up answer of a service is not noted")
	}
	p.client().send(http.MethodPost, "/api/v1/records/connection-log", nil, http.Header{"Authorization": {"Bearer nothing"}})
	if noted(security.APIKey, security.Wrong) != 1 {
		t.Error("a made-up key is not noted")
	}
}

func TestAPersonSeesWhatHappenedAtTheirDoorAndStaffHowOftenOnesAreTried(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	for range 3 {
		p.client().post("/sign-in", url.Values{"email": {"robin@example.com"}, "password": {"not it at all"}})
	}
	p.clientAt("127.0.9.1").post("/sign-in", url.Values{"email": {"robin@example.com"}, "password": {"not it at all"}})
	c := p.client().signIn("robin@example.com")
	for lang, said := range map[string][]string{
		"en": {"Recent activity", "Signed in", "Signing in with a password", "Wrong, 4 times", "failed"},
		"ja": {"最近の記録", "サインイン", "入力の誤り（4回", "失敗"},
	} {
		page := testkit.HTML(t, c.get("/security?lang="+lang).body).Text("main")
		for _, words := range said {
			if !strings.Contains(page, words) {
				t.Errorf("%s: no %q in\n%s", lang, words, page)
			}
		}
	}
	admin := p.staffIn("admin@example.com", staff.Admin)
	page := testkit.HTML(t, admin.get("/staff/attempts").body)
	row := page.Text("tbody tr")
	if page.Count("tbody tr") != 1 || !strings.Contains(row, "Person") || !strings.Contains(row, "4") || strings.Contains(page.Text("main"), "@") || strings.Contains(page.Text("main"), robin.String()) {
		t.Errorf("staff see: %s", page.Text("main"))
	}
	if byNetwork := testkit.HTML(t, admin.get("/staff/attempts?by=network&door=sign-in&outcome=wrong&days=1").body); byNetwork.Count("tbody tr") != 2 {
		t.Errorf("%d networks", byNetwork.Count("tbody tr"))
	}
	if none := testkit.HTML(t, admin.get("/staff/attempts?outcome=locked").body); none.Count("tbody tr") != 0 || none.Count(".empty") != 1 {
		t.Error("what is filtered is there, or nothing says that nothing is")
	}
}

func TestStaffSeeTheirOwnSessionsAndEndThem(t *testing.T) {
	t.Parallel()
	p := open(t)
	c := p.staffIn("officer@example.com", staff.Officer)
	var id uuid.UUID
	must(t, p.DB.Pool.QueryRow(t.Context(), `select id from staff_member`).Scan(&id))
	other := account.SessionOwner{Staff: p.Member("other@example.com", staff.Agent).ID}
	theirs := p.Session(other)
	elsewhere := []string{p.Session(account.SessionOwner{Staff: id}), p.Session(account.SessionOwner{Staff: id}), p.Session(account.SessionOwner{Staff: id})}
	page := testkit.HTML(t, c.get("/staff/sessions").body)
	ends := slices.DeleteFunc(page.Attrs("form", "action"), func(to string) bool { return !strings.HasPrefix(to, "/staff/sessions/") })
	if len(ends) != 3 {
		t.Fatalf("%d others to end", len(ends))
	}
	alive := func() (n int) {
		for _, token := range elsewhere {
			if _, err := p.Accounts.Session(t.Context(), token); err == nil {
				n++
			}
		}
		return n
	}
	if got := c.post(ends[0], nil); got.header.Get("Location") == "" || alive() != 2 {
		t.Errorf("one ended: %d, %d left", got.status, alive())
	}
	c.post("/staff/others/end", nil)
	if alive() != 0 || c.get("/staff/sessions").status != http.StatusOK {
		t.Error("the others live on, or one's own does not")
	}
	if _, err := p.Accounts.Session(t.Context(), theirs); err != nil {
		t.Error("somebody else's session ended")
	}
	if p.count(`select count(*) from audit_entry where action in ('session.ended', 'session.othersEnded') and actor_kind = 'staff' and actor_id = $1`, id.String()) != 2 {
		t.Error("the log does not say so")
	}
}
