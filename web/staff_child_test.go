package web_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/postgres"
	requests "plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit/apptest"
	"plusultra.link/privacy/web"
)

// reach is all that somebody who has signed in can get hold of: each page, each letter
// and each file of their copy, without what differs from one to the next.
func (c *client) reach(email string, report requests.Request) map[string]string {
	c.t.Helper()
	same := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|R-[2-9A-Z]{6}|(first|other)@|\d\d:\d\d(:\d\d[.\d]*)?|value="[^"]*"|\b[0-9a-f]{16,}\b|[\w=+/-]{40,}`)
	all := map[string]string{}
	put := func(name, what string) { all[name] = same.ReplaceAllString(what, "~") }
	for _, r := range web.Routes() {
		if r.Method != http.MethodGet || r.Guard != "person" {
			continue
		}
		path := strings.ReplaceAll(r.Path, ":id", report.ID.String())
		if strings.Contains(path, ":") {
			continue
		}
		put(path, c.get(path).body)
	}
	for _, category := range c.Register.Categories {
		put("/data/"+category.ID, c.get("/data/"+category.ID).body)
	}
	for _, m := range c.mailbox.Messages(email) {
		put("letter "+same.ReplaceAllString(m.Subject, "~"), m.Text+m.HTML)
	}
	every := regexp.MustCompile(`name="categories" value="([^"]*)"`).FindAllStringSubmatch(c.get("/downloads/new").body, -1)
	asked := url.Values{}
	for _, one := range every {
		asked.Add("categories", one[1])
	}
	made := c.post("/downloads/new", asked)
	c.Settle()
	whole := c.get(made.header.Get("Location") + "/file").body
	archive, err := zip.NewReader(strings.NewReader(whole), int64(len(whole)))
	must(c.t, err)
	for _, f := range archive.File {
		r, err := f.Open()
		must(c.t, err)
		data, err := io.ReadAll(r)
		must(c.t, err)
		put("file "+f.Name, string(bytes.ToValidUTF8(data, nil)))
	}
	return all
}

