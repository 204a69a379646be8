package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/testkit"
)

// press presses a button of a choice on a page: the form that says so, as it stands.
func (c *client) press(page, within, say string) answer {
	c.t.Helper()
	body := c.get(page).body
	found := testkit.HTML(c.t, body).MustHave("main").Find(within)
	form := found.Filter("form").AddSelection(found.Find("form")).FilterFunction(func(_ int, f *goquery.Selection) bool {
		return f.Find("input[name=say]").AttrOr("value", "") == say
	}).First()
	if form.Length() == 0 {
		c.t.Fatalf("%s has no %s in %s: %v", page, say, within, testkit.HTML(c.t, body).Attrs("input[name=topics]", "value"))
	}
	fields := url.Values{}
	form.Find("input").Each(func(_ int, i *goquery.Selection) { fields.Add(i.AttrOr("name", ""), i.AttrOr("value", "")) })
	return c.post(form.AttrOr("action", ""), fields)
}

// rowOf is a row that is right for a category that rests on a yes.
func rowOf(t *testing.T, category string) string {
	rows := map[string]string{"site-usage": `"page":"/"`, "entries": `"kind":"survey","title":"Our survey"`}
	if rows[category] == "" {
		t.Errorf("%s rests on a yes: say here what a row of it is", category)
	}
	return `{"person":"robin@example.com","at":"` + time.Now().UTC().AddDate(0, -3, 0).Truncate(24*time.Hour).Format(time.RFC3339) + `",` + rows[category] + "}\n"
}

// refused tells whether a row of a category is refused because of what robin said.
func (p *portal) refused(category string) bool {
	p.t.Helper()
	reasons := []record.Reason{}
	_, err := p.Records.Ingest(p.t.Context(), record.IngestInput{
		Category: category, Source: "test", Format: record.NDJSON, Actor: audit.BySystem("test"), Reader: strings.NewReader(rowOf(p.t, category)),
		Refused: func(r record.Refusal) { reasons = append(reasons, r.Reason) },
	})
	must(p.t, err)
	if len(reasons) > 0 && !slices.Equal(reasons, []record.Reason{record.SaidNo}) {
		p.t.Errorf("%s: refused for %v", category, reasons)
	}
	return len(reasons) > 0
}

// Found from the register: whatever rests on consent, or may be refused.
func TestEveryConsentIsGivenAndTakenBackOnOnePageAndHasItsEffect(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	said := func(topic string, yes bool, how string) {
		t.Helper()
		p.clock.Advance(1)
		n := p.count(`select count(*) from consent_event e join consent_state s using (person_id, topic, given, at, channel)
			where person_id = $1 and topic = $2 and given = $3 and channel = $4 and wording <> '' and lang = 'en'
			and at = (select max(at) from consent_event where person_id = $1 and topic = $2)`, robin, topic, yes, how)
		if n != 1 {
			t.Errorf("%s: the ledger has no %v that was said %s", topic, yes, how)
		}
	}
	asked := map[string]bool{}
	for _, purpose := range p.Register.Purposes {
		if can := p.Register.Basis(purpose.Basis).Can; can == register.Withdraw || can == register.OptOut {
			for _, topic := range p.Register.TopicsFor(purpose.ID) {
				asked[topic.ID] = true
			}
		}
	}
	for _, transfer := range p.Register.Transfers {
		asked[transfer.Topic] = asked[transfer.Topic] || transfer.Withdrawable
	}
	for _, cookies := range p.Register.Cookies {
		asked[cookies.Topic] = asked[cookies.Topic] || !cookies.Locked
	}
	delete(asked, "")
	for _, id := range []string{"analytics", "contests", "transfer-us", "sharing", "advertising", "sale", "sensitive"} { // P15, P16, P20
		asked[id] = true
	}
	for id := range asked {
		topic, _ := p.Register.Topic(id)
		if topic.IsMail() {
			continue // see the page of e-mail
		}
		at := "#choice-" + id
		if !topic.DefaultOn {
			c.press("/privacy-choices", at, "yes")
			said(id, true, "preferences")
		}
		c.press("/privacy-choices", at, "no")
		said(id, false, "preferences")
		c.press("/privacy-choices", at, "yes")
		said(id, true, "preferences")
		html := testkit.HTML(t, c.get("/privacy-choices").body)
		if got := html.Text(at + " blockquote"); !strings.Contains(got, topic.Name.In("en")+": "+topic.Summary.In("en")) {
			t.Errorf("%s: the page has not the words that were agreed to, but %q", id, got)
		}
		if !strings.Contains(html.Text(at), topic.Effect.In("en")) {
			t.Errorf("%s: what a no does is not said before it is", id)
		}
	}
	gates := 0
	for _, category := range p.Register.Categories {
		for _, group := range p.Register.Rests(category) {
			if _, ok := category.IngestHolding(); !ok {
				continue
			}
			gates++
			if p.refused(category.ID) {
				t.Errorf("%s: refused, and all was agreed to", category.ID)
			}
			for _, topic := range group { // each no where the category itself is read
				c.press("/data/"+category.ID, fmt.Sprintf("form:has(input[value=%q])", topic), "no")
				said(topic, false, "beside-data")
			}
			if !p.refused(category.ID) {
				t.Errorf("%s: a row is taken in from somebody who said no to %v", category.ID, group)
			}
			for _, topic := range group {
				c.press("/privacy-choices", "#choice-"+topic, "yes")
			}
		}
	}
	if gates < 3 {
		t.Errorf("only %d gates", gates)
	}
}

