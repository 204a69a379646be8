package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/testkit"
)

// From the form of somebody fourteen to a parent's answer, and to what it changes.
func TestAParentAgreesToWhatSomebodyYoungWouldLike(t *testing.T) {
	t.Parallel()
	p := open(t)
	c := p.client()
	form := signUp("kim@example.com", strconv.Itoa(p.clock.Now().Year()-15)) // whose birthday is in February: fourteen or fifteen
	form.Set("country", "DE")
	form["topics"] = []string{"promotions", "analytics"}
	if got := c.post("/sign-up", form); !strings.HasPrefix(got.header.Get("Location"), "/sign-up/sent") {
		t.Fatalf("signing up: %d to %s", got.status, got.header.Get("Location"))
	}
	verify := strings.TrimPrefix(p.linkTo(p.letter("kim@example.com", "Confirm"), "/verify/"), p.url)
	if got := c.post(verify, url.Values{"password": {goodPassword}}); got.status != http.StatusSeeOther || got.header.Get("Location") != "/privacy-choices/parent" {
		t.Fatalf("confirming: %d to %s", got.status, got.header.Get("Location"))
	}
	if body := c.get("/privacy-choices/parent").body; !strings.Contains(body, "Nobody has been asked yet") {
		t.Error("what waits for a parent is not said at once")
	}
	if n := p.count(`select count(*) from consent_event where given`); n != 0 {
		t.Errorf("%d yeses before a parent agreed", n)
	}
	for path, says := range map[string]string{"/privacy-choices": "has to agree to this before you can say yes", "/email": "has to agree to this mail before you can turn it on"} {
		if body := c.get(path).body; !strings.Contains(body, says) || !strings.Contains(body, "/privacy-choices/parent") {
			t.Errorf("%s does not lead to a parent", path)
		}
	}
	if got := c.post("/data/profile/edit", press{c, "/data/profile/edit", "/data/profile/edit", url.Values{"full_name": {"Kim Example"}, "country": {"US"}}}.fields()); got.status != http.StatusSeeOther || p.count(`select count(*) from profile where country = 'US'`) != 1 {
		t.Fatalf("moving: %d", got.status) // to where the age is lower, which makes nobody older
	}
	got := c.post("/privacy-choices", url.Values{"topics": {"analytics"}, "say": {"yes"}, "seen": {"off"}})
	if body := c.get(got.header.Get("Location")).body; !strings.Contains(body, "A parent or guardian has to agree to this first") {
		t.Error("a yes of their own is not refused with why")
	}
	asking := testkit.HTML(t, c.get("/privacy-choices/parent").body)
	for topic, ticked := range map[string]bool{"promotions": true, "analytics": true, "sharing": false} {
		if (asking.Count(`input[value="`+topic+`"][checked]`) == 1) != ticked {
			t.Errorf("%s is not ticked as on the form", topic)
		}
	}
	if got := c.post("/privacy-choices/parent", url.Values{"email": {"parent@example.com"}, "topics": {"promotions", "analytics"}}); got.status != http.StatusSeeOther {
		t.Fatalf("asking: %d", got.status)
	}
	letter := p.letter("parent@example.com", "agreement")
	if strings.Contains(letter.Text, "Kim") {
		t.Error("a name that somebody typed is mailed to a stranger")
	}
	at := strings.TrimPrefix(p.linkTo(letter, "/parent/"), p.url)
	parent := p.client()
	if body := parent.get(at).body; !strings.Contains(body, "Kim Example") || strings.Contains(body, "checked") {
		t.Error("the parent is not told who it is, or something is ticked for them")
	}
	got = parent.post(at, url.Values{"topics": {"promotions"}})
	if body := parent.get(got.header.Get("Location")).body; !strings.Contains(body, "Only a parent or legal guardian may") {
		t.Error("an answer of whoever has the link counts")
	}
	if got := parent.post(at, url.Values{"topics": {"promotions"}, "may": {"on"}}); got.header.Get("Location") != at {
		t.Fatalf("answering: %d to %s", got.status, got.header.Get("Location"))
	}
	if n := p.count(`select count(*) from consent_event where given and topic = 'promotions' and channel = 'guardian' and wording <> ''`); n != 1 {
		t.Errorf("%d yeses of a parent", n)
	}
	p.letter("kim@example.com", "answered")
	if body := c.get("/email").body; !strings.Contains(body, "by your parent or guardian") {
		t.Error("the page of mail does not say who agreed")
	}
	if got := parent.post(at, url.Values{"topics": {"promotions"}, "none": {"yes"}}); got.status != http.StatusSeeOther || p.count(`select count(*) from consent_state where topic = 'promotions' and given`) != 0 {
		t.Errorf("taking it back: %d", got.status)
	}
	if got := parent.get("/parent/AbCdEf"); got.status != http.StatusGone {
		t.Errorf("a link of nobody's: %d", got.status)
	}
}
