package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
)

const oneClick = "List-Unsubscribe=One-Click"

// agreed makes somebody who said yes to promotions, and the path of the link
// in a promotional message to them.
func (p *portal) agreed(email string) (uuid.UUID, string) {
	p.t.Helper()
	id := p.person(email)
	choice := consent.Choice{Actor: audit.ByPerson(id), Person: id, Channel: consent.Preferences, Lang: "en"}
	_, err := p.Consents.Set(p.t.Context(), choice, map[string]bool{"promotions": true})
	must(p.t, err)
	return id, "/unsubscribe/" + p.Consents.Token(consent.Link{Person: id, Topic: "promotions"})
}

func (p *portal) agrees(id uuid.UUID) bool {
	p.t.Helper()
	return p.count(`select count(*) from consent_state where person_id = $1 and topic = 'promotions' and given`, id) == 1
}

func form(content string) http.Header { return http.Header{"Content-Type": {content}} }

const urlencoded = "application/x-www-form-urlencoded"

func TestOneClickUnsubscribesInEveryFormThatMailboxesUse(t *testing.T) {
	t.Parallel()
	p := open(t)
	var multi bytes.Buffer
	w := multipart.NewWriter(&multi)
	must(t, w.WriteField("List-Unsubscribe", "One-Click"))
	must(t, w.Close())
	elsewhere := form(urlencoded)
	elsewhere.Set("Origin", "https://mail.example.net")
	elsewhere.Set("Sec-Fetch-Site", "cross-site")

	for name, post := range map[string]struct {
		body   string
		header http.Header
		tail   string
	}{
		"urlencoded":                   {oneClick, form(urlencoded), ""},
		"multipart":                    {multi.String(), form(w.FormDataContentType()), ""},
		"charset":                      {oneClick, form(urlencoded + "; charset=UTF-8"), ""},
		"from another site":            {oneClick, elsewhere, ""},
		"a slash behind the address":   {oneClick, form(urlencoded), "/"},
		"a bracket behind the address": {oneClick, form(urlencoded), "%3E"},
		"a query behind the address":   {oneClick, form(urlencoded), "?utm_source=mail"},
	} {
		t.Run(name, func(t *testing.T) {
			id, at := p.agreed(strings.ReplaceAll(name, " ", "-") + "@example.com")
			c := p.client()
			for range 2 { // the second gets the same answer
				got := c.send(http.MethodPost, at+post.tail, strings.NewReader(post.body), post.header)
				if got.status != http.StatusOK || got.header.Get("Set-Cookie") != "" || !strings.HasPrefix(got.header.Get("Content-Type"), "text/plain") {
					t.Fatalf("%d %v\n%s", got.status, got.header, got.body)
				}
			}
			if p.agrees(id) {
				t.Error("still subscribed after the 200")
			}
			if n := p.count(`select count(*) from consent_event where person_id = $1 and not given and channel = 'one-click'`, id); n != 1 {
				t.Errorf("%d lines in the ledger", n)
			}
		})
	}
}

func TestNothingChangesOnGETOrHEAD(t *testing.T) {
	t.Parallel()
	p := open(t)
	id, at := p.agreed("mara@example.com")
	c := p.client()
	for _, path := range []string{at, at + "/", at + "/preferences", at + "/preferences/", at + "?" + oneClick} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if got := c.send(method, path, nil, nil); got.status != http.StatusOK || got.header.Get("Set-Cookie") != "" || got.header.Get("X-Robots-Tag") != "noindex" {
				t.Errorf("%s %s: %d %v", method, path, got.status, got.header)
			}
		}
	}
	for _, path := range []string{at + "/all", at + "/undo"} {
		if got := c.get(path); got.status != http.StatusMethodNotAllowed {
			t.Errorf("GET %s: %d", path, got.status)
		}
	}
	if !p.agrees(id) || p.count(`select count(*) from consent_event where person_id = $1`, id) != 1 {
		t.Error("a link that was only followed changed something")
	}
	if page := testkit.HTML(t, c.get(at).body); page.Count("main form") != 1 || page.Count("main button") != 1 {
		t.Errorf("the page has %d forms and %d buttons, not one", page.Count("main form"), page.Count("main button"))
	}
	if strings.Contains(p.log.String(), strings.TrimPrefix(at, "/unsubscribe/")) {
		t.Error("the log holds the link")
	}
}

