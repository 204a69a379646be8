package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/disclosure"
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
	for _, path := range []string{"/overview", "/requests/" + asked.ID.String(), "/requests/" + asked.ID.String() + "/filed"} {
		got := c.get(path)
		if page := testkit.HTML(t, got.body); page.Count(`main a[href="/erasure/`+asked.ErasureID.String()+`"]`) == 0 || strings.Contains(got.body, "member of our staff") {
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

func TestSomebodysManyRequestsAreReadAPageAtATime(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	for range 60 {
		_, err := p.Requests.Ask(t.Context(), robin, "question", "What do you hold?")
		must(t, err)
		p.Exec(`update request set state = 'done', closed_at = now() where person_id = $1 and state = 'open'`, robin)
		p.clock.Advance(time.Hour)
	}
	open, err := p.Requests.Ask(t.Context(), robin, "question", "What do you hold?")
	must(t, err)
	agent := p.Member("agent@example.com", staff.Agent)
	must(t, p.Looks.Open(t.Context(), agent, robin, disclosure.Stated{Code: "support", Reason: "Their call of 3 May"}))
	for at, of := range map[string]account.SessionOwner{"/requests": {Person: robin}, "/staff/people/" + robin.String(): {Staff: agent.ID}} {
		c := p.client()
		c.setCookie("session", p.Session(of))
		seen := map[string]bool{}
		pages := 0
		for next := at; next != ""; pages++ {
			page := testkit.HTML(t, c.get(next).body)
			all := page.Attrs(`main a[href*="/requests/"]`, "href")
			if next = ""; len(page.Attrs(`a[rel="next"]`, "href")) > 0 {
				next = page.Attrs(`a[rel="next"]`, "href")[0]
			}
			if len(all) > 27 {
				t.Errorf("%s shows %d at once", at, len(all))
			}
			for _, href := range all {
				if strings.HasSuffix(href, "/new") {
					continue
				}
				if seen[href] && !strings.HasSuffix(href, open.ID.String()) {
					t.Errorf("%s shows %s twice", at, href)
				}
				seen[href] = true
			}
		}
		if pages != 3 || len(seen) != 61 {
			t.Errorf("%s: %d requests on %d pages", at, len(seen), pages)
		}
	}
}
