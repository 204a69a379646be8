package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/internal/standin"
	"plusultra.link/privacy/internal/testkit"
)

// openWithGoogle starts a portal, and a provider that plays Google.
func openWithGoogle(t *testing.T) (*portal, *standin.Provider) {
	t.Helper()
	var portals atomic.Pointer[portal]
	now := func() time.Time { // the portal's, which stands still while a slow machine takes its time
		if p := portals.Load(); p != nil {
			return p.clock.Now()
		}
		return time.Now()
	}
	google, err := standin.StartProvider(standin.ProviderConfig{Name: "Google", ClientID: "portal", ClientSecret: "a secret of the test", Now: now})
	must(t, err)
	t.Cleanup(func() { must(t, google.Close()) })
	google.RegisterUser(standin.User{
		Subject: "robin-1", Email: "robin.at.google@example.com", EmailVerified: true, Name: "Robin at Google", Locale: "ja",
		Picture: "https://images.example.com/people/robin/96.jpg",
	})
	p := openWith(t, func(parts *app.Parts) {
		parts.Services = []sso.Provider{{ID: "google", Name: "Google", Issuer: google.Issuer(), ClientID: "portal", ClientSecret: "a secret of the test"}}
	})
	google.AllowRedirect(p.url + "/sign-in/with/google/callback")
	portals.Store(p)
	return p, google
}

// allowAtGoogle presses the two buttons of the provider.
func allowAtGoogle(b *testkit.Page, name string) {
	b.Press(name)
	b.Press("Allow")
}

func TestSomebodyLinksAServiceSignsInWithItAndRevokesIt(t *testing.T) {
	t.Parallel()
	p, google := openWithGoogle(t)
	id := p.person("robin@example.com")
	b := p.signedIn("robin@example.com", "/security")
	b.Press("Link Google")
	allowAtGoogle(b, "Robin at Google")
	b.SeeText("Google is linked. You can sign in with it from now on.")
	p.letter("robin@example.com", "Google was linked to your account")

	b.Press("Sign out")
	b.Open(p.url + "/sign-in?next=/security")
	b.Inspect("sign-in-services")
	b.Click("Continue with Google")
	allowAtGoogle(b, "Robin at Google")
	for _, gave := range []string{"Robin at Google", "robin.at.google@example.com", "https://images.example.com/people/robin/96.jpg", "to keep access until you revoke it"} {
		b.SeeText(gave)
	}
	b.Inspect("security-service")
	if n := len(google.Grants("robin-1")); n != 2 {
		t.Fatalf("%d grants", n)
	}

	google.SetRevocation(standin.RevocationUnavailable)
	b.Press("Revoke Google")
	b.SeeText("It is revoked here")
	b.SeeText("We are asking Google to end it")
	b.Inspect("security-service-pending")
	for p.count(`select count(*) from plan where kind = 'sso.revoke' and tries = 0`) > 0 {
		time.Sleep(50 * time.Millisecond)
	}
	google.SetRevocation(standin.RevocationWorks)
	p.clock.Advance(time.Minute)                              // the next try goes by the portal's clock
	b.Patient(time.Minute).SeeText("Google has ended it too") // by itself, without a reload
	b.SeeNoText("robin.at.google@example.com")
	b.Inspect("security-service-revoked")
	p.letter("robin@example.com", "Google was revoked")
	if n := len(google.Grants("robin-1")); n != 0 {
		t.Errorf("%d grants live on at the provider", n)
	}
	if n := p.count(`select count(*) from sso_link where person_id = $1 and outcome = 'revoked' and sealed_tokens is null`, id); n != 1 {
		t.Errorf("%d rows say so", n)
	}
}

func TestSomebodyJoinsByAServiceAndConfirmsByIt(t *testing.T) {
	t.Parallel()
	p, _ := openWithGoogle(t)
	b := p.browser()
	b.Click("Create an account")
	b.Click("Continue with Google")
	allowAtGoogle(b, "Robin at Google")
	b.SeeText("Almost there")
	if got := b.Value("Your name"); got != "Robin at Google" {
		t.Errorf("the name stands as %q", got)
	}
	b.Press("Create an account")
	b.SeeText("Write a day, a month and a year")
	b.Inspect("finish-sign-up")
	b.Fill("Day", "27")
	b.Fill("Month", "3")
	b.Fill("Year", "1990")
	b.Press("Create an account")
	b.Open(p.url + "/security")
	b.SeeText("You have no password; you sign in with a service.")
	if n := p.count(`select count(*) from email_address e join sso_link l using (person_id)
		where e.address = 'robin.at.google@example.com' and l.subject = 'robin-1' and l.revoked_at is null`); n != 1 {
		t.Errorf("%d people as described", n)
	}

	b.Press("Revoke Google")
	b.SeeText("This is your last way in")
	b.Inspect("last-way")
	_, err := p.DB.Pool.Exec(t.Context(), `update session set proved_at = proved_at - interval '1 hour'`)
	must(t, err)
	b.Open(p.url + "/security/password")
	b.SeeText("Confirm that it is you")
	b.Inspect("confirm-by-service")
	b.Click("Continue with Google")
	allowAtGoogle(b, "Robin at Google")
	b.SeeText("New password")
}