func TestALinkThatIsNotOursIsRefusedWithWhatToDo(t *testing.T) {
	t.Parallel()
	p := open(t)
	id, at := p.agreed("mara@example.com")
	stranger, err := keyring.Parse(keyring.Generate())
	must(t, err)
	c := p.client()
	for name, path := range map[string]string{
		"cut": at[:len(at)-5], "nonsense": "/unsubscribe/x", "altered": at[:len(at)-1] + "-",
		"signed by another": "/unsubscribe/" + stranger.Sign("unsubscribe", append([]byte{1}, id[:]...)),
	} {
		for _, got := range []answer{c.get(path), c.post(path, url.Values{"List-Unsubscribe": {"One-Click"}}), c.post(path+"/all", nil), c.post(path+"/undo", nil), c.get(path + "/preferences")} {
			if got.status != http.StatusNotFound || got.header.Get("Location") != "" {
				t.Errorf("%s: %d", name, got.status)
			}
			testkit.HTML(t, got.body).MustHave(`main a[href="/email"]`)
		}
	}
	if !p.agrees(id) {
		t.Error("a forged link unsubscribed somebody")
	}
}

func TestSomebodyErasedGetsTheSameAnswerAndNoRow(t *testing.T) {
	t.Parallel()
	p := open(t)
	at := "/unsubscribe/" + p.Consents.Token(consent.Link{Person: postgres.NewID(), Topic: "promotions"})
	gone := "/unsubscribe/" + p.Consents.Token(consent.Link{Person: p.person("bo@example.com"), Topic: "gone-since"})
	for _, path := range []string{at, gone} {
		c := p.client()
		if got := c.post(path, url.Values{"List-Unsubscribe": {"One-Click"}}); got.status != http.StatusOK {
			t.Errorf("post: %d", got.status)
		}
		if got := c.post(path, nil); got.status != http.StatusOK {
			t.Errorf("button: %d", got.status)
		}
		if got := c.get(path); got.status != http.StatusOK {
			t.Errorf("page: %d", got.status)
		}
	}
	if n := p.count(`select count(*) from consent_event where topic = 'promotions'`); n != 0 {
		t.Errorf("%d lines about somebody erased", n)
	}
}

func TestPromotionalMailCarriesTheOneClickPairAndLockedMailNeither(t *testing.T) {
	t.Parallel()
	p := open(t)
	id, at := p.agreed("mara@example.com")
	to := mail.Recipient{Owner: id, Address: "mara@example.com", Lang: "en"}
	for _, topic := range []string{"promotions", "security-notices"} {
		m, err := p.Consents.Sample(to, topic)
		must(t, err)
		must(t, p.Mail.Send(t.Context(), to, m))
	}
	promotional := p.letter(to.Address, "Promotions")
	if got := promotional.Field("List-Unsubscribe"); got != "<"+p.url+at+">" {
		t.Errorf("List-Unsubscribe: %s", got)
	}
	if got := promotional.Field("List-Unsubscribe-Post"); got != oneClick {
		t.Errorf("List-Unsubscribe-Post: %s", got)
	}
	if !strings.Contains(promotional.Text, p.url+at) || !strings.Contains(promotional.HTML, p.url+at) {
		t.Error("no link that can be seen")
	}
	locked := p.letter(to.Address, "security")
	for _, name := range []string{"List-Unsubscribe", "List-Unsubscribe-Post"} {
		if got := locked.Field(name); got != "" {
			t.Errorf("mail that can't be stopped carries %s: %s", name, got)
		}
	}
	if strings.Contains(locked.Text, "/unsubscribe/") {
		t.Error("mail that can't be stopped links to an unsubscription")
	}
	if n := p.count(`select count(*) from mail_message where person_id = $1 and sent_at is not null and sealed is null`, id); n != 2 {
		t.Errorf("%d messages are marked as sent and wiped", n)
	}
}

