package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit"
)

func TestACopyAndAnErasureSayWhereTheyAreFound(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	if page := testkit.HTML(t, c.get("/overview").body); page.Count(`main a[href^="/erasure/"]`) > 0 {
		t.Error("an erasure is announced that nobody asked for")
	}
	filed := c.post("/requests/new/access", url.Values{"message": {""}})
	at := filed.header.Get("Location")
	for _, path := range []string{at, strings.TrimSuffix(at, "/filed")} {
		got := c.get(path)
		if page := testkit.HTML(t, got.body); page.Count(`main a[href="/downloads"]`) == 0 || strings.Contains(got.body, "member of our staff") {
			t.Errorf("%s does not lead to the copy", path)
		}
	}
	if got := c.post("/requests/new/objection", url.Values{"message": {""}}); got.status != http.StatusSeeOther {
		t.Errorf("an objection needs a reason: %d", got.status)
	}
	asked, err := p.Requests.AskErasure(t.Context(), robin, "")
	must(t, err)
	for _, path := range []string{"/overview", "/requests/" + asked.ID.String()} {
		if page := testkit.HTML(t, c.get(path).body); page.Count(`main a[href="/erasure/`+asked.ErasureID.String()+`"]`) == 0 {
			t.Errorf("%s does not lead to the erasure", path)
		}
	}
}

func TestTheQueueTakesReferencesAndShowsWhoAnswered(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	one, err := p.Requests.Ask(t.Context(), robin, "question", "What is it for?")
	must(t, err)
	must(t, p.Requests.Say(t.Context(), robin, one.ID, "And since when?"))
	c := p.staffIn("agent@example.com", staff.Agent)
	for path, found := range map[string]bool{"?q=" + one.Reference: true, "?q=robin@example.com": false, "?answered=yes": true, "?state=done": false} {
		got := c.get("/staff" + path)
		if got.status != http.StatusOK || strings.Contains(got.body, "/staff/requests/"+one.ID.String()) != found {
			t.Errorf("%s: %d", path, got.status)
		}
		if strings.Contains(got.body, "data-submit-on-change") {
			t.Errorf("%s: a list sends the form by itself", path)
		}
	}
}
