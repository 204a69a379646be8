package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/web"
)

func TestSomebodyChoosesTheirMailAndSeesTheLedgerOfIt(t *testing.T) {
	t.Parallel()
	p := open(t)
	id := p.person("mara@example.com")
	b := p.signedIn("mara@example.com", "/email")
	b.SeeText("What we may write to you about")
	b.SeeText("You have never said anything about this.")
	b.SeeText("A warning that could be turned off would not protect you.")
	b.Inspect("email")
	b.Check("New features")
	b.Check("Promotions")
	b.Press("Save my choices")
	b.SeeText("Your choices are saved and in effect.")
	b.SeeText("You said yes on")
	if n := p.count(`select count(*) from consent_event where person_id = $1 and given and channel = 'preferences' and wording <> '' and lang = 'en'`, id); n != 2 {
		t.Errorf("%d lines in the ledger, want 2", n)
	}
	b.Uncheck("Promotions")
	b.Press("Save my choices")
	b.SeeText("You said no on")
	if n := p.count(`select count(*) from consent_state where person_id = $1 and topic = 'promotions' and not given`, id); n != 1 {
		t.Error("promotions are still on")
	}
	b.Press("Turn everything off")
	b.SeeText("Everything that can be off is off now.")
	b.Inspect("email-off")
	for _, pref := range p.preferences(id) {
		if pref.Topic.IsMail() && pref.On != pref.Topic.Locked {
			t.Errorf("%s: on %v", pref.Topic.ID, pref.On)
		}
	}
}

// settings are the fields of the page of e-mail choices as it is now.
func (c *client) settings() url.Values {
	c.t.Helper()
	page := testkit.HTML(c.t, c.get("/email").body)
	return url.Values{
		"topics": page.Attrs(`input[name="topics"][checked]`, "value"),
		"seen":   page.Attrs(`input[name="seen"]`, "value"),
	}
}

func TestAYesToWhatHasChangedSinceIsAskedForAgainAndANoIsAlwaysWritten(t *testing.T) {
	t.Parallel()
	p := open(t)
	id, at := p.agreed("mara@example.com")
	c := p.client().signIn("mara@example.com")
	stale := c.settings()
	if !slices.Contains(stale["topics"], "promotions") {
		t.Fatal("promotions are off")
	}
	p.client().post(at, url.Values{"List-Unsubscribe": {"One-Click"}})
	stale["topics"] = []string{"promotions", "new-features"} // changed-terms, which was on, no more
	page := c.wrong("/email", stale)
	if p.agrees(id) {
		t.Error("saving another topic gave a consent anew")
	}
	if n := p.count(`select count(*) from consent_state where person_id = $1 and (topic = 'new-features' and given or topic = 'changed-terms' and not given)`, id); n != 2 {
		t.Errorf("%d of 2 changes were saved", n)
	}
	html := testkit.HTML(t, page.body)
	if html.Count(`#topic-promotions[checked]`) != 0 || html.Count(`#topic-promotions-error`) != 1 {
		t.Error("the page does not show that promotions are off, and why")
	}
	again := c.settings()
	again["topics"] = append(again["topics"], "promotions")
	if c.post("/email", again); !p.agrees(id) {
		t.Error("a yes to what the page shows is not written")
	}
	last := c.settings()
	p.client().post(at, url.Values{"List-Unsubscribe": {"One-Click"}})
	yes := c.settings()
	yes["topics"] = append(yes["topics"], "promotions")
	c.post("/email", yes)
	last["topics"] = nil // the page has been stale since the link and the new yes
	if c.post("/email", last); p.agrees(id) {
		t.Error("a no on a stale page is not written")
	}
}

// Found from the routes. A list that names where somebody lives is a browser's to
// fill in; every other choice is made by nobody but the reader.
func TestNoBrowserFillsInAChoice(t *testing.T) {
	t.Parallel()
	d := openDoors(t)
	seen, pages := 0, 0
	for _, r := range web.Routes() {
		if r.Method != http.MethodGet || r.Guard == "programs" {
			continue
		}
		page := d.who(r).get(d.fill.Replace(r.Path))
		if page.status != http.StatusOK || !strings.Contains(page.header.Get("Content-Type"), "html") {
			continue
		}
		html := testkit.HTML(t, page.body)
		const choices = `main input[type="checkbox"], main input[type="radio"], main select`
		if html.Count(choices) == 0 {
			continue
		}
		pages++
		seen += html.Count(choices)
		for i, filled := range html.Attrs(choices, "autocomplete") {
			if filled != "off" && !strings.HasPrefix(filled, "country") && !strings.HasPrefix(filled, "address-level") {
				t.Errorf("%s: a browser may choose %s, which nobody chose", r.Path, html.Attrs(choices, "name")[i])
			}
		}
		if got := page.header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: %q", r.Path, got)
		}
	}
	if seen < 12 || pages < 6 {
		t.Errorf("%d choices on %d pages", seen, pages)
	}
}

func TestPreferencesRefuseStrangersOtherSitesAndUnknownTopics(t *testing.T) {
	t.Parallel()
	p := open(t)
	id := p.person("mara@example.com")
	if got := p.client().get("/email"); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/sign-in") {
		t.Errorf("a stranger: %d to %s", got.status, got.header.Get("Location"))
	}
	c := p.client().signIn("mara@example.com")
	for _, topic := range []string{"security-notices", "no-such-topic", "*"} {
		c.wrong("/email", url.Values{"topics": {topic}})
	}
	header := form(urlencoded)
	header.Set("Origin", "https://elsewhere.example.net")
	header.Set("Sec-Fetch-Site", "cross-site")
	for _, path := range []string{"/email", "/email/off"} {
		if got := c.send(http.MethodPost, path, strings.NewReader("topics=promotions"), header); got.status != http.StatusForbidden {
			t.Errorf("another site at %s: %d", path, got.status)
		}
	}
	if n := p.count(`select count(*) from consent_event where person_id = $1`, id); n != 0 {
		t.Errorf("%d lines in the ledger", n)
	}
	if got := c.send(http.MethodGet, "/email", nil, http.Header{"Accept-Language": {"ja"}}); !strings.Contains(got.body, "お送りするメールの設定") && !strings.Contains(got.body, "What we may") {
		t.Errorf("no page: %d", got.status)
	}
}
