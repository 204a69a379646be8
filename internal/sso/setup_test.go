package sso_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/internal/standin"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

const base = "http://portal.example.com"

// bundle is a portal without a face, and the provider it knows.
type bundle struct {
	*apptest.Portal
	t        *testing.T
	provider *standin.Provider
	clock    *testkit.SetClock
	lag      *atomic.Int64           // by how much the provider's clock is behind, in seconds
	during   *atomic.Pointer[func()] // runs whenever the portal looks at its clock
}

type nowhere struct{}

func (nowhere) Send(context.Context, string, string, mail.Envelope) error { return nil }

func setup(t *testing.T) *bundle {
	t.Helper()
	clock := testkit.Clock(t)
	clock.Set(time.Now()) // the provider's library goes by the real time
	b := &bundle{t: t, clock: clock, lag: &atomic.Int64{}, during: &atomic.Pointer[func()]{}}
	var err error
	b.provider, err = standin.StartProvider(standin.ProviderConfig{
		ClientID: "portal", ClientSecret: "a secret of the test", RedirectURIs: []string{base + "/sign-in/with/google/callback"},
		Now: func() time.Time { return clock.Now().Add(-time.Duration(b.lag.Load()) * time.Second) },
	})
	must(t, err)
	t.Cleanup(func() { must(t, b.provider.Close()) })
	b.provider.RegisterUser(standin.User{Subject: "ada-1", Email: "ada@example.com", EmailVerified: true, Name: "Ada Example", Locale: "ja"})
	b.provider.RegisterUser(standin.User{Subject: "bob-2", Email: "bob@example.com", EmailVerified: true, Name: "Bob Example"})
	b.provider.RegisterUser(standin.User{Subject: "eve-3", Email: "ada@example.com", Name: "Eve Example"})
	b.Portal = b.join(testkit.DB(t), sso.Provider{
		ID: "google", Name: "Google", Issuer: b.provider.Issuer(), ClientID: "portal", ClientSecret: "a secret of the test",
	})
	return b
}

// portal joins a portal on a database, with these providers.
func (b *bundle) portal(db *postgres.DB, providers ...sso.Provider) *app.App {
	b.t.Helper()
	return b.join(db, providers...).App
}

func (b *bundle) join(db *postgres.DB, providers ...sso.Provider) *apptest.Portal {
	b.t.Helper()
	return apptest.New(b.t, func(p *app.Parts) {
		p.DB, p.BaseURL, p.Services, p.Sender = db, base, providers, nowhere{}
		if b.Portal != nil {
			p.Ring = b.Ring
		}
		p.Now = func() time.Time {
			if f := b.during.Swap(nil); f != nil {
				(*f)()
			}
			return b.clock.Now()
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// kind fails the test unless err is a fault of that kind.
func kind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if !fault.Is(err, want) {
		t.Errorf("%s: %v", what, err)
	}
}

func (b *bundle) count(query string, args ...any) int { return b.Count(query, args...) }

var visit = account.Visit{IP: netip.MustParseAddr("192.0.2.7"), UserAgent: "a test", Lang: "en"}

// somebody is a person signed in, in a browser of their own.
type somebody struct {
	*bundle
	id, session uuid.UUID
	token       string
	browser     string
}

func (b *bundle) somebody(email, password string) *somebody {
	b.t.Helper()
	p := &somebody{bundle: b, id: b.Person(apptest.Somebody{Email: email, Password: password, NoPassword: password == ""})}
	var err error
	p.token, err = b.Accounts.StartSession(b.t.Context(), account.SessionOwner{Person: p.id}, visit, "")
	must(b.t, err)
	row, err := b.Accounts.Session(b.t.Context(), p.token)
	must(b.t, err)
	p.session = row.ID
	return p
}

// begin begins a round trip in the person's browser.
func (p *somebody) begin(purpose sso.Purpose) string {
	p.t.Helper()
	trip, err := p.SSO.Begin(p.t.Context(), sso.Start{
		Provider: "google", Purpose: purpose, Browser: p.browser, Person: p.id, Session: p.session, Next: "/security", From: visit,
	})
	must(p.t, err)
	p.browser = trip.Browser
	return trip.URL
}

// visit signs in at the provider and gives what the browser comes back with.
func (p *somebody) at(address, subject string) sso.Return {
	p.t.Helper()
	p.provider.SignInAs(subject)
	jar, err := cookiejar.New(nil)
	must(p.t, err)
	var back *url.URL
	client := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), base) {
			back = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, address, nil)
	must(p.t, err)
	res, err := client.Do(r)
	must(p.t, err)
	defer res.Body.Close()
	if back == nil {
		body, _ := io.ReadAll(res.Body)
		p.t.Fatalf("the provider sends nobody back: %d %s", res.StatusCode, body)
	}
	query := back.Query()
	return sso.Return{
		Provider: "google", State: query.Get("state"), Code: query.Get("code"), Error: query.Get("error"), Issuer: query.Get("iss"), Browser: p.browser,
		Person: p.id, Session: p.session, Token: p.token, From: visit,
	}
}

// go there and back.
func (p *somebody) trip(purpose sso.Purpose, subject string) (sso.Done, error) {
	p.t.Helper()
	return p.SSO.Finish(p.t.Context(), p.at(p.begin(purpose), subject))
}

// links are somebody's linked services.
func (b *bundle) links(person uuid.UUID) ([]sso.LinkedService, error) {
	return postgres.Read(b.t.Context(), b.Reads(), func(r *postgres.Reads) *[]sso.LinkedService { return b.SSO.ReadLinks(r, person) })
}

// linked links an account at the provider and gives the link.
func (p *somebody) linked(subject string) sso.LinkID {
	p.t.Helper()
	_, err := p.trip(sso.Link, subject)
	must(p.t, err)
	links, err := p.links(p.id)
	must(p.t, err)
	for _, l := range links {
		if p.count(`select count(*) from sso_link where id = $1 and subject = $2 and revoked_at is null`, l.ID, subject) == 1 {
			return l.LinkID
		}
	}
	p.t.Fatalf("%s is not linked: %+v", subject, links)
	return sso.LinkID{}
}

// stranger is a browser of nobody.
func (b *bundle) stranger() *somebody { return &somebody{bundle: b} }

const password = "quiet harbour lantern 7"
