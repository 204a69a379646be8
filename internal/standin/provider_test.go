package standin_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"plusultra.link/privacy/internal/standin"
)

func TestAPersonSignsInByTwoButtonsAndTheClientLearnsWhatWasAllowed(t *testing.T) {
	t.Parallel()
	p, r := provider(t)
	token, err := r.exchange(t, r.signIn(t, "ada-1", "allow"))
	if err != nil {
		t.Fatal(err)
	}
	checked, err := r.verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Email, Name, Picture, Locale string
		Verified                     bool `json:"email_verified"`
	}
	if err := checked.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	if checked.Subject != "ada-1" || claims.Email != "ada@example.com" || !claims.Verified || claims.Name != "Ada Example" || claims.Picture == "" || claims.Locale != "ja" {
		t.Errorf("subject %s, claims %+v", checked.Subject, claims)
	}
	info, err := r.provider.UserInfo(t.Context(), oauth2.StaticTokenSource(token))
	if err != nil || info.Email != claims.Email {
		t.Errorf("userinfo says %+v, %v", info, err)
	}
	if grants := p.Grants("ada-1"); len(grants) != 1 || !grants[0].RefreshToken {
		t.Errorf("grants: %+v", grants)
	}
	if _, err := r.exchange(t, &url.URL{RawQuery: "code=made-up"}); err == nil {
		t.Error("a made-up code is exchanged")
	}
}

func TestARefusalComesBackAsAccessDenied(t *testing.T) {
	t.Parallel()
	p, r := provider(t)
	if back := r.signIn(t, "bob-2", "refuse"); back.Query().Get("error") != "access_denied" {
		t.Errorf("sent back with %s", back)
	}
	if grants := p.Grants("bob-2"); len(grants) != 0 {
		t.Errorf("grants in spite of the refusal: %+v", grants)
	}
}

func TestACodeWorksOnceAndOnlyWithItsVerifier(t *testing.T) {
	t.Parallel()
	p, r := provider(t)
	p.SignInAs("ada-1")
	_, back := browse(t, http.MethodGet, r.start(), nil)
	if _, err := r.oauth.Exchange(t.Context(), back.Query().Get("code"), oauth2.VerifierOption(oauth2.GenerateVerifier())); err == nil {
		t.Error("exchanged with another verifier")
	}
	if _, err := r.exchange(t, back); err != nil {
		t.Error(err)
	}
	if _, err := r.exchange(t, back); err == nil {
		t.Error("exchanged twice")
	}
}

func TestARequestWithoutPKCEOrNonceOrWithAnotherRedirectIsRefused(t *testing.T) {
	t.Parallel()
	p, r := provider(t)
	p.SignInAs("ada-1")
	pkce := oauth2.S256ChallengeOption(r.verifier)
	for name, address := range map[string]string{
		"no PKCE":  r.oauth.AuthCodeURL("s", oidc.Nonce("n")),
		"no nonce": r.oauth.AuthCodeURL("s", pkce),
	} {
		if _, back := browse(t, http.MethodGet, address, nil); back == nil || back.Query().Get("error") != "invalid_request" {
			t.Errorf("%s: sent back with %v", name, back)
		}
	}
	r.oauth.RedirectURL = callback + "/elsewhere"
	if _, back := browse(t, http.MethodGet, r.start(), nil); back != nil {
		t.Errorf("redirected to %s, which is not registered", back)
	}
	p.AllowRedirect(r.oauth.RedirectURL)
	if _, back := browse(t, http.MethodGet, r.start(), nil); back == nil {
		t.Error("not redirected to an address registered later")
	}
}

func TestARefreshTokenRotatesAndASpentOneEndsTheGrant(t *testing.T) {
	t.Parallel()
	p, r := provider(t)
	first := r.silent(t, "ada-1")
	refresh := func(token string) (*oauth2.Token, error) {
		return r.oauth.TokenSource(t.Context(), &oauth2.Token{RefreshToken: token}).Token()
	}
	second, err := refresh(first.RefreshToken)
	if err != nil || second.RefreshToken == first.RefreshToken || second.RefreshToken == "" {
		t.Fatalf("refreshed to %+v, %v", second, err)
	}
	if _, err := refresh(first.RefreshToken); err == nil {
		t.Error("a spent refresh token works")
	}
	if _, err := refresh(second.RefreshToken); err == nil || len(p.Grants("ada-1")) != 0 {
		t.Error("the grant outlives the reuse of a spent refresh token")
	}
}

