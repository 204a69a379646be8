package standin

import (
	"context"
	"crypto/subtle"
	"errors"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
	"golang.org/x/text/language"
)

// storage shows the provider to op, the library that speaks the protocol.
type storage struct{ *Provider }

var errUnsupported = errors.New("the stand-in provider does not support this")

func (s storage) CreateAccessToken(_ context.Context, request op.TokenRequest) (string, time.Time, error) {
	access, _, until := s.begin(request.GetSubject(), request.GetScopes(), false)
	return access, until, nil
}

func (s storage) CreateAccessAndRefreshTokens(_ context.Context, request op.TokenRequest, current string) (access, refresh string, until time.Time, err error) {
	if current != "" {
		return s.rotate(current)
	}
	access, refresh, until = s.begin(request.GetSubject(), request.GetScopes(), true)
	return access, refresh, until, nil
}

func (s storage) TokenRequestByRefreshToken(_ context.Context, token string) (op.RefreshTokenRequest, error) {
	g, ok := s.holder(token)
	if !ok {
		_, _, _, err := s.rotate(token) // a spent one ends its grant
		return nil, err
	}
	return &refreshRequest{Grant: g, client: s.config.ClientID}, nil
}

func (s storage) TerminateSession(context.Context, string, string) error { return nil }

func (s storage) RevokeToken(_ context.Context, token, _, _ string) *oidc.Error {
	s.end(token) // one that is gone already is no error: RFC 7009 section 2.2
	return nil
}

func (s storage) GetRefreshTokenInfo(_ context.Context, _, token string) (subject, id string, err error) {
	if g, ok := s.holder(token); ok {
		return g.Subject, token, nil
	}
	return "", "", op.ErrInvalidRefreshToken
}

func (s storage) SigningKey(context.Context) (op.SigningKey, error) {
	return signingKey{s.key}, nil
}

func (s storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

func (s storage) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{publicKey{&s.key.PublicKey}}, nil
}

func (s storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != s.config.ClientID {
		return nil, errors.New("no such client")
	}
	return client{s.Provider}, nil
}

func (s storage) AuthorizeClientIDSecret(_ context.Context, id, given string) error {
	if id != s.config.ClientID || subtle.ConstantTimeCompare([]byte(given), []byte(s.config.ClientSecret)) != 1 {
		return errors.New("no such client, or a wrong secret")
	}
	return nil
}

// SetUserinfoFromScopes stays empty, as op wants: SetUserinfoFromRequest does it.
func (s storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

func (s storage) SetUserinfoFromRequest(_ context.Context, into *oidc.UserInfo, request op.IDTokenRequest, scopes []string) error {
	return s.describe(into, request.GetSubject(), scopes)
}

func (s storage) SetUserinfoFromToken(_ context.Context, into *oidc.UserInfo, token, subject, _ string) error {
	g, ok := s.holder(token)
	if !ok || g.Subject != subject {
		return errors.New("the access token is not valid any more")
	}
	return s.describe(into, subject, g.Scopes)
}

func (s storage) describe(into *oidc.UserInfo, subject string, scopes []string) error {
	user, err := s.user(subject)
	if err != nil {
		return err
	}
	into.Subject = user.Subject
	if slices.Contains(scopes, oidc.ScopeEmail) {
		into.Email = user.Email
		into.EmailVerified = oidc.Bool(user.EmailVerified)
	}
	if slices.Contains(scopes, oidc.ScopeProfile) {
		into.Name, into.GivenName, into.FamilyName = user.Name, user.GivenName, user.FamilyName
		into.Picture = user.Picture
		if tag, err := language.Parse(user.Locale); err == nil {
			into.Locale = oidc.NewLocale(tag)
		}
	}
	return nil
}

func (s storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errUnsupported
}

func (s storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return map[string]any{}, nil
}

func (s storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errUnsupported
}

func (s storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errUnsupported
}

func (s storage) Health(context.Context) error { return nil }
