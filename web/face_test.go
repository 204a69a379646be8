package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit"
)

func TestAnErrorPageLeavesWhatWasDoneToThePageItIsMeantFor(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	const done = "Your profile is corrected."
	if got := c.post("/data/profile/edit", url.Values{"full_name": {"Robin E. Example"}}); got.status != http.StatusSeeOther {
		t.Fatalf("correcting: %d\n%s", got.status, got.body)
	}
	if got := c.get("/data/no-such-thing"); got.status != http.StatusNotFound || strings.Contains(got.body, done) {
		t.Errorf("an error page: %d\n%s", got.status, got.body)
	}
	if got := c.wrong("/data/profile/edit", url.Values{"full_name": {""}}); strings.Contains(got.body, done) {
		t.Errorf("a form to mend: %d\n%s", got.status, got.body)
	}
	if got := c.get("/data/profile"); !strings.Contains(got.body, done) {
		t.Errorf("the page it is meant for does not say it:\n%s", got.body)
	}
	if got := c.get("/data/profile"); strings.Contains(got.body, done) {
		t.Error("it is said twice")
	}
}

func TestLightAndDarkAreTheReadersChoiceAndKept(t *testing.T) {
	t.Parallel()
	p := open(t)
	c := p.client()
	for _, step := range []struct{ theme, page string }{{"dark", `data-theme="dark"`}, {"light", `data-theme="light"`}, {"system", ""}, {`"><b>`, ""}} {
		got := c.post("/theme", url.Values{"theme": {step.theme}, "return": {"/contact"}})
		if got.status != http.StatusSeeOther || got.header.Get("Location") != "/contact" {
			t.Fatalf("choosing %s: %d %s", step.theme, got.status, got.header.Get("Location"))
		}
		body := c.get("/contact").body
		if has := strings.Contains(body, "data-theme"); has != (step.page != "") || !strings.Contains(body, step.page) {
			t.Errorf("after %s the page is not %s", step.theme, step.page)
		}
	}
	if got := c.post("/theme", url.Values{"theme": {"dark"}, "return": {"https://example.org/"}}); strings.Contains(got.header.Get("Location"), "example.org") {
		t.Error("it leads to another site")
	}
}

func TestASignUpIsFaultedInTheOrderOfItsFieldsAndKnowsTheCalendar(t *testing.T) {
	t.Parallel()
	p := open(t)
	c := p.client()
	form := url.Values{"born": {"31"}, "born-month": {"2"}, "born-year": {"1990"}}
	got := c.wrong("/sign-up", form)
	last := 0
	for _, field := range []string{"name", "email", "born"} {
		at := strings.Index(got.body, `href="#`+field+`"`)
		if at < last {
			t.Errorf("%s is out of order in\n%s", field, got.body)
		}
		last = at
	}
	if !strings.Contains(got.body, "This day does not exist.") {
		t.Errorf("31 February is not told of:\n%s", got.body)
	}
	form.Set("born", "")
	if got := c.wrong("/sign-up", form); strings.Contains(got.body, "This day does not exist.") {
		t.Error("a date half written is said not to exist")
	}
	if got := c.wrong("/sign-up", url.Values{"born": {"２７"}, "born-month": {"３"}, "born-year": {"１９９０"}}); strings.Contains(got.body, `href="#born"`) {
		t.Error("a date in wide digits is refused")
	}
}

func TestACopyMayBeginWithEverythingOrNothingTicked(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	for path, ticked := range map[string]bool{"/downloads/new": true, "/downloads/new?choose=all": true, "/downloads/new?choose=none": false} {
		got := c.get(path)
		if got.status != http.StatusOK || strings.Contains(got.body, " checked") != ticked {
			t.Errorf("%s: %d, ticked is not %v", path, got.status, ticked)
		}
	}
	// Where one kind is read, its copy begins with that alone.
	to := testkit.HTML(t, c.get("/data/profile").body).Attrs(`main a[href^="/downloads/new"]`, "href")
	if len(to) != 1 {
		t.Fatalf("the way to a copy: %v", to)
	}
	if got := testkit.HTML(t, c.get(to[0]).body).Attrs("input[checked]", "value"); !slices.Equal(got, []string{"profile"}) {
		t.Errorf("ticked are %v", got)
	}
}

func TestTheAuditLogIsSaidInWordsAndNarrowed(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	officer := p.staffIn("officer@example.com", staff.Officer)
	if got := officer.post("/staff/people/"+robin.String(), url.Values{"code": {"request"}, "reason": {"To compare the street"}}); got.status != http.StatusSeeOther {
		t.Fatalf("opening a record: %d\n%s", got.status, got.body)
	}
	all := officer.get("/staff/audit").body
	for _, want := range []string{
		"Odil Officer", "The portal", "Member of staff invited", "Account opened", "Opened a person’s data",
		"Reason: Working on a request", "Role: Privacy officer", `href="/staff/people/` + robin.String(),
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the log does not say %q", want)
		}
	}
	for _, no := range []string{"person.looked", "staff.invited", "{&#34;", "[staff."} {
		if strings.Contains(all, no) {
			t.Errorf("the log says %q", no)
		}
	}
	looks := officer.get("/staff/audit?kind=person").body
	if !strings.Contains(looks, "Working on a request") || strings.Contains(looks, "Member of staff invited") {
		t.Error("narrowed to looks it shows what else was done")
	}
	var member string
	if err := p.DB.Pool.QueryRow(t.Context(), `select id from staff_member`).Scan(&member); err != nil {
		t.Fatal(err)
	}
	if mine := officer.get("/staff/audit?member=" + member).body; strings.Contains(mine, "Account opened") || !strings.Contains(mine, "Opened a person’s data") {
		t.Error("narrowed to a member it shows others")
	}
	record := officer.get("/staff/people/" + robin.String()).body
	if strings.Contains(record, "Your record") || strings.Contains(record, "Your choices") || !strings.Contains(record, "The person’s record") {
		t.Errorf("the staff are spoken to as the person:\n%s", record)
	}
}

func TestAClosedRequestHasNoDateToWaitFor(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	c.post("/requests/new/rectification", url.Values{"message": {"My street is Oak Street."}})
	var id string
	if err := p.DB.Pool.QueryRow(t.Context(), `select id from request`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	if got := c.get("/requests/" + id); !strings.Contains(got.body, "Answer due") {
		t.Errorf("an open request has no date:\n%s", got.body)
	}
	c.post("/requests/"+id+"/cancel", nil)
	if got := c.get("/requests/" + id); got.status != http.StatusOK || strings.Contains(got.body, "Answer due") {
		t.Errorf("a withdrawn one still has:\n%s", got.body)
	}
}
