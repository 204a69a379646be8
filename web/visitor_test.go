package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	requests "plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/testkit"
)

// visit is the form of somebody without an account.
func visit(email, kind, words string) url.Values {
	return url.Values{"email": {email}, "country": {"DE"}, "kind": {kind}, "message": {words}}
}

// mailedTo is the address behind the link of the last such message.
func (p *portal) mailedTo(to, subject, path string) string {
	p.t.Helper()
	link := strings.TrimPrefix(p.linkTo(p.letter(to, subject), path), p.url)
	must(p.t, p.mailbox.Empty()) // the next one is another
	return link
}

func TestSomebodyWithoutAnAccountAsksByAProvedAddressAndFollowsItByMailedLinks(t *testing.T) {
	t.Parallel()
	p := open(t)
	c := p.client()

	// What is offered follows the law of the place that they say.
	testkit.HTML(t, c.get("/ask?country=DE").body).MustHave(`a[href="/ask?country=DE&kind=erasure"]`)
	if strings.Contains(c.get("/ask?country=DE").body, "kind=shine-the-light") || !strings.Contains(c.get("/ask?country=US&state=CA").body, "kind=shine-the-light") {
		t.Error("California's right is not offered where it holds, or is where it does not")
	}
	if got := c.post("/ask", visit("nadia@example.com", "shine-the-light", "Whom did you tell?")); got.status != http.StatusUnprocessableEntity && !strings.HasPrefix(got.header.Get("Location"), "/ask?") {
		t.Errorf("a right that the place does not give is taken: %d %v", got.status, got.header)
	}

	c.post("/ask", visit("Nadia@example.com", "question", "What do you hold about me?"))
	if n := p.count(`select (select count(*) from person) + (select count(*) from request) + (select count(*) from email_address)`); n != 0 {
		t.Errorf("before the address is proved %d rows say something of somebody", n)
	}
	if n := p.count(`select count(*) from request_draft where position('hold about me' in encode(sealed, 'escape')) = 0 and position('nadia' in lower(encode(sealed, 'escape'))) = 0`); n != 1 {
		t.Errorf("%d of 1 drafts are sealed", n)
	}
	if body := p.letter("nadia@example.com", "Send your request").Text; strings.Contains(body, "hold about me") {
		t.Error("the words of whoever typed the address go to it")
	}
	link := p.mailedTo("nadia@example.com", "Send your request", "/ask/")
	for range 2 { // scanners follow links
		if page := c.get(link); page.status != http.StatusOK || page.header.Get("X-Robots-Tag") != "noindex" || !strings.Contains(page.body, "What do you hold about me?") {
			t.Fatalf("the link opens %d", page.status)
		}
	}
	if p.count(`select count(*) from request`) != 0 {
		t.Fatal("looking files it")
	}
	got := c.post(link, url.Values{})
	if got.status != http.StatusSeeOther || !strings.HasSuffix(got.header.Get("Location"), "/filed") {
		t.Fatalf("pressed, it answers %d %v", got.status, got.header)
	}
	if n := p.count(`select count(*) from request r join person p on p.id = r.person_id join email_address e on e.person_id = p.id join profile f on f.person_id = p.id
		where r.channel = 'form' and r.jurisdiction = 'eea' and r.message = 'What do you hold about me?' and p.age_band = '' and f.country = 'DE' and e.address = 'nadia@example.com' and e.spelling = 'Nadia@example.com'
		and not exists (select from password) and not exists (select from consent_event)`); n != 1 {
		t.Errorf("%d of 1 requests of a visitor are written", n)
	}
	if again := p.client().post(link, url.Values{}); again.status != http.StatusGone {
		t.Errorf("the link used again answers %d", again.status)
	}

	// They follow it by a link that is mailed to them and works once.
	at := p.mailedTo("nadia@example.com", "We have your request", "/sign-in/by-mail?next=")
	other := p.client()
	next := strings.TrimSuffix(got.header.Get("Location"), "/filed")
	if page := other.get(next); page.status != http.StatusSeeOther {
		t.Fatalf("who is not signed in sees a request: %d", page.status)
	}
	testkit.HTML(t, other.get(at).body).MustHave(`input[name="next"][value="` + next + `"]`)
	other.post("/sign-in/by-mail", url.Values{"email": {"nadia@example.com"}, "next": {next}})
	in := p.mailedTo("nadia@example.com", "Your link to sign in", "/sign-in/by-mail/")
	if other.get(in).status != http.StatusOK || other.get(next).status != http.StatusSeeOther {
		t.Error("looking at the link signs somebody in")
	}
	if got := other.post(strings.Split(in, "?")[0], url.Values{"next": {next}}); got.header.Get("Location") != next {
		t.Errorf("the link leads to %q", got.header.Get("Location"))
	}
	if got := p.client().post(strings.Split(in, "?")[0], url.Values{}); got.status != http.StatusGone {
		t.Errorf("the link used again answers %d", got.status)
	}
	other.post(next+"/messages", url.Values{"message": {"And since when?"}})
	if n := p.count(`select count(*) from request_event where text = 'And since when?' and actor_kind = 'person'`); n != 1 {
		t.Error("what they write does not reach us")
	}
	if page := other.get("/security"); !strings.Contains(page.body, `href="/sign-up"`) || strings.Contains(page.body, `/security/services/`) {
		t.Error("the page pretends that they joined")
	}
	if got := other.post("/security/password", url.Values{"password": {goodPassword}}); got.status != http.StatusConflict || p.count(`select count(*) from password`) != 0 {
		t.Errorf("they get an account without being asked their age: %d", got.status)
	}

	// A no is theirs to say, and a yes waits until they are asked how old they are.
	other.press("/privacy-choices", "#choice-sharing", "no")
	if got := other.press("/privacy-choices", "#choice-analytics", "yes"); got.status != http.StatusConflict || p.count(`select count(*) from consent_event where not given`) != 1 || p.count(`select count(*) from consent_event where given`) != 0 {
		t.Errorf("a visitor's choices: %d", got.status)
	}

	// A link whose time is over, and one that is made up.
	p.client().post("/sign-in/by-mail", url.Values{"email": {"nadia@example.com"}})
	late := p.mailedTo("nadia@example.com", "Your link to sign in", "/sign-in/by-mail/")
	p.client().post("/ask", visit("someone@example.com", "question", "Hello?"))
	lateDraft := p.mailedTo("someone@example.com", "Send your request", "/ask/")
	p.clock.Advance(requests.DraftLife + time.Minute)
	for _, dead := range []string{late, lateDraft, "/ask/nonsense", "/sign-in/by-mail/nonsense"} {
		if got := p.client().post(strings.Split(dead, "?")[0], url.Values{"sure": {"on"}}); got.status != http.StatusGone {
			t.Errorf("%s answers %d", dead, got.status)
		}
	}
	if n := p.count(`select count(distinct door) from security_event where door in ('request', 'mailed-link') and outcome = 'refused'`); n != 2 {
		t.Errorf("dead links are noted at %d of 2 doors", n)
	}
	must(t, p.Requests.Sweep(t.Context()))
	if n := p.count(`select count(*) from request_draft`); n != 0 {
		t.Errorf("%d drafts are left after their time", n)
	}
}

