package sso

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

// revoke ends a grant at its provider by each token that it can be ended by.
// An error means that the provider has not answered yet.
func (f *client) revoke(ctx context.Context, tokens []grantToken) (Outcome, error) {
	usable := f.usable(tokens)
	if len(usable) == 0 {
		return Unsupported, nil // what we held has lapsed: there is nothing to name the grant by
	}
	// Asked anew: what it published an hour ago may be gone.
	d, err := discover(oidc.ClientContext(ctx, f.http), f.Issuer)
	if err != nil && f.RevocationURL == "" {
		return Pending, fmt.Errorf("discovering %s: %w", f.ID, err)
	}
	address, methods := f.RevocationURL, []string(nil)
	if d != nil {
		methods = d.RevocationMethods
		if address == "" {
			address = d.RevocationURL
		}
	}
	if address == "" {
		return Unsupported, nil
	}
	outcome := AlreadyGone
	for _, form := range usable {
		one, err := f.post(ctx, address, methods, form)
		if err != nil {
			return Pending, err
		}
		if one != AlreadyGone {
			outcome = one
		}
	}
	return outcome, nil
}

// usable are the forms that name the grant: by its refresh tokens, or by an
// access token that still works.
func (f *client) usable(tokens []grantToken) []url.Values {
	var out []url.Values
	for _, t := range tokens {
		switch {
		case t.Refresh != "":
			out = append(out, url.Values{"token": {t.Refresh}, "token_type_hint": {"refresh_token"}})
		case t.Access != "" && (t.Expires.IsZero() || t.Expires.After(f.now())): // without expires_in it may live on (RFC 6749 section 5.1)
			out = append(out, url.Values{"token": {t.Access}, "token_type_hint": {"access_token"}})
		}
	}
	return out
}

// post asks the revocation endpoint once (RFC 7009). A 200 means that the token
// is worth nothing any more; Google says of one that was gone before that it is
// invalid.
func (f *client) post(ctx context.Context, address string, methods []string, form url.Values) (Outcome, error) {
	byPost := len(methods) > 0 && !slices.Contains(methods, "client_secret_basic")
	if byPost && f.ClientID != "" {
		form.Set("client_id", f.ClientID)
		form.Set("client_secret", f.ClientSecret)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return Pending, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if !byPost && f.ClientID != "" {
		r.SetBasicAuth(url.QueryEscape(f.ClientID), url.QueryEscape(f.ClientSecret)) // RFC 6749 section 2.3.1
	}
	res, err := f.http.Do(r)
	if err != nil {
		return Pending, fmt.Errorf("revoking at %s: %w", f.ID, err)
	}
	defer func() { _ = res.Body.Close() }()
	var said struct {
		Error string `json:"error"`
	}
	_ = json.NewDecoder(res.Body).Decode(&said) // an answer need not be JSON
	switch {
	case res.StatusCode == http.StatusOK:
		return Revoked, nil
	case res.StatusCode == http.StatusBadRequest && said.Error == "invalid_token":
		return AlreadyGone, nil
	case said.Error == "unsupported_token_type": // RFC 7009 section 2.2.1
		return Unsupported, nil
	case f.ClientID == "" && res.StatusCode < http.StatusInternalServerError && res.StatusCode != http.StatusTooManyRequests:
		return Failed, nil // it wants a client that we are no longer
	}
	return Pending, fmt.Errorf("revoking at %s: status %d %q", f.ID, res.StatusCode, said.Error)
}