func TestSomebodyStopsMailFromAMessageAndTakesItBack(t *testing.T) {
	t.Parallel()
	p := open(t)
	id, _ := p.agreed("mara@example.com")
	to := mail.Recipient{Owner: id, Address: "mara@example.com", Lang: "en"}
	m, err := p.Consents.Sample(to, "promotions")
	must(t, err)
	must(t, p.Mail.Send(t.Context(), to, m))

	b := p.browser() // nobody is signed in
	b.Open(p.linkTo(p.letter(to.Address, "Promotions"), "/unsubscribe/"))
	b.SeeText("Nothing has changed yet")
	b.Inspect("unsubscribe")
	b.Press("Stop “Promotions”")
	b.SeeText("You get no more mail about “Promotions”")
	b.Inspect("unsubscribe-done")
	if p.agrees(id) {
		t.Error("the page says stopped, the row does not")
	}
	b.Press("Undo, send it to me again")
	b.SeeText("You get this mail again")
	b.Inspect("unsubscribe-undone")
	if !p.agrees(id) || p.count(`select count(*) from consent_event where person_id = $1 and given and channel = 'undo'`, id) != 1 {
		t.Error("the page says undone, the rows do not")
	}

	b.Click("Stop other mail, or everything")
	b.Inspect("unsubscribe-choices")
	b.Press("Stop everything")
	b.SeeText("You get no more mail that can be stopped")
	b.Inspect("unsubscribe-all")
	for _, pref := range p.preferences(id) {
		if pref.Topic.IsMail() && pref.On != pref.Topic.Locked {
			t.Errorf("%s: on %v", pref.Topic.ID, pref.On)
		}
	}
	b.Press("Undo, send it to me again")
	if !p.agrees(id) {
		t.Error("undoing everything does not bring promotions back")
	}
}

func TestWhatWasStoppedBeforeEverythingStaysSoAndThePageSaysIt(t *testing.T) {
	t.Parallel()
	p := open(t)
	id, at := p.agreed("mara@example.com")
	choice := consent.Choice{Actor: audit.ByPerson(id), Person: id, Channel: consent.Preferences, Lang: "en"}
	_, err := p.Consents.Set(t.Context(), choice, map[string]bool{"new-features": true, "promotions": false})
	must(t, err)
	c := p.client()
	button := url.Values{"form-number": {"1"}}
	for _, path := range []string{at + "/all", at + "/undo"} {
		got := c.post(path, button)
		if got.status != http.StatusSeeOther {
			t.Fatalf("%s: %d", path, got.status)
		}
		at, to := c.get(got.header.Get("Location")), path
		switch {
		case strings.HasSuffix(to, "/undo"):
			if !strings.Contains(at.body, "“Promotions” stays stopped") || !strings.Contains(at.body, "What you stopped last is on again") {
				t.Errorf("after undoing everything: %s", testkit.HTML(t, at.body).Text("main"))
			}
		case at.status != http.StatusOK:
			t.Errorf("%s leads to %d", to, at.status)
		}
	}
	if n := p.count(`select count(*) from consent_state where person_id = $1 and topic = 'new-features' and given`, id); n != 1 || p.agrees(id) {
		t.Error("the rows do not say so")
	}
}

func TestTopicsTickedAtSignUpAreConsentsOfTheNewAccount(t *testing.T) {
	t.Parallel()
	p := open(t)
	var id uuid.UUID
	must(t, p.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) (err error) {
		id, err = p.Accounts.Open(t.Context(), tx, account.SignUp{Email: "kim@example.com", Name: "Kim", Topics: []string{"promotions"}}, "ja", account.Adult)
		return err
	}))
	if !p.agrees(id) || p.count(`select count(*) from consent_event where person_id = $1 and channel = 'sign-up' and lang = 'ja' and wording <> ''`, id) != 1 {
		t.Error("the consent given on the form is not in the ledger")
	}
}