func TestSomebodyWhoseAddressIsKnownIsSentToSignInFirst(t *testing.T) {
	t.Parallel()
	p, google := openWithGoogle(t)
	p.person("robin.at.google@example.com")
	google.SignInAs("robin-1")
	b := p.browser()
	b.Click("Sign in")
	b.Click("Continue with Google")
	b.SeeText("Sign in first")
	b.Inspect("sign-in-first")
	b.Click("Sign in")
	b.Fill("E-mail address", "robin.at.google@example.com")
	b.Fill("Password", goodPassword)
	b.Press("Sign in")
	b.Press("Link Google")
	b.SeeText("Google is linked")
}

func TestLinkingAndRevokingNeedAFreshProofAndOnesOwnLink(t *testing.T) {
	t.Parallel()
	p, _ := openWithGoogle(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	if got := c.post("/security/services/google/link", nil); got.status != http.StatusSeeOther || !strings.Contains(got.header.Get("Location"), "code_challenge_method=S256") {
		t.Errorf("a link begins with %d %s", got.status, got.header.Get("Location"))
	}
	if got := c.post("/security/linked/"+postgres.NewID().String()+"/revoke", nil); got.status != http.StatusNotFound {
		t.Errorf("a link of nobody: %d", got.status)
	}
	p.clock.Advance(account.Freshness + time.Minute)
	for _, path := range []string{"/security/services/google/link", "/security/linked/" + postgres.NewID().String() + "/revoke"} {
		if got := c.post(path, nil); !strings.HasPrefix(got.header.Get("Location"), "/confirm?next=") {
			t.Errorf("%s without a fresh proof: %d %s", path, got.status, got.header.Get("Location"))
		}
		if got := p.client().post(path, nil); !strings.HasPrefix(got.header.Get("Location"), "/sign-in?next=") {
			t.Errorf("%s by nobody: %d", path, got.status)
		}
	}
}

func TestPagesLetFormsLeadToTheServicesAndNowhereElse(t *testing.T) {
	t.Parallel()
	p, google := openWithGoogle(t)
	policy := p.client().get("/sign-in").header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "form-action 'self' "+google.Issuer()+";") {
		t.Error(policy)
	}
	if policy := open(t).client().get("/sign-in").header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self';") {
		t.Error(policy)
	}
}

func TestARoundTripNeverEndsOnAnotherSite(t *testing.T) {
	t.Parallel()
	p, google := openWithGoogle(t)
	id := p.person("robin@example.com")
	c := p.client()
	if got := c.get("/sign-in/with/google/callback?state=made-up&code=x"); got.status != http.StatusGone {
		t.Errorf("a made-up state: %d", got.status)
	}
	if got := c.get("/sign-in/with/nobody"); got.status != http.StatusNotFound {
		t.Errorf("an unknown service: %d", got.status)
	}
	google.SignInAs("robin-1")
	signedIn := p.client().signIn("robin@example.com")
	signedIn.follow(signedIn.post("/security/services/google/link", nil))
	if p.count(`select count(*) from sso_link where person_id = $1`, id) != 1 {
		t.Fatal("not linked")
	}
	end := c.follow(c.get("/sign-in/with/google?next=" + url.QueryEscape("https://elsewhere.example/")))
	if got := end.header.Get("Location"); got != "/overview" {
		t.Errorf("it ends at %q", got)
	}
}

// follow goes to the provider and back, and gives what the portal answers to
// that.
func (c *client) follow(a answer) answer {
	c.t.Helper()
	for strings.HasPrefix(a.header.Get("Location"), "http") {
		path, ours := strings.CutPrefix(a.header.Get("Location"), c.url)
		if ours {
			return c.get(path)
		}
		r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, a.header.Get("Location"), nil)
		must(c.t, err)
		res, err := c.http.Do(r)
		must(c.t, err)
		must(c.t, res.Body.Close())
		a = answer{status: res.StatusCode, header: res.Header}
		if next := res.Header.Get("Location"); strings.HasPrefix(next, "/") {
			a.header.Set("Location", r.URL.Scheme+"://"+r.URL.Host+next)
		}
	}
	return a
}

func TestSomebodyWithoutAPasswordConfirmsByACodeWhereTheServiceSaysNoTime(t *testing.T) {
	t.Parallel()
	p, google := openWithGoogle(t)
	google.ForgeIDTokens(func(token *standin.IDToken) { delete(token.Claims, "auth_time") })
	b := p.browser()
	b.Open(p.url + "/sign-in?next=/security")
	b.Click("Continue with Google")
	allowAtGoogle(b, "Robin at Google")
	b.Fill("Day", "27")
	b.Fill("Month", "3")
	b.Fill("Year", "1990")
	b.Press("Create an account")
	p.clock.Advance(account.Freshness)
	b.Open(p.url + "/data/profile/edit")
	b.SeeText("Confirm that it is you")
	b.Click("Continue with Google")
	allowAtGoogle(b, "Robin at Google")
	b.SeeText("Google does not say when you signed in there")
	b.Press("Send me a code by e-mail")
	b.Inspect("confirm-code")
	b.Fill("Code", "000000")
	b.Press("Confirm")
	b.SeeText("That is not the code")
	letter := p.letter("robin.at.google@example.com", "Your code")
	_, rest, _ := strings.Cut(letter.Text, "Your code: ")
	b.Fill("Code", rest[:6])
	b.Press("Confirm")
	b.SeeText("Your name")
	if n := p.count(`select count(*) from email_proof`); n != 0 {
		t.Errorf("%d codes are left", n)
	}
}
