package sso

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	callWithin     = 5 * time.Second // one call to a provider
	answerMax      = 1 << 20         // bytes of one answer
	discoveryTries = 3
	discoveryLife  = time.Hour
)

// client speaks with one provider.
type client struct {
	Provider
	redirect string
	http     *http.Client
	now      func() time.Time
	known    atomic.Pointer[discovered] // each process finds out for itself
	silences atomic.Int64               // calls that came to no answer, or to one of 5xx
}

// discovered is what a provider publishes about itself (OpenID Connect
// Discovery 1.0).
type discovered struct {
	*oidc.Provider
	Scopes            []string `json:"scopes_supported"`
	KeysURL           string   `json:"jwks_uri"`
	RevocationURL     string   `json:"revocation_endpoint"`
	RevocationMethods []string `json:"revocation_endpoint_auth_methods_supported"`
	NamesItself       bool     `json:"authorization_response_iss_parameter_supported"` // RFC 9207 section 3
	at                time.Time
}

// discover asks a provider where its endpoints are, at most once an hour.
func (f *client) discover(ctx context.Context) (*discovered, error) {
	if d := f.known.Load(); d != nil && f.now().Sub(d.at) < discoveryLife {
		return d, nil
	}
	var err error
	for try := range discoveryTries {
		if try > 0 {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(time.Duration(try) * 200 * time.Millisecond):
			}
		}
		var d *discovered
		if d, err = discover(oidc.ClientContext(ctx, f.http), f.Issuer); err == nil {
			d.at = f.now()
			f.known.Store(d)
			return d, nil
		}
	}
	return nil, fmt.Errorf("discovering %s: %w", f.ID, err)
}

func discover(ctx context.Context, issuer string) (*discovered, error) {
	p, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return nil, err
	}
	d := &discovered{Provider: p}
	if err := p.Claims(d); err != nil {
		return nil, err
	}
	for _, address := range []string{p.Endpoint().AuthURL, p.Endpoint().TokenURL, d.KeysURL, d.RevocationURL, p.UserInfoEndpoint()} {
		if address != "" && !trusted(address) {
			return nil, fmt.Errorf("an endpoint without TLS: %s", address)
		}
	}
	return d, nil
}

func (f *client) config(d *discovered) *oauth2.Config {
	scopes := slices.Clone(f.scopes())
	if slices.Contains(d.Scopes, oidc.ScopeOfflineAccess) && !slices.Contains(scopes, oidc.ScopeOfflineAccess) {
		scopes = append(scopes, oidc.ScopeOfflineAccess)
	}
	return &oauth2.Config{
		ClientID: f.ClientID, ClientSecret: f.ClientSecret, Endpoint: d.Endpoint(), RedirectURL: f.redirect, Scopes: scopes,
	}
}

// authorization is where the browser goes. Without a refresh token there would
// be nothing to revoke by later, so one is asked for: by scope where the
// provider knows it, by Google's parameter where not.
func (f *client) authorization(d *discovered, purpose Purpose, state string, a attempt) (string, error) {
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)}
	if !slices.Contains(d.Scopes, oidc.ScopeOfflineAccess) {
		options = append(options, oauth2.AccessTypeOffline)
	}
	for name, value := range f.Parameters {
		options = append(options, oauth2.SetAuthURLParam(name, value))
	}
	switch purpose {
	case Link:
		options = append(options, oauth2.SetAuthURLParam("prompt", "consent"))
	case Confirm:
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	case SignIn, signUp:
	}
	address := f.config(d).AuthCodeURL(state, options...)
	if !slices.Contains(f.origins(), originOf(address)) {
		return "", fmt.Errorf("%s asks people to sign in at %s: name that among its origins", f.ID, originOf(address))
	}
	return address, nil
}

// newHTTP is how we call providers: with little patience, and no more of an
// answer than any honest one needs.
//
// Each call that failed for no reason of ours is counted in silences.
func newHTTP(silences *atomic.Int64) *http.Client {
	return &http.Client{
		Timeout:   callWithin,
		Transport: bounded{http.DefaultTransport, silences},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // secrets go where they were meant to, and no further
		},
	}
}

type bounded struct {
	http.RoundTripper
	silences *atomic.Int64
}

// RoundTrip cuts an answer off where it becomes unreasonable. Of a refusal it
// lets through what it is in the protocol, and of what can't be read nothing:
// libraries put the whole of it into their errors.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(r)
	if err != nil || res.StatusCode >= http.StatusInternalServerError || res.StatusCode == http.StatusTooManyRequests {
		b.silences.Add(1)
	}
	if err != nil {
		return nil, err
	}
	if res.StatusCode < http.StatusOK || res.StatusCode >= http.StatusMultipleChoices {
		return refusal(res), nil
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, answerMax))
	_ = res.Body.Close()
	if err != nil {
		return nil, err
	}
	if kind, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";"); kind != "application/jwt" && !json.Valid(body) {
		body = nil
	}
	return withBody(res, body), nil
}

func withBody(res *http.Response, body []byte) *http.Response {
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return res
}

func refusal(res *http.Response) *http.Response {
	var said struct {
		Error string `json:"error"`
	}
	_ = json.NewDecoder(io.LimitReader(res.Body, answerMax)).Decode(&said) // an answer need not be JSON
	_ = res.Body.Close()
	body := []byte("{}")
	if slices.Contains(codes(), said.Error) {
		body = []byte(`{"error":"` + said.Error + `"}`)
	}
	res.Status = fmt.Sprintf("%d %s", res.StatusCode, http.StatusText(res.StatusCode))
	res.Header.Set("Content-Type", "application/json")
	return withBody(res, body)
}

// codes are how a refusal says what it is (RFC 6749 sections 4.1.2.1 and 5.2,
// RFC 6750 section 3.1, RFC 7009 section 2.2.1).
func codes() []string {
	return []string{
		"access_denied", "insufficient_scope", "invalid_client", "invalid_grant", "invalid_request", "invalid_scope", "invalid_token", "server_error",
		"temporarily_unavailable", "unauthorized_client", "unsupported_grant_type", "unsupported_response_type", "unsupported_token_type",
	}
}
