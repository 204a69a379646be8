package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/testkit"
)

func TestSomebodyChoosesTheirMailAndSeesTheLedgerOfIt(t *testing.T) {
	t.Parallel()
	p := open(t)
	id := p.person("mara@example.com")
	b := p.signedIn("mara@example.com", "/email")
	b.SeeText("What we may write to you about")
	b.SeeText("You have never said anything about this.")
	b.SeeText("A warning that could be switched off would not protect you.")
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
	preferences, err := p.Consents.Preferences(t.Context(), id)
	must(t, err)
	for _, pref := range preferences {
		if pref.On != pref.Topic.Locked {
			t.Errorf("%s: on %v", pref.Topic.ID, pref.On)
		}
	}
}

func TestAStalePageTurnsNothingOnThatALinkHasStopped(t *testing.T) {
	t.Parallel()
	p := open(t)
	id, at := p.agreed("mara@example.com")
	c := p.client().signIn("mara@example.com")
	page := testkit.HTML(t, c.get("/email").body)
	if was := page.Attr(`input[name="was"][value="promotions"]`, "value"); was != "promotions" {
		t.Fatal("the page forgets how it stood")
	}
	p.client().post(at, url.Values{"List-Unsubscribe": {"One-Click"}})
	got := c.post("/email", url.Values{"topics": {"promotions", "new-features"}, "was": {"promotions", "changed-terms"}})
	if got.status != http.StatusSeeOther {
		t.Fatalf("%d", got.status)
	}
	if p.agrees(id) {
		t.Error("saving another topic gave a consent anew")
	}
	if n := p.count(`select count(*) from consent_state where person_id = $1 and (topic = 'new-features' and given or topic = 'changed-terms' and not given)`, id); n != 2 {
		t.Errorf("%d of 2 changes were saved", n)
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
		got := c.post("/email", url.Values{"topics": {topic}})
		if got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", topic, got.status)
		}
		testkit.HTML(t, got.body).MustHave(".error-summary")
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
