package web_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
)

func TestTheBackButtonLeadsToAPageAndNeverToABrowsersQuestion(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	b := p.browser()
	for _, scripts := range []bool{false, true} { // what is ticked and left is nobody's yes
		b.Scripts(scripts)
		b.Open(p.url + "/sign-up")
		b.Check("Measuring how our site is used")
		b.Click("Privacy policy")
		b.Back()
		b.Reload()
		if b.Ticked("Measuring how our site is used") {
			t.Errorf("scripts %t: the browser ticked what it remembered", scripts)
		}
	}
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

// What was opened before something was decided, in another tab, gone back to or loaded
// again, changes nothing of that, with scripts and without.
func TestAStalePageNeverChangesWhatWasDecidedLater(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	b := p.signedIn("robin@example.com", "/overview")
	for _, scripts := range []bool{true, false} {
		b.Scripts(scripts)
		keptFor := func(want string) {
			t.Helper()
			if n := p.count(`select count(*) from retention_choice where person_id = $1 and keep = $2`, robin, want); n != 1 {
				t.Errorf("scripts %t: it is not kept for %s", scripts, want)
			}
		}
		must(t, p.Retention.Choose(t.Context(), robin, "connection-log", "", ""))
		b.Open(p.url + "/data/connection-log/keep?keep=3+months")
		b.Reload()
		b.Press("Keep for 3 months")
		keptFor("3 months")
		b.Open(p.url + "/data/connection-log/keep?keep=1+month")
		must(t, p.Retention.Choose(t.Context(), robin, "connection-log", "6 months", "")) // in another tab
		b.Press("Keep for 1 month")
		b.SeeText("so nothing is changed now")
		b.Back()
		keptFor("6 months")

		for at, choice := range map[string]string{
			"/privacy-choices/by-mail/" + p.Consents.ChoicesToken(robin): "Discounts, competitions and offers",
			"/privacy-choices": "which pages of our website you see",
		} {
			b.Open(p.url + at)
			for _, yes := range []bool{true, false} { // in another tab
				p.clock.Advance(time.Second)
				_, err := p.Consents.Set(t.Context(), consent.Choice{Actor: audit.ByPerson(robin), Person: robin, Channel: consent.Preferences, Lang: "en"}, map[string]bool{"promotions": yes, "analytics": yes})
				must(t, err)
			}
			if at == "/privacy-choices" {
				b.Press("Measuring how our site is used") // what is off is folded
			}
			b.Within(choice).Press("Say yes")
			b.SeeText("changed somewhere else")
			b.Back()
			b.Reload()
			if n := p.count(`select count(*) from consent_state where person_id = $1 and given`, robin); n != 0 {
				t.Errorf("scripts %t: an old %.16s says yes to what was refused since", scripts, at)
			}
		}

		kim := p.young("kim" + map[bool]string{true: "1", false: "2"}[scripts] + "@example.com")
		at := p.parentOf(kim)
		b.Open(at)
		b.Check("Promotions")
		b.Reload() // for the browser to remember
		p.clock.Advance(time.Second)
		parent := p.client()
		for _, last := range []url.Values{{"topics": {"promotions"}, "may": {"on"}}, {"none": {"yes"}}} { // in another tab
			parent.post(at[len(p.url):], last)
			p.clock.Advance(time.Second)
		}
		b.Check("Promotions")
		b.Check("I am a parent or legal guardian of Kim Example")
		b.Press("Save my answer")
		b.SeeText("so nothing is changed now")
		b.Press("Save my answer") // as it stands
		b.Back()
		if n := p.count(`select count(*) from consent_event where person_id = $1`, kim); n != 2 || p.agrees(kim) {
			t.Errorf("scripts %t: %d lines in the ledger, not a yes and a no", scripts, n)
		}
	}
}

// A browser that goes on where it was brings back what stood in its forms, and the
// moment they are from is over.
func TestABrowserThatWasClosedAndOpenedAgainSaysNoYes(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	for _, scripts := range []bool{true, false} {
		k := testkit.KeptBrowser(t, scripts)
		mail := k.Tab(p.url + "/sign-in?next=/email")
		mail.Fill("E-mail address", "robin@example.com")
		mail.Fill("Password", goodPassword)
		mail.Press("Sign in")
		mail.Check("New features")
		kim := p.young("kim" + map[bool]string{true: "1", false: "2"}[scripts] + "@example.com")
		parent := k.Tab(p.parentOf(kim))
		parent.Check("Promotions")
		parent.Check("I am a parent or legal guardian of Kim Example")
		centre := k.Tab(p.url + "/privacy-choices/by-mail/" + p.Consents.ChoicesToken(robin))
		asked := k.Tab(p.url + "/requests/new/question")
		asked.Fill("Your message", "words for later")

		for _, yes := range []bool{true, false} { // elsewhere, before the browser is opened again
			p.clock.Advance(time.Second)
			_, err := p.Consents.Set(t.Context(), consent.Choice{Actor: audit.ByPerson(robin), Person: robin, Channel: consent.Preferences, Lang: "en"}, map[string]bool{"new-features": yes, "promotions": yes})
			must(t, err)
		}
		k.Reopen()

		if got := asked.Value("Your message"); got != "words for later" {
			t.Errorf("scripts %t: the browser brought nothing back: %q", scripts, got)
		}
		mail.Press("Save my choices")
		mail.SeeText("You said no on")
		parent.Press("Save my answer")
		parent.SeeText("Your answer is written down") // that they agree to nothing: no tick came back
		centre.SeeText("You said no on")
		if p.agrees(kim) || p.agrees(robin) || p.count(`select count(*) from consent_state where given`) != 0 {
			t.Errorf("scripts %t: a browser said yes", scripts)
		}
	}
}

// young makes somebody who needs a parent's word.
func (p *portal) young(email string) (id uuid.UUID) {
	p.t.Helper()
	must(p.t, p.DB.InTx(p.t.Context(), func(ctx context.Context, tx postgres.Tx) (err error) {
		id, err = p.Accounts.Open(ctx, tx, account.SignUp{Email: email, Name: "Kim Example", Country: "DE"}, "en", account.Fourteen)
		return err
	}))
	return id
}

// parentOf is the link on which a parent answers for somebody.
func (p *portal) parentOf(id uuid.UUID) string {
	p.t.Helper()
	parent := id.String() + "@example.com"
	must(p.t, p.Consents.AskGuardian(p.t.Context(), consent.Choice{Actor: audit.ByPerson(id), Person: id, Channel: consent.Preferences, Lang: "en"}, parent, []string{"promotions", "analytics"}))
	return p.linkTo(p.letter(parent, "agreement"), "/parent/")
}