func TestAskingWithoutAnAccountSaysNothingOfWhoIsKnown(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	said := func(form string, typed func(string) url.Values) func(email string) string {
		return func(email string) string {
			c := p.client()
			got := c.post(form, typed(email))
			return fmt.Sprint(got.status, strings.ReplaceAll(testkit.HTML(t, c.get(got.header.Get("Location")).body).Text("main"), email, "…"))
		}
	}
	for form, typed := range map[string]func(string) url.Values{
		"/ask":             func(email string) url.Values { return visit(email, "question", "What do you hold?") },
		"/sign-in/by-mail": func(email string) url.Values { return url.Values{"email": {email}} },
	} {
		ask := said(form, typed)
		known, unknown := ask("robin@example.com"), ask("wilma@example.com")
		if known != unknown {
			t.Errorf("%s tells who is known", form)
		}
	}
	// Whoever has an account is told to sign in as ever, and gets no link.
	if m := p.letter("robin@example.com", "You have an account"); strings.Contains(strings.Join(m.Links(), " "), "/by-mail/") {
		t.Error("an account with a password is opened by a mailed link")
	}
	p.letter("wilma@example.com", "We have nothing under this address")

	// A sixth within the hour is answered alike, and writes to nobody.
	before := p.count(`select count(*) from mail_message`)
	for range 6 {
		p.client().post("/ask", visit("wilma@example.com", "question", "What do you hold?"))
	}
	if n := p.count(`select count(*) from mail_message`) - before; n != 4 {
		t.Errorf("%d of 4 more letters go to one address", n)
	}
	for _, hostile := range []string{"wilma@example.com\r\nBcc: all@example.com", "", "no address", strings.Repeat("a", 300) + "@example.com"} {
		got := p.client().post("/ask", visit(hostile, "question", "Hello?"))
		if got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/ask?") {
			t.Errorf("%q is answered by %d %s", hostile, got.status, got.header.Get("Location"))
		}
	}
}