func TestANoIsSaidWhereItIsReadAndLeadsBackThere(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	for at, topics := range map[string][]string{
		"/policy":                    {"analytics", "contests", "partner-marketing"},
		"/data/site-usage":           {"analytics"},
		"/policy/data/site-usage":    {"analytics"},
		"/data/mail":                 {"changed-terms"},
		"/data/mail?from=2025-01-01": {"changed-terms"},
	} {
		for _, id := range topics {
			topic := id
			if id == "partner-marketing" {
				topic = "sharing"
			}
			p.Exec("delete from consent_state")
			got := c.press(at, fmt.Sprintf("form:has(input[name=topics][value=%q])", topic), "no")
			to, place, _ := strings.Cut(got.header.Get("Location"), "#")
			said := testkit.HTML(t, c.get(to).body).MustHave("main").Find("[role=status]")
			if to != at || place == "" || said.Length() != 1 || said.Next().AttrOr("id", "") != place {
				t.Errorf("%s leads to %q, which does not say it there", at, got.header.Get("Location"))
			}
			if n := p.count("select count(*) from consent_state where person_id = $1 and topic = $2 and not given and channel = 'beside-data'", robin, topic); n != 1 {
				t.Errorf("%s: no to %s is not written", at, topic)
			}
		}
	}
	elsewhere := c.post("/privacy-choices", url.Values{"topics": {"analytics"}, "say": {"no"}, "return": {"https://example.net/"}})
	if to := elsewhere.header.Get("Location"); to != "/overview" {
		t.Errorf("it leads to another site: %s", to)
	}
	stranger := testkit.HTML(t, p.client().get("/policy").body)
	if stranger.Count(`a[href="/privacy-choices#choice-analytics"]`) == 0 || stranger.Count("input[name=say]") != 0 {
		t.Error("the policy does not lead a stranger to their choices")
	}
	if page := p.client().get("/privacy-choices"); page.status != http.StatusOK || testkit.HTML(t, page.body).Count(`a[href="/sign-in?next=/privacy-choices"]`) != 1 {
		t.Errorf("a stranger's page of choices: %d", page.status)
	}
}

func TestAYesToWhatHasChangedSinceIsAskedAgainOnThePageOfChoices(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	seen := testkit.HTML(t, c.get("/privacy-choices").body).Attrs("#choice-analytics input[name=seen]", "value")[0]
	c.press("/privacy-choices", "#choice-analytics", "no")
	yes := url.Values{"topics": {"analytics"}, "say": {"yes"}, "seen": {seen}}
	page := c.wrong("/privacy-choices", yes)
	if on := p.on(robin, "analytics"); on || !strings.Contains(testkit.HTML(t, page.body).Text("#choice-analytics .alert"), "changed somewhere else") {
		t.Errorf("on %v, and the page does not say why", on)
	}
	if c.press("/privacy-choices", "#choice-analytics", "yes"); !p.on(robin, "analytics") {
		t.Error("a yes to what the page shows is not written")
	}
	if c.post("/privacy-choices", url.Values{"topics": {"analytics"}, "say": {"no"}, "seen": {seen}}); p.on(robin, "analytics") {
		t.Error("a no on a stale page is not written")
	}
	for _, topic := range []string{"security-notices", "no-such-topic", "*"} {
		c.wrong("/privacy-choices", url.Values{"topics": {topic}, "say": {"no"}})
	}
}

func (p *portal) on(person uuid.UUID, topic string) bool {
	p.t.Helper()
	for _, pref := range p.preferences(person) {
		if pref.Topic.ID == topic {
			return pref.On
		}
	}
	p.t.Fatalf("there is no %s", topic)
	return false
}

