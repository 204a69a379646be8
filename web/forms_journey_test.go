package web_test

import (
	"net/url"
	"testing"
)

func TestTheBackButtonLeadsToAPageAndNeverToABrowsersQuestion(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	b := p.browser()
	b.Open(p.url + "/sign-in?next=/requests/new/question")
	b.Fill("E-mail address", "robin@example.com")
	b.Fill("Password", "not the password")
	b.Press("Sign in")
	b.Click("I forgot my password")
	b.Back()
	b.SeeText("Error:")
	if got := b.Value("E-mail address"); got != "robin@example.com" {
		t.Errorf("the address is %q", got)
	}
	b.Fill("Password", goodPassword)
	b.Press("Sign in")
	b.Fill("Your message", "words to go back to")
	b.Press("Continue")
	b.SeeText("words to go back to")
	b.Back()
	b.Fill("Your message", "other words")
	b.Press("Continue")
	b.Press("Send this request")
	b.SeeText("We have your request")
	b.Back() // what was sent is not sent again: an empty form
	if n := p.count(`select count(*) from request`); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestTwoPressesFileOneRequest(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	b := p.signedIn("robin@example.com", "/requests/new/question")
	b.Fill("Your message", "asked twice")
	b.Press("Continue")
	b.PressTwice("Send this request")
	b.SeeText("We have your request")
	if n := p.count(`select count(*) from request`); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestGoingBackAfterUnsubscribingByMailShowsOffAndSavingSaysNoYes(t *testing.T) {
	t.Parallel()
	p := open(t)
	id, at := p.agreed("mara@example.com")
	b := p.signedIn("mara@example.com", "/email")
	b.Check("New features") // a change that is not saved, for the browser to remember
	b.Open(p.url + "/overview")
	p.client().post(at, url.Values{"List-Unsubscribe": {"One-Click"}})
	b.Back()
	b.SeeText("You said no on")
	b.Press("Save my choices")
	if p.agrees(id) {
		t.Error("after Save the ledger says yes")
	}
	if n := p.count(`select count(*) from consent_event where person_id = $1 and topic = 'new-features'`, id); n != 0 {
		t.Error("the browser ticked what it remembered")
	}
}