func TestAnErasureAskedForByAMailedLinkWantsASecondWordAndGoesToTheAccountOfTheAddress(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	c := p.client()
	c.post("/ask", visit("ROBIN@example.com", "erasure", ""))
	link := p.mailedTo("robin@example.com", "Send your request", "/ask/")
	if page := testkit.HTML(t, c.wrong(link, url.Values{}).body); p.count(`select count(*) from request`) != 0 || page.Count("#sure") != 1 {
		t.Error("nobody is asked a second time")
	}
	var wait sync.WaitGroup
	for range 4 { // in several windows at once
		wait.Go(func() { p.client().post(link, url.Values{"sure": {"on"}}) })
	}
	wait.Wait()
	if n := p.count(`select count(*) from request where person_id = $1 and kind = 'erasure' and state = 'approved' and channel = 'form'`, robin); n != 1 || p.count(`select count(*) from request`) != 1 {
		t.Errorf("%d of 1 erasures are under way", n)
	}
	if n := p.count(`select count(*) from session where person_id is not null`); n != 0 {
		t.Errorf("a mailed link to file a request signs %d browsers in to an account", n)
	}

	// The person erased meanwhile: a link from before files nothing for them.
	c.post("/ask", visit("robin@example.com", "question", "Am I gone?"))
	after := p.mailedTo("robin@example.com", "Send your request", "/ask/")
	_, err := p.DB.Pool.Exec(t.Context(), `update person set closing_at = now() where id = $1`, robin)
	must(t, err)
	if got := c.post(after, url.Values{}); got.status != http.StatusConflict || p.count(`select count(*) from request`) != 1 {
		t.Errorf("somebody who is being erased is asked about: %d", got.status)
	}
}

func TestAVisitorWhoJoinsKeepsWhatIsTheirsAndAnAddressThatChangedHandsOpensNothing(t *testing.T) {
	t.Parallel()
	p := open(t)
	file := func(email string) {
		c := p.client()
		c.post("/ask", visit(email, "question", "What do you hold?"))
		c.post(p.mailedTo(email, "Send your request", "/ask/"), url.Values{})
	}
	file("nadia@example.com")
	c := p.client()
	c.post("/sign-in/by-mail", url.Values{"email": {"nadia@example.com"}})
	before := p.mailedTo("nadia@example.com", "Your link to sign in", "/sign-in/by-mail/")

	// A forgotten password is no way around being asked one's age.
	c.post("/forgot", url.Values{"email": {"nadia@example.com"}})
	p.letter("nadia@example.com", "No account with this address")
	c.post("/sign-up", url.Values{"name": {"Nadia Example"}, "email": {"nadia@example.com"}, "born": {"1"}, "born-month": {"2"}, "born-year": {"1990"}, "country": {"DE"}})
	c.post(p.mailedTo("nadia@example.com", "Confirm your e-mail address", "/verify/"), url.Values{"password": {goodPassword}})
	if n := p.count(`select count(*) from person p join request r on r.person_id = p.id join password w on w.person_id = p.id join profile f on f.person_id = p.id where p.age_band = '18+' and f.full_name = 'Nadia Example'`); n != 1 || p.count(`select count(*) from person`) != 1 {
		t.Errorf("%d of 1 people keep what they asked for", n)
	}
	if got := p.client().post(strings.Split(before, "?")[0], url.Values{}); got.status != http.StatusGone {
		t.Errorf("after they joined a link from before answers %d", got.status)
	}

	// The address is somebody else's by now.
	file("omar@example.com")
	p.client().post("/sign-in/by-mail", url.Values{"email": {"omar@example.com"}})
	stale := p.mailedTo("omar@example.com", "Your link to sign in", "/sign-in/by-mail/")
	_, err := p.DB.Pool.Exec(t.Context(), `update email_address set address = 'omar@elsewhere.example' where address = 'omar@example.com'`)
	must(t, err)
	if got := p.client().post(strings.Split(stale, "?")[0], url.Values{}); got.status != http.StatusGone {
		t.Errorf("a link to an address that changed hands answers %d", got.status)
	}
}

func TestAVisitorGoesWhenNothingIsKeptOfWhatTheyAskedFor(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com") // who joined stays, whatever they ask
	for _, email := range []string{"nadia@example.com", "omar@example.com"} {
		c := p.client()
		c.post("/ask", visit(email, "question", "What do you hold?"))
		c.post(p.mailedTo(email, "Send your request", "/ask/"), url.Values{})
	}
	must(t, p.LapseVisitors(t.Context()))
	if n := p.count(`select count(*) from person where closing_at is null`); n != 3 {
		t.Fatalf("%d of 3 people are there while their requests are kept", n)
	}
	before := p.count(`select count(*) from mail_message`)
	testkit.AsSuperuser(t, p.DB, `delete from request where person_id = (select person_id from email_address where address = 'nadia@example.com')`) // as the rule of requests does
	for range 2 {
		must(t, p.LapseVisitors(t.Context()))
	}
	for deadline := time.Now().Add(20 * time.Second); p.count(`select count(*) from erasure where state = 'done'`) == 0 && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
	}
	if n := p.count(`select (select count(*) from person) + (select count(*) from email_address where address <> 'nadia@example.com') + (select count(*) from tombstone)`); n != 5 {
		t.Errorf("%d of 5 rows are left: two people, two addresses and a stone", n)
	}
	if n := p.count(`select count(*) from mail_message`) - before; n > 0 {
		t.Errorf("%d letters go to somebody who asked for none", n)
	}
}
