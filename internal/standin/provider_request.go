package standin

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// requestLifetime is how long somebody may take to sign in and consent, and
// the client to come back with its code.
const requestLifetime = 10 * time.Minute

// authRequest is a browser that was sent here to sign in.
type authRequest struct {
	*oidc.AuthRequest
	id      string
	code    string
	at      time.Time
	subject string
	done    bool // signed in and consented
}

func (r *authRequest) GetID() string          { return r.id }
func (r *authRequest) GetACR() string         { return "" }
func (r *authRequest) GetAMR() []string       { return nil }
func (r *authRequest) GetAuthTime() time.Time { return r.at }
func (r *authRequest) GetClientID() string    { return r.ClientID }
func (r *authRequest) GetScopes() []string    { return r.Scopes }
func (r *authRequest) GetSubject() string     { return r.subject }
func (r *authRequest) GetNonce() string       { return r.Nonce }
func (r *authRequest) GetAudience() []string  { return []string{r.ClientID} }
func (r *authRequest) Done() bool             { return r.done }

func (r *authRequest) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: r.CodeChallenge, Method: r.CodeChallengeMethod}
}

func (s storage) CreateAuthRequest(_ context.Context, asked *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	switch {
	case slices.Contains(asked.Prompt, oidc.PromptNone):
		return nil, oidc.ErrLoginRequired()
	case asked.CodeChallenge == "" || asked.CodeChallengeMethod != oidc.CodeChallengeMethodS256:
		return nil, oidc.ErrInvalidRequest().WithDescription("this provider wants PKCE with S256")
	case asked.Nonce == "" || asked.State == "":
		return nil, oidc.ErrInvalidRequest().WithDescription("this provider wants a state and a nonce")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.config.Now()
	maps.DeleteFunc(s.requests, func(_ string, r *authRequest) bool { return now.Sub(r.at) > requestLifetime })
	r := &authRequest{AuthRequest: asked, id: rand.Text(), at: now}
	if s.choice != "" {
		r.subject, r.done = s.choice, true
	}
	s.requests[r.id] = r
	return r, nil
}

func (s storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	return s.request(func(r *authRequest) bool { return r.id == id })
}

func (s storage) AuthRequestByCode(_ context.Context, code string) (op.AuthRequest, error) {
	return s.request(func(r *authRequest) bool { return code != "" && r.code == code })
}

func (s storage) SaveAuthCode(_ context.Context, id, code string) error {
	return s.change(id, func(r *authRequest) { r.code = code })
}

func (s storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	return nil
}

var errNoRequest = errors.New("this sign-in has been finished, or has taken too long")

// request gives a copy, which no other browser tab changes meanwhile.
func (p *Provider) request(is func(*authRequest) bool) (*authRequest, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.requests {
		if is(r) && p.config.Now().Sub(r.at) <= requestLifetime {
			found := *r
			return &found, nil
		}
	}
	return nil, errNoRequest
}

func (p *Provider) change(id string, change func(*authRequest)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	r, ok := p.requests[id]
	if !ok {
		return errNoRequest
	}
	change(r)
	return nil
}

// refreshRequest is a client that came with a refresh token.
type refreshRequest struct {
	Grant
	client string
}

func (r *refreshRequest) GetAMR() []string                  { return nil }
func (r *refreshRequest) GetAudience() []string             { return []string{r.client} }
func (r *refreshRequest) GetAuthTime() time.Time            { return r.GivenAt }
func (r *refreshRequest) GetClientID() string               { return r.client }
func (r *refreshRequest) GetScopes() []string               { return r.Scopes }
func (r *refreshRequest) GetSubject() string                { return r.Subject }
func (r *refreshRequest) SetCurrentScopes(current []string) { r.Scopes = current }

// client is the portal as the provider knows it.
type client struct{ p *Provider }

func (c client) GetID() string                       { return c.p.config.ClientID }
func (c client) PostLogoutRedirectURIs() []string    { return nil }
func (c client) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }
func (c client) AuthMethod() oidc.AuthMethod         { return oidc.AuthMethodBasic }
func (c client) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeBearer }
func (c client) DevMode() bool                       { return false }
func (c client) IsScopeAllowed(string) bool          { return false }
func (c client) ClockSkew() time.Duration            { return 0 }
func (c client) IDTokenLifetime() time.Duration      { return time.Hour }

// IDTokenUserinfoClaimsAssertion puts e-mail and profile into the ID token, as
// Google does.
func (c client) IDTokenUserinfoClaimsAssertion() bool { return true }

func (c client) RedirectURIs() []string {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	return slices.Clone(c.p.redirects)
}

func (c client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}

func (c client) GrantTypes() []oidc.GrantType {
	return []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken}
}

// LoginURL is where a browser goes to sign in; one that needs no page goes
// straight back.
func (c client) LoginURL(id string) string {
	query := "?id=" + url.QueryEscape(id)
	if r, err := c.p.request(func(r *authRequest) bool { return r.id == id }); err == nil && r.done {
		return c.p.op.AuthorizationEndpoint().Absolute(c.p.issuer) + "/callback" + query
	}
	return c.p.issuer + "/sign-in" + query
}

func (c client) RestrictAdditionalIdTokenScopes() func([]string) []string { return allScopes }

func (c client) RestrictAdditionalAccessTokenScopes() func([]string) []string { return allScopes }

func allScopes(scopes []string) []string { return scopes }
