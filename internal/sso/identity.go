package sso

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"plusultra.link/privacy/internal/address"
)

// identify exchanges a code for what the provider proves about somebody: the
// ID token's signature, issuer, audience and expiry are checked by the
// library, the rest by verify (OpenID Connect Core 1.0, section 3.1.3.7).
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
	claims := map[string]any{}
	if err := proved.Claims(&claims); err != nil {
		return identity{}, err
	}
	if err := f.verify(proved, token, a, claims); err != nil {
		return identity{}, err
	}
	if err := f.fetchUserinfo(ctx, d, token, proved.Subject, claims); err != nil {
		return identity{}, err
	}
	who := identity{
		Issuer: proved.Issuer, Subject: proved.Subject, Scopes: granted(token, config.Scopes), Claims: shown(claims),
		Token:    grantToken{Refresh: token.RefreshToken, Access: token.AccessToken, Expires: token.Expiry},
		ProvedAt: authTime(claims),
	}
	who.Name, _ = who.Claims["name"].(string)
	if email, ok := claims["email"].(string); ok && vouched(claims["email_verified"]) {
		who.Email, _ = address.Written(email) // one that can't be read is none
	}
	return who, nil
}

// maxSubject is the length of the longest subject there may be, in bytes
// (Core 1.0, section 2).
const maxSubject = 255

// verify refuses an ID token that the provider signed and that is not for us,
// for this attempt, or for its access token.
func (f *client) verify(proved *oidc.IDToken, token *oauth2.Token, a attempt, claims map[string]any) error {
	party, named := claims["azp"]
	switch {
	case a.Nonce == "" || proved.Nonce != a.Nonce:
		return errors.New("the ID token's nonce is not ours")
	case proved.Subject == "" || len(proved.Subject) > maxSubject || !printable(proved.Subject):
		return errors.New("the ID token's subject is none")
	case named && party != f.ClientID, !named && len(proved.Audience) > 1:
		return errors.New("the ID token was issued to another party")
	case claims["iat"] == nil || proved.IssuedAt.After(f.now().Add(leeway)):
		return errors.New("the ID token was not issued yet")
	case proved.AccessTokenHash == "":
		return nil // Core 1.0, section 3.1.3.8: it may be left out
	}
	return proved.VerifyAccessToken(token.AccessToken)
}

// fetchUserinfo asks the provider's userinfo where the ID token says too little: some
// put nothing but the subject into it. An address and whether it is verified
// are one statement, and never put together from two.
func (f *client) fetchUserinfo(ctx context.Context, d *discovered, token *oauth2.Token, subject string, claims map[string]any) error {
	const email, verified = "email", "email_verified"
	if claims[email] != nil && claims[verified] != nil || d.UserInfoEndpoint() == "" {
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
	if more[email] != nil || claims[email] == nil {
		delete(claims, email)
		delete(claims, verified)
	} else {
		delete(more, verified)
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
		return slices.DeleteFunc(strings.Fields(said), func(scope string) bool { return !printable(scope) })
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
	return time.Unix(int64(max(0, min(seconds, math.MaxUint32))), 0) // what lies beyond is not now, either
}

// printable tells whether a text can be kept and shown: the database has no
// place for a NUL.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
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
		if slices.Contains(protocol, name) || len(name) > 100 || !printable(name) || len(out) == maxClaims {
			continue
		}
		switch v := value.(type) {
		case string:
			if v != "" && len(v) <= maxClaim && printable(v) {
				out[name] = v
			}
		case bool, float64:
			out[name] = v
		}
	}
	return out
}
