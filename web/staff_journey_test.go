package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit"
)

const staffPassword = "lantern orbit plum seventeen"

// code is what an authenticator shows next.
func (p *portal) code(secret string) string {
	p.t.Helper()
	p.clock.Advance(30 * time.Second) // each code works once
	code, err := totp.GenerateCode(secret, p.clock.Now())
	must(p.t, err)
	return code
}

// enrolled makes a member of the staff and gives their authenticator's secret.
func (p *portal) enrolled(email string, role staff.Role) string {
	p.t.Helper()
	_, link, err := p.Staff.Add(p.t.Context(), audit.BySystem("test"), staff.NewMember{Email: email, Name: "Odil Officer", Role: role, Lang: "en"})
	must(p.t, err)
	_, token, _ := strings.Cut(link, "/staff/enrol/")
	invitation, err := p.Staff.Invitation(p.t.Context(), token, "")
	must(p.t, err)
	_, err = p.Staff.Enrol(p.t.Context(), token, staff.Enrolment{Password: staffPassword, Code: p.code(invitation.Secret), Seed: invitation.Seed}, account.Visit{})
	must(p.t, err)
	return invitation.Secret
}

// staffIn signs a member of the staff in without a screen.
func (p *portal) staffIn(email string, role staff.Role) *client {
	p.t.Helper()
	secret := p.enrolled(email, role)
	c := p.client()
	if got := c.post("/staff/sign-in", url.Values{"email": {email}, "password": {staffPassword}}); got.header.Get("Location") != "/staff/code" {
		p.t.Fatalf("the password: %d\n%s", got.status, got.body)
	}
	if got := c.post("/staff/code", url.Values{"code": {p.code(secret)}}); got.header.Get("Location") != "/staff" {
		p.t.Fatalf("the code: %d\n%s", got.status, got.body)
	}
	return c
}

func TestAPersonAsksStaffRefuseAndThePersonReadsWhyAndWhoLooked(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	b := p.signedIn("robin@example.com", "/requests")
	b.SeeText("You have not asked for anything yet")
	b.Inspect("requests-none")
	b.Click("Make a request")
	b.Inspect("request-kinds")
	b.Click("Correct my data")
	b.Press("Continue")
	b.SeeText("Write what it is about")
	b.Fill("Your message", "My street is called Elm Street.")
	b.Inspect("request-write")
	b.Press("Continue")
	b.SeeText("Check your request")
	b.Inspect("request-check")
	b.Press("Send this request")
	b.SeeText("We have your request")
	b.Inspect("request-filed")
	b.Click("Follow this request")
	b.SeeText("Being looked at")
	var id, reference string
	must(t, p.DB.Pool.QueryRow(t.Context(), `select id::text, reference from request where person_id = $1 and state = 'open' and message like 'My street%'`, robin).Scan(&id, &reference))
	p.letter("robin@example.com", reference)

	s := p.enrolInBrowser("noor@example.com")
	s.SeeText("Requests to answer")
	s.Inspect("staff-queue")
	s.Click(reference)
	s.SeeText("The person can see that you opened this request")
	s.Press("Take this request")
	s.SeeText("You have taken this request")
	s.Inspect("staff-request")
	s.Click("Open the person’s record")
	s.SeeText("Why are you opening this person’s record?")
	s.Inspect("staff-reason")
	s.Check("Working on a request")
	s.Fill("In your words", "To compare the street")
	s.Press("Open the record")
	s.SeeText("This is logged.")
	s.SeeText("robin@example.com")
	s.Inspect("staff-person")
	s.Open(p.url + "/staff/requests/" + id + "/refuse?code=data-is-right")
	s.Fill("What the person reads", "We asked the post office: it is Oak Street.")
	s.Inspect("staff-refuse")
	s.Press("Refuse and tell the person")
	s.SeeText("the person has been told why")
	s.Open(p.url + "/staff/audit")
	s.SeeText("Request refused")
	s.Inspect("staff-audit")

	letter := p.letter("robin@example.com", "Our answer")
	b.Open(p.linkTo(letter, "/requests/"))
	b.SeeText("it is Oak Street")
	b.SeeText("If you disagree")
	b.Inspect("request-refused")
	b.Open(p.url + "/lookups")
	b.SeeText("To compare the street")
	b.SeeText("Privacy officer")
	b.Inspect("lookups")
	if n := p.count(`select count(*) from staff_look where person_id = $1`, robin); n != 2 {
		t.Errorf("%d looks: the request and the record", n)
	}
	if n := p.count(`select count(*) from request where id = $1 and state = 'refused' and reason_code = 'data-is-right' and decided_at is not null`, id); n != 1 {
		t.Error("the row is not refused")
	}
}

