package sso

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"plusultra.link/privacy/internal/address"
)

// identify exchanges a code for what the provider proves about somebody: the
// ID token's signature, issuer, audience and expiry are checked by the
// library, the nonce here (OpenID Connect Core 1.0, section 3.1.3.7).
func (f *client) identify(ctx context.Context, code string, a attempt) (identity, error) {
	ctx = oidc.ClientContext(ctx, f.http)
	d, err := f.discover(ctx)
	if err != nil {
		return identity{}, err
	}
	config := f.config(d)
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return identity{}, fmt.Errorf("exchanging a code: %w", err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return identity{}, errors.New("no ID token came with the access token")
	}
	proved, err := d.Verifier(&oidc.Config{ClientID: f.ClientID, Now: f.now}).Verify(ctx, raw)
	if err != nil {
		return identity{}, err
	}
	if a.Nonce == "" || proved.Nonce != a.Nonce {
		return identity{}, errors.New("the ID token's nonce is not ours")
	}
	if proved.Subject == "" {
		return identity{}, errors.New("the ID token names nobody")
	}
	claims := map[string]any{}
	if err := proved.Claims(&claims); err != nil {
		return identity{}, err
	}
	if err := f.ask(ctx, d, token, proved.Subject, claims); err != nil {
		return identity{}, err
	}
	who := identity{
		Issuer: proved.Issuer, Subject: proved.Subject, Scopes: granted(token, config.Scopes), Claims: shown(claims),
		Token:    grantToken{Refresh: token.RefreshToken, Access: token.AccessToken, Expires: token.Expiry},
		ProvedAt: authTime(claims),
	}
	who.Name, _ = who.Claims["name"].(string)
	if email, ok := claims["email"].(string); ok && vouched(claims["email_verified"]) {
		at, _ := address.Parse(email) // one that can't be read is none
		who.Email = at.String()
	}
	return who, nil
}

// ask asks the provider's userinfo where the ID token says too little: some
// put nothing but the subject into it.
func (f *client) ask(ctx context.Context, d *discovered, token *oauth2.Token, subject string, claims map[string]any) error {
	if claims["email"] != nil || d.UserInfoEndpoint() == "" {
		return nil
	}
	info, err := d.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return fmt.Errorf("userinfo: %w", err)
	}
	if info.Subject != subject {
		return errors.New("userinfo speaks of somebody else than the ID token") // Core 1.0, section 5.3.2
	}
	more := map[string]any{}
	if err := info.Claims(&more); err != nil {
		return err
	}
	for name, value := range more {
		if _, known := claims[name]; !known {
			claims[name] = value
		}
	}
	return nil
}

// granted are the scopes of a token: those asked for if the answer names none
// (RFC 6749 section 5.1).
func granted(token *oauth2.Token, asked []string) []string {
	if said, ok := token.Extra("scope").(string); ok && strings.TrimSpace(said) != "" {
		return strings.Fields(said)
	}
	return asked
}

// vouched reads email_verified, which some send as a string.
func vouched(claim any) bool { return claim == true || claim == "true" }

func authTime(claims map[string]any) time.Time {
	seconds, ok := claims["auth_time"].(float64)
	if !ok {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}

const (
	maxClaims = 40
	maxClaim  = 500 // bytes
)

// shown are the claims worth keeping: what was said about the person, not what
// the protocol says to itself, and nothing nested or long.
func shown(claims map[string]any) map[string]any {
	protocol := []string{
		"iss", "sub", "aud", "exp", "iat", "nbf", "jti", "azp", "nonce", "at_hash", "c_hash", "auth_time", "amr", "acr", "sid", "client_id", "typ",
	}
	out := map[string]any{}
	for name, value := range claims {
		if slices.Contains(protocol, name) || len(name) > 100 || len(out) == maxClaims {
			continue
		}
		switch v := value.(type) {
		case string:
			if v != "" && len(v) <= maxClaim {
				out[name] = v
			}
		case bool, float64:
			out[name] = v
		}
	}
	return out
}