func TestRevokingEitherTokenEndsTheGrantAndNobodyElses(t *testing.T) {
	t.Parallel()
	p, r := provider(t)
	r.silent(t, "bob-2")
	for name, pick := range map[string]func(*oauth2.Token) string{
		"refresh": func(t *oauth2.Token) string { return t.RefreshToken },
		"access":  func(t *oauth2.Token) string { return t.AccessToken },
	} {
		token := r.silent(t, "ada-1")
		if status := r.revoke(t, pick(token)); status != http.StatusOK {
			t.Errorf("%s: %d", name, status)
		}
		if status := r.revoke(t, pick(token)); status != http.StatusOK {
			t.Errorf("%s: a second time: %d", name, status)
		}
		if len(p.Grants("ada-1")) != 0 || len(p.Grants("bob-2")) != 1 {
			t.Errorf("%s: %d and %d grants live", name, len(p.Grants("ada-1")), len(p.Grants("bob-2")))
		}
		if _, err := r.provider.UserInfo(t.Context(), oauth2.StaticTokenSource(token)); err == nil {
			t.Errorf("%s: the access token still works", name)
		}
	}
	p.RevokeGrants("bob-2")
	if len(p.Grants("bob-2")) != 0 {
		t.Error("a grant outlives its end at the provider")
	}
}

func TestRevocationCanBeMadeToFail(t *testing.T) {
	t.Parallel()
	p, r := provider(t)
	token := r.silent(t, "ada-1")
	for mode, want := range map[standin.Revocation]int{
		standin.RevocationUnavailable:  http.StatusServiceUnavailable,
		standin.RevocationInvalidToken: http.StatusBadRequest,
		standin.RevocationAbsent:       http.StatusNotFound,
	} {
		p.SetRevocation(mode)
		if status := r.revoke(t, token.RefreshToken); status != want {
			t.Errorf("mode %d answers %d", mode, status)
		}
		discovered, err := oidc.NewProvider(t.Context(), p.Issuer())
		if err != nil {
			t.Fatal(err)
		}
		var document struct {
			Revocation string `json:"revocation_endpoint"`
		}
		if err := discovered.Claims(&document); err != nil {
			t.Fatal(err)
		}
		if absent := document.Revocation == ""; absent != (mode == standin.RevocationAbsent) {
			t.Errorf("mode %d publishes %q", mode, document.Revocation)
		}
	}
	if len(p.Grants("ada-1")) != 1 {
		t.Error("a failed revocation ended the grant")
	}
}

func TestHostileIDTokensAreRefusedByACarefulClient(t *testing.T) {
	t.Parallel()
	p, r := provider(t)
	for name, lie := range map[string]func(*standin.IDToken){
		"nonce":     func(i *standin.IDToken) { i.Claims["nonce"] = "another" },
		"audience":  func(i *standin.IDToken) { i.Claims["aud"] = "another" },
		"unsigned":  func(i *standin.IDToken) { i.Algorithm = "none" },
		"symmetric": func(i *standin.IDToken) { i.Algorithm, i.Key = "HS256", []byte("a secret that is long enough for it") },
	} {
		p.ForgeIDTokens(lie)
		if _, err := r.verify(t.Context(), r.silent(t, "ada-1")); err == nil {
			t.Errorf("%s passes", name)
		}
	}
	p.ForgeIDTokens(nil)
	if _, err := r.verify(t.Context(), r.silent(t, "ada-1")); err != nil {
		t.Errorf("an honest token after them: %v", err)
	}
}

func TestGooglesWayOfAskingForARefreshTokenWorks(t *testing.T) {
	t.Parallel()
	p, r := provider(t)
	r.oauth.Scopes = []string{"openid", "email"}
	if token := r.silent(t, "ada-1"); token.RefreshToken != "" {
		t.Error("a refresh token that nobody asked for")
	}
	_, back := browse(t, http.MethodGet, r.start()+"&access_type=offline", nil)
	if token, err := r.exchange(t, back); err != nil || token.RefreshToken == "" {
		t.Errorf("access_type=offline gives %+v, %v", token, err)
	}
	if len(p.Grants("ada-1")) != 2 {
		t.Errorf("grants: %+v", p.Grants("ada-1"))
	}
}

func TestAStandInListensOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0"} {
		p, err := standin.StartProvider(standin.ProviderConfig{Addr: addr, ClientID: "c", ClientSecret: "s", Now: time.Now})
		if err == nil {
			_ = p.Close()
			t.Errorf("listens on %s", addr)
		}
	}
	if _, err := standin.StartProvider(standin.ProviderConfig{}); err == nil {
		t.Error("starts without a client")
	}
}