// enrolInBrowser walks a new officer from the mailed link to the queue.
func (p *portal) enrolInBrowser(email string) *testkit.Page {
	p.t.Helper()
	_, _, err := p.Staff.Add(p.t.Context(), audit.BySystem("test"), staff.NewMember{Email: email, Name: "Odil Officer", Role: staff.Officer, Lang: "en"})
	must(p.t, err)
	link := p.linkTo(p.letter(email, "Join the privacy desk"), "/staff/enrol/")
	s := testkit.Browser(p.t)
	s.Open(link)
	secret := regexp.MustCompile(`\b[A-Z2-7]{32}\b`).FindString(s.Text())
	s.Inspect("staff-enrol")
	s.Fill("Choose a password", staffPassword)
	s.Fill("Code from the app", p.code(secret))
	s.Press("Join the privacy desk")
	s.SeeText("You are enrolled")
	s.Inspect("staff-sign-in")
	s.Fill("Work e-mail address", email)
	s.Fill("Password", staffPassword)
	s.Press("Continue")
	s.SeeText("Enter the code")
	s.Inspect("staff-code")
	s.Fill("Code", p.code(secret))
	s.Press("Sign in")
	return s
}

func TestThePrivacyDeskIsShutToPeopleStrangersAndTheWrongRole(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	for _, path := range []string{"/staff", "/staff/people", "/staff/audit"} {
		for name, c := range map[string]*client{"a stranger": p.client(), "a person": p.client().signIn("robin@example.com")} {
			if got := c.get(path); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/staff/sign-in") {
				t.Errorf("%s at %s: %d %s", name, path, got.status, got.header.Get("Location"))
			}
		}
	}
	agent := p.staffIn("agent@example.com", staff.Agent)
	if got := agent.get("/staff/audit"); got.status != http.StatusForbidden {
		t.Errorf("an agent reads the audit log: %d", got.status)
	}
	if got := agent.get("/requests"); got.status != http.StatusSeeOther {
		t.Errorf("staff see a person's page: %d", got.status)
	}
	must(t, p.Staff.Disable(t.Context(), audit.BySystem("test"), "agent@example.com"))
	if got := agent.get("/staff"); got.status != http.StatusSeeOther {
		t.Errorf("somebody disabled stays in: %d", got.status)
	}
}

func TestNobodysRecordOpensWithoutAReason(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	c := p.staffIn("agent@example.com", staff.Agent)
	c.wrong("/staff/people", url.Values{"q": {"nobody@example.com"}})
	at := "/staff/people/" + robin.String()
	if got := c.post("/staff/people", url.Values{"q": {"Robin@example.com"}}); got.header.Get("Location") != at {
		t.Fatalf("found at %q", got.header.Get("Location"))
	}
	if got := c.get(at); strings.Contains(got.body, "robin@example.com") || strings.Contains(got.body, "Robin Example") {
		t.Error("the record shows before a reason is given")
	}
	c.wrong(at, url.Values{"code": {"billing"}, "reason": {"ok"}})
	if n := p.count(`select count(*) from staff_look`); n != 0 {
		t.Errorf("%d looks so far", n)
	}
	if got := c.post(at, url.Values{"code": {"billing"}, "reason": {"A question of 3 May"}}); got.status != http.StatusSeeOther {
		t.Fatalf("a reason: %d\n%s", got.status, got.body)
	}
	if got := c.get(at); !strings.Contains(got.body, "robin@example.com") {
		t.Errorf("it does not open: %d", got.status)
	}
	p.clock.Advance(31 * time.Minute)
	if got := c.get(at); strings.Contains(got.body, "robin@example.com") {
		t.Error("it stays open")
	}
}