func TestABrowsersNoIsWrittenOnceAndStaysWithoutItUntilThePersonSaysYes(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	signals := 0
	for _, topic := range p.Register.Topics {
		if topic.Signal {
			signals++
		}
	}
	lines := func() int { return p.count("select count(*) from consent_event where person_id = $1", robin) }
	says := func(name, path string) answer { return c.send(http.MethodGet, path, nil, http.Header{name: {"1"}}) }
	says("Sec-Gpc", "/sign-in")
	page := says("Sec-Gpc", "/policy")
	for range 3 {
		page = says("Sec-Gpc", "/privacy-choices")
		says("Dnt", "/overview")
	}
	if n := lines(); n != signals || p.count("select count(*) from consent_event where channel = 'signal' and not given") != n {
		t.Errorf("%d lines for %d topics that a signal is a no to", n, signals)
	}
	if html := testkit.HTML(t, page.body); !strings.Contains(html.Text(".alert"), "Your browser says no") || !strings.Contains(html.Text("#choice-sale"), "by your browser’s signal") {
		t.Error("the page does not show it as honoured")
	}
	c.get("/privacy-choices")
	if p.on(robin, "sale") || p.on(robin, "sharing") || p.on(robin, "advertising") || lines() != signals {
		t.Error("the absence of the signal turns something on")
	}
	gpc := func(form url.Values) answer {
		return c.send(http.MethodPost, "/privacy-choices", strings.NewReader(form.Encode()), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Sec-Gpc": {"1"}})
	}
	form := url.Values{"topics": {"sale"}, "say": {"yes"}, "seen": testkit.HTML(t, c.get("/privacy-choices").body).Attrs("#choice-sale input[name=seen]", "value")}
	told := gpc(form)
	if p.on(robin, "sale") || !strings.Contains(told.header.Get("Location"), "again=") {
		t.Error("a yes counts although the browser says no, and nobody was told")
	}
	again := testkit.HTML(t, says("Sec-Gpc", told.header.Get("Location")).body)
	form["despite"] = again.Attrs("#choice-sale input[name=despite]", "value")
	gpc(form)
	says("Sec-Gpc", "/overview")
	if !p.on(robin, "sale") || p.count("select count(*) from consent_state where person_id = $1 and topic = 'sale' and channel = 'despite-signal'", robin) != 1 {
		t.Error("a yes despite the signal does not stand")
	}
	p.Exec("update consent_state set given = true, channel = 'preferences' where topic = 'sharing'") // said in a browser without a signal
	if says("Sec-Gpc", "/overview"); p.on(robin, "sharing") || !p.on(robin, "sale") {
		t.Error("a signal does not count against an earlier yes")
	}
	if got := p.client().get("/.well-known/gpc.json"); got.body != `{"gpc":true,"lastUpdate":"2026-11-01"}`+"\n" || !strings.HasPrefix(got.header.Get("Content-Type"), "application/json") {
		t.Errorf("gpc.json: %q", got.body)
	}
}

func TestWhoeverHasNoSessionAndNoOldMessageOpensTheirChoicesByAMailedLink(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	c := p.client()
	c.post("/privacy-choices/by-mail", url.Values{"email": {"robin@example.com"}})
	c.post("/privacy-choices/by-mail", url.Values{"email": {"nobody@example.com"}})
	link := strings.TrimPrefix(p.linkTo(p.letter("robin@example.com", "Your privacy choices"), "/privacy-choices/by-mail/"), p.url)
	if m := p.letter("nobody@example.com", "No choices"); strings.Contains(strings.Join(m.Links(), " "), "by-mail") {
		t.Error("an address without an account gets a link")
	}
	for range 3 { // scanners follow links
		if page := c.get(link); page.status != http.StatusOK || page.header.Get("X-Robots-Tag") != "noindex" {
			t.Fatalf("the link opens %d", page.status)
		}
	}
	if n := p.count("select count(*) from consent_event"); n != 0 {
		t.Errorf("looking changed %d choices", n)
	}
	c.press(link, "#choice-new-features", "yes")
	c.press(link, "#choice-sharing", "no")
	if n := p.count("select count(*) from consent_event where person_id = $1 and channel = 'mailed-link' and (topic = 'new-features' and given or topic = 'sharing' and not given)", robin); n != 2 {
		t.Errorf("%d of 2 presses are written", n)
	}
	if c.get("/privacy-choices").status != http.StatusOK || c.get("/email").status != http.StatusSeeOther {
		t.Error("the link signs somebody in")
	}
	lasting := p.Consents.Token(consent.Link{Person: robin, Topic: "promotions"})
	for _, dead := range []string{link[:len(link)-1], "/privacy-choices/by-mail/" + lasting} {
		if got := c.get(dead); got.status != http.StatusGone || !strings.Contains(got.body, `href="/privacy-choices/by-mail"`) {
			t.Errorf("%s opens %d", dead, got.status)
		}
	}
	p.clock.Advance(consent.ChoicesLife)
	if got := c.post(link, url.Values{"topics": {"sharing"}, "say": {"no"}}); got.status != http.StatusGone {
		t.Errorf("after a day the link answers %d", got.status)
	}
}

func TestWhatWasSaidIsToldWhereItWasPressedAndOnce(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	got := c.press("/privacy-choices", "#choice-sale", "no")
	if at := got.header.Get("Location"); got.status != http.StatusSeeOther || at != "/privacy-choices#choice-sale" {
		t.Errorf("%d leads to %s", got.status, at)
	}
	const told = `.alert, [role="status"]`
	page := testkit.HTML(t, c.get("/privacy-choices").body)
	if all, there := page.Texts("main "+told), page.Texts("#choice-sale "+told); len(there) != 1 || len(all) != 1 {
		t.Errorf("it is told %d times, %d of them where it was pressed: %q", len(all), len(there), all)
	}
	if again := testkit.HTML(t, c.get("/privacy-choices").body).Texts("main " + told); len(again) > 0 {
		t.Errorf("it is told again: %q", again)
	}
}