func TestWhoeverReportsAChildLearnsNothingAndTheAccountIsHeldAndErasedOrNotThere(t *testing.T) {
	t.Parallel()
	p := open(t)
	kid := p.Person(apptest.Somebody{Email: "kid@example.com", Country: "DE", Topics: []string{"promotions"}})
	report := func(email string) (*client, requests.Request) {
		one, err := p.Requests.Ask(t.Context(), p.person(email), "child-report", "The child next door has an account.")
		must(t, err)
		return p.client().signIn(email), one
	}
	first, found := report("first@example.com")
	second, missing := report("other@example.com")
	agent, officer := p.staffIn("agent@example.com", staff.Agent), p.staffIn("officer@example.com", staff.Officer)
	at := "/staff/requests/" + found.ID.String()
	if body := officer.wrong(at+"/approve", url.Values{}).body; !strings.Contains(body, "First find the account") {
		t.Error("a report is granted of which nobody has looked for the account")
	}
	if got := agent.get(at + "/accounts/of/" + kid.String()); got.header.Get("Location") != at+"/accounts" {
		t.Errorf("an account is shown to whoever gave no reason: %d", got.status)
	}
	if got := agent.post(at+"/accounts/of/"+kid.String(), nil); got.header.Get("Location") != at+"/accounts" || p.count(`select count(*) from restriction`) != 0 {
		t.Errorf("it is held by whoever has not looked: %d", got.status)
	}
	agent.wrong(at+"/accounts", url.Values{"q": {"nobody@example.com"}, "reason": {"A report of 3 May"}})
	agent.wrong(at+"/accounts", url.Values{"q": {"kid@example.com"}, "reason": {"no"}})
	to := agent.post(at+"/accounts", url.Values{"q": {"Kid@example.com"}, "reason": {"A report of 3 May"}}).header.Get("Location")
	if body := agent.get(to).body; !strings.Contains(body, "kid@example.com") {
		t.Errorf("%s does not show the account", to)
	}
	agent.post(to, nil)
	for _, pref := range p.preferences(kid) {
		if pref.On != pref.Topic.Locked {
			t.Errorf("it goes on with %s", pref.Topic.ID)
		}
	}
	p.letter("kid@example.com", "Your account is held")
	must(t, p.Requests.HoldChild(t.Context(), p.Member("again@example.com", staff.Agent), found.ID, kid)) // changes nothing
	var held uuid.UUID
	must(t, p.DB.Pool.QueryRow(t.Context(), `select id from restriction where person_id = $1 and report_id = $2 and ground = 'child'`, kid, found.ID).Scan(&held))
	child := p.client().signIn("kid@example.com")
	if body := child.get("/privacy-choices").body; !strings.Contains(body, "it may be a child’s") || strings.Contains(body, found.Reference) {
		t.Error("the owner is not told why it is held, or by whose report")
	}
	if got := child.post("/privacy-choices/restrictions/"+held.String(), nil); got.status != http.StatusForbidden {
		t.Errorf("whoever may be a child ends it alone: %d", got.status)
	}
	officer.wrong(at+"/approve", url.Values{})
	decide := at + "/accounts/" + held.String()
	if got := agent.post(decide, url.Values{"deed": {"erasure"}}); got.status != http.StatusForbidden {
		t.Errorf("an agent decides: %d", got.status)
	}
	elsewhere := "/staff/requests/" + missing.ID.String()
	if got := officer.post(elsewhere+"/accounts/"+held.String(), url.Values{"deed": {"none"}, "why": {"I say so."}}); got.status != http.StatusNotFound {
		t.Errorf("an account of another report: %d", got.status)
	}
	if got := officer.post(at+"/accounts/none", url.Values{"why": {"Nobody there."}}); got.status != http.StatusConflict {
		t.Errorf("nothing was found although an account is held: %d", got.status)
	}
	officer.wrong(decide, url.Values{"deed": {"none"}})
	officer.wrong(decide, url.Values{"deed": {"parent"}, "email": {"parent@example.com"}})
	if got := officer.post(decide, url.Values{"deed": {"erasure"}, "seen": {"-"}}); got.header.Get("Location") != at {
		t.Fatalf("erasing: %d %v", got.status, got.header)
	}
	officer.wrong(decide, url.Values{"deed": {"none"}, "why": {"Both at once."}, "seen": {"-"}})
	p.letter("kid@example.com", "Your account will be deleted")

	agent.wrong(elsewhere+"/accounts/none", url.Values{})
	agent.post(elsewhere+"/accounts/none", url.Values{"why": {"No such name or address."}})
	officer.wrong(at+"/approve", url.Values{"decision": {"We deleted it."}})
	officer.wrong(elsewhere+"/refuse", url.Values{"code": {"nothing-held"}, "words": {"There is none."}})
	for _, path := range []string{at, elsewhere} {
		if got := officer.post(path+"/approve", url.Values{}); got.header.Get("Location") != path {
			t.Fatalf("granting: %d %v", got.status, got.header)
		}
	}
	p.Settle() // all letters have gone
	p.clock.Advance(erasure.DefaultGrace)
	p.erase(kid)
	if n := p.count(`select count(*) from person where id = $1`, kid); n != 0 {
		t.Error("the account is there")
	}
	if n := p.count(`select count(*) from restriction where person_id = $1 and (report_id is not null or why <> '')`, kid); n != 0 {
		t.Error("the erased account leads to the report")
	}
	first, second = first.signIn("first@example.com"), second.signIn("other@example.com")
	one, other := first.reach("first@example.com", found), second.reach("other@example.com", missing)
	if len(one) < 60 || !strings.Contains(one["/requests/~"]+one["/requests/"+found.ID.String()], "We looked into it") {
		t.Errorf("%d things, and no answer", len(one))
	}
	for name, what := range one {
		with := other[strings.ReplaceAll(name, found.ID.String(), missing.ID.String())]
		if what != with {
			t.Errorf("%s tells which of them had an account: %s", name, differing(what, with))
		}
	}
	if len(one) != len(other) {
		t.Errorf("%d things to get hold of, and %d", len(one), len(other))
	}
}

// erase has the erasure of somebody run whose time has come.
func (p *portal) erase(person uuid.UUID) {
	p.t.Helper()
	underWay, err := postgres.Read(p.t.Context(), p.Reads(), func(r *postgres.Reads) *[]erasure.Erasure { return p.Erasures.ReadUnderWay(r, person) })
	must(p.t, err)
	e := underWay[0]
	for end := time.Now().Add(time.Minute); e.State != erasure.Done && time.Now().Before(end); p.clock.Advance(time.Second) { // mail may be on its way
		must(p.t, p.Erasures.Run(p.t.Context(), e.ID))
		e, err = p.Erasures.Get(p.t.Context(), e.ID)
		must(p.t, err)
	}
}

// differing is where two texts part.
func differing(a, b string) string {
	at := 0
	for at < min(len(a), len(b)) && a[at] == b[at] {
		at++
	}
	part := func(s string) string { return s[max(0, min(at-60, len(s))):min(at+100, len(s))] }
	return "\n" + part(a) + "\n---\n" + part(b)
}