func TestSomebodyElsesRequestIsNotFoundInABrowserEither(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	p.person("eve@example.com")
	one, err := p.Requests.Ask(t.Context(), robin, "question", "What is it for?")
	must(t, err)
	eve := p.client().signIn("eve@example.com")
	for _, path := range []string{"", "/filed"} {
		if got := eve.get("/requests/" + one.ID.String() + path); got.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	if got := eve.post("/requests/"+one.ID.String()+"/cancel", nil); got.status != http.StatusNotFound {
		t.Errorf("she cancels it: %d", got.status)
	}
	if n := p.count(`select count(*) from request where state = 'open'`); n != 1 {
		t.Error("it is not open any more")
	}
}

func TestAnEmptyMessageNoteOrReasonIsAskedForByItsName(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	asked, err := p.Requests.Ask(t.Context(), robin, "rectification", "My street is called Elm Street.")
	must(t, err)
	at := "/staff/requests/" + asked.ID.String()
	c := p.client()
	c.setCookie("session", p.Session(account.SessionOwner{Staff: p.Member("noor@example.com", staff.Officer).ID}))
	for path, want := range map[string]string{at + "/messages": "Write a message.", at + "/notes": "Write a note."} {
		got := c.get(c.post(path, url.Values{"message": {""}, "note": {" "}}).header.Get("Location"))
		if !strings.Contains(got.body, want) || strings.Contains(got.body, "Write what it is about") {
			t.Errorf("%s does not say %q", path, want)
		}
	}
	got := c.get(at + "/refuse?code=")
	if got.status != http.StatusUnprocessableEntity || !strings.Contains(testkit.HTML(t, got.body).Text("main"), "Choose a reason from the list.") {
		t.Errorf("no reason was chosen, and nothing is said: %d", got.status)
	}
}

func TestStaffReadAtOnceThatAPersonIsBeingDeletedOrHasBeen(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	asked, err := p.Requests.Ask(t.Context(), robin, "rectification", "My street is called Elm Street.")
	must(t, err)
	c := p.client()
	c.setCookie("session", p.Session(account.SessionOwner{Staff: p.Member("noor@example.com", staff.Officer).ID}))
	page := func() string {
		return testkit.HTML(t, c.get("/staff/requests/"+asked.ID.String()).body).Text("main")
	}
	if said := page(); !strings.Contains(said, "The person can see that you opened this request") || !strings.Contains(said, "Open the person’s record") {
		t.Errorf("of somebody who is there: %s", said)
	}
	closed := func(wants ...string) {
		t.Helper()
		said := page()
		for _, no := range []string{"The person can see", "Open the person’s record", "No message"} {
			if strings.Contains(said, no) {
				t.Errorf("%q is said of somebody who is not there: %s", no, said)
			}
		}
		for _, want := range wants {
			if !strings.Contains(said, want) {
				t.Errorf("%q is not said: %s", want, said)
			}
		}
		got := c.get("/staff/people/" + robin.String())
		if main := testkit.HTML(t, got.body).Text("main"); got.status != http.StatusConflict || strings.Contains(main, "Why are you opening") || !strings.Contains(main, "is being deleted, or has been") {
			t.Errorf("the record: %d %s", got.status, main)
		}
	}
	p.Exec(`update person set closing_at = $2 where id = $1`, robin, p.clock.Now())
	closed("account is being deleted")
	p.Exec(`update person set closing_at = null where id = $1`, robin)

	_, err = p.Requests.AskErasure(t.Context(), robin, "")
	must(t, err)
	underWay, err := postgres.Read(t.Context(), p.Reads(), func(r *postgres.Reads) *[]erasure.Erasure { return p.Erasures.ReadUnderWay(r, robin) })
	must(t, err)
	e := underWay[0]
	p.clock.Advance(erasure.DefaultGrace)
	for end := time.Now().Add(time.Minute); e.State != erasure.Done && time.Now().Before(end); p.clock.Advance(time.Second) {
		must(t, p.Erasures.Run(t.Context(), e.ID))
		e, err = p.Erasures.Get(t.Context(), e.ID)
		must(t, err)
	}
	c = p.client()
	c.setCookie("session", p.Session(account.SessionOwner{Staff: p.Member("odil@example.com", staff.Officer).ID}))
	closed("account has been deleted", "was deleted with their data")
}
