package standin_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"plusultra.link/privacy/internal/standin"
)

const callback = "http://127.0.0.1:9/callback"

// relying is a client of the provider, written with the libraries that the
// portal uses.
type relying struct {
	p        *standin.Provider
	provider *oidc.Provider
	oauth    oauth2.Config
	verifier string
}

func provider(t *testing.T) (*standin.Provider, relying) {
	t.Helper()
	p, err := standin.StartProvider(standin.ProviderConfig{
		ClientID: "portal", ClientSecret: "a secret", RedirectURIs: []string{callback}, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	p.RegisterUser(standin.User{Subject: "ada-1", Email: "ada@example.com", EmailVerified: true, Name: "Ada Example", Picture: "https://example.com/ada.png", Locale: "ja"})
	p.RegisterUser(standin.User{Subject: "bob-2", Email: "bob@example.com", Name: "Bob Example"})
	discovered, err := oidc.NewProvider(t.Context(), p.Issuer())
	if err != nil {
		t.Fatal(err)
	}
	return p, relying{
		p: p, provider: discovered, verifier: oauth2.GenerateVerifier(),
		oauth: oauth2.Config{
			ClientID: p.ClientID(), ClientSecret: p.ClientSecret(), Endpoint: discovered.Endpoint(),
			RedirectURL: callback, Scopes: []string{"openid", "email", "profile", "offline_access"},
		},
	}
}

func (r relying) start() string {
	return r.oauth.AuthCodeURL("the-state", oauth2.S256ChallengeOption(r.verifier), oidc.Nonce("the-nonce"))
}

// browser follows redirects up to the client's own address, and gives that.
func browse(t *testing.T, method, address string, form url.Values) (body string, back *url.URL) {
	t.Helper()
	var landed *url.URL
	client := http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), callback) {
			landed = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if landed == nil {
		if policy := response.Header.Get("Content-Security-Policy"); response.StatusCode == http.StatusOK && strings.Contains(policy, "unsafe") || strings.Contains(string(content), "<script") {
			t.Errorf("a page with scripts or a loose policy: %s", policy)
		}
	}
	return string(content), landed
}

var hidden = regexp.MustCompile(`name="id" value="([^"]+)"`)

// signIn presses the buttons as a person does.
func (r relying) signIn(t *testing.T, subject, decision string) *url.URL {
	t.Helper()
	page, _ := browse(t, http.MethodGet, r.start(), nil)
	id := hidden.FindStringSubmatch(page)
	if id == nil || !strings.Contains(page, "Ada Example") || !strings.Contains(page, "Stand-in") {
		t.Fatalf("no choice of people:\n%s", page)
	}
	page, _ = browse(t, http.MethodPost, r.p.Issuer()+"/sign-in", url.Values{"id": {id[1]}, "subject": {subject}})
	if !strings.Contains(page, "your e-mail address") {
		t.Fatalf("consent is not asked for:\n%s", page)
	}
	_, back := browse(t, http.MethodPost, r.p.Issuer()+"/consent", url.Values{"id": {id[1]}, "decision": {decision}})
	if back == nil || back.Query().Get("state") != "the-state" {
		t.Fatalf("not sent back with the state: %v", back)
	}
	return back
}

func (r relying) exchange(t *testing.T, back *url.URL) (*oauth2.Token, error) {
	t.Helper()
	return r.oauth.Exchange(t.Context(), back.Query().Get("code"), oauth2.VerifierOption(r.verifier))
}

// verify checks the ID token as a careful client does.
func (r relying) verify(ctx context.Context, token *oauth2.Token) (*oidc.IDToken, error) {
	raw, _ := token.Extra("id_token").(string)
	checked, err := r.provider.Verifier(&oidc.Config{ClientID: r.oauth.ClientID}).Verify(ctx, raw)
	if err == nil && checked.Nonce != "the-nonce" {
		err = errors.New("another nonce")
	}
	return checked, err
}

func (r relying) silent(t *testing.T, subject string) *oauth2.Token {
	t.Helper()
	r.p.SignInAs(subject)
	_, back := browse(t, http.MethodGet, r.start(), nil)
	if back == nil {
		t.Fatal("a page was shown")
	}
	token, err := r.exchange(t, back)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (r relying) revoke(t *testing.T, token string) int {
	t.Helper()
	form := url.Values{"token": {token}, "client_id": {r.oauth.ClientID}, "client_secret": {r.oauth.ClientSecret}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.p.Issuer()+"/revoke", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}
