package sso_test

import (
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/internal/standin"
)

// claim is a lie about one claim; nil takes it away.
func claim(name string, value any) func(*standin.IDToken) {
	return func(token *standin.IDToken) {
		if token.Claims[name] = value; value == nil {
			delete(token.Claims, name)
		}
	}
}

// hostile are ID tokens that no client may believe: OpenID Connect Core 1.0,
// sections 2, 3.1.3.6 to 3.1.3.8; RFC 9700 section 2.1; RFC 8725 section 3.
func (b *bundle) hostile() map[string]func(*standin.IDToken) {
	hour := float64(time.Hour / time.Second)
	now := float64(b.clock.Now().Unix())
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	must(b.t, err)
	return map[string]func(*standin.IDToken){
		"another nonce":                    claim("nonce", "another"),
		"no nonce":                         claim("nonce", nil),
		"another audience":                 claim("aud", []string{"another-client"}),
		"no audience":                      claim("aud", nil),
		"one audience of many, no party":   func(i *standin.IDToken) { claim("aud", []string{"portal", "another-client"})(i); claim("azp", nil)(i) },
		"issued to another party":          claim("azp", "another-client"),
		"issued to a party that is a list": claim("azp", []string{"portal"}),
		"another issuer":                   claim("iss", "https://issuer.example"),
		"an issuer that begins like ours":  claim("iss", b.provider.Issuer()+"/"),
		"no issuer":                        claim("iss", nil),
		"expired":                          claim("exp", now-hour),
		"without an end":                   claim("exp", nil),
		"not valid yet":                    claim("nbf", now+hour),
		"issued tomorrow":                  claim("iat", now+24*hour),
		"issued at no time":                claim("iat", nil),
		"no subject":                       claim("sub", nil),
		"an empty subject":                 claim("sub", ""),
		"a subject with a NUL":             claim("sub", "ada-1\x00"),
		"a subject with a line break":      claim("sub", "ada\n1"),
		"a subject that is too long":       claim("sub", strings.Repeat("a", 256)),
		"a subject that is a number":       claim("sub", 7),
		"another access token's":           claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
		"a key that nobody published":      func(i *standin.IDToken) { i.Key = stranger },
		"unsigned":                         func(i *standin.IDToken) { i.Algorithm = "none" },
		"signed with the client's secret": func(i *standin.IDToken) {
			i.Algorithm, i.Key = "HS256", []byte("a secret of the test, made longer for it")
		},
		"signed in another way": func(i *standin.IDToken) { i.Algorithm = "PS512" },
	}
}

func TestEveryHostileIDTokenIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.somebody("robin@example.com", password)
	for name, lie := range b.hostile() {
		b.provider.ForgeIDTokens(lie)
		for _, purpose := range []sso.Purpose{sso.Link, sso.SignIn, sso.Confirm} {
			done, err := p.trip(purpose, "ada-1")
			kind(t, name+" "+string(purpose), err, fault.Unavailable)
			if done.Token != "" || done.SignUp != "" {
				t.Errorf("%s, %s: %+v", name, purpose, done)
			}
		}
	}
	if n := b.count(`select count(*) from sso_link`); n != 0 {
		t.Errorf("%d links", n)
	}
	b.provider.ForgeIDTokens(func(i *standin.IDToken) {
		i.Claims["aud"] = []string{"portal", "a-project-of-theirs"}
		i.Claims["azp"] = "portal"
	})
	p.linked("ada-1") // one of several audiences, but the party that it was issued to
}

func TestUserinfoOfSomebodyElseIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.somebody("robin@example.com", password)
	b.provider.ForgeIDTokens(claim("email", nil))
	b.provider.ForgeUserinfo(func(c map[string]any) { c["sub"] = "bob-2" })
	_, err := p.trip(sso.Link, "ada-1")
	kind(t, "userinfo of another subject", err, fault.Unavailable)
	b.provider.ForgeUserinfo(nil)
	p.linked("ada-1")
}

// Eve's address is Ada's, and her provider vouches for it nowhere; what is said
// in two places is never put together.
func TestAnAddressAndThatItIsVerifiedComeFromOnePlace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	type claims = map[string]any
	for name, tc := range map[string]struct {
		token, info claims // what the two say of the address
		want        string // the address that is believed
	}{
		"both in the token":                    {claims{"email": "new@example.com", "email_verified": true}, claims{}, "new@example.com"},
		"both in the token, the other denies":  {claims{"email": "new@example.com", "email_verified": true}, claims{"email": "new@example.com", "email_verified": false}, "new@example.com"},
		"both in userinfo":                     {claims{}, claims{"email": "new@example.com", "email_verified": true}, "new@example.com"},
		"verified by userinfo alone":           {claims{"email": "new@example.com"}, claims{"email": "new@example.com", "email_verified": true}, "new@example.com"},
		"userinfo's own address":               {claims{"email": "old@example.com"}, claims{"email": "new@example.com", "email_verified": true}, "new@example.com"},
		"verified in words":                    {claims{"email": "new@example.com", "email_verified": "true"}, claims{}, "new@example.com"},
		"verified here, an address there":      {claims{"email_verified": true}, claims{"email": "new@example.com"}, ""},
		"an address here, verified there":      {claims{"email": "new@example.com"}, claims{"email_verified": true}, ""},
		"verified here, another address there": {claims{"email_verified": true}, claims{"email": "new@example.com", "email_verified": false}, ""},
		"denied in the token":                  {claims{"email": "new@example.com", "email_verified": false}, claims{"email": "new@example.com", "email_verified": true}, ""},
		"verified nowhere":                     {claims{"email": "new@example.com"}, claims{"email": "new@example.com"}, ""},
		"a number of times":                    {claims{"email": "new@example.com", "email_verified": 1}, claims{}, ""},
		"no address":                           {claims{"email_verified": true}, claims{"email_verified": true}, ""},
	} {
		forge := func(said, of claims) {
			delete(said, "email")
			delete(said, "email_verified")
			for k, v := range of {
				said[k] = v
			}
		}
		b.provider.ForgeIDTokens(func(i *standin.IDToken) { forge(i.Claims, tc.token) })
		b.provider.ForgeUserinfo(func(c map[string]any) { forge(c, tc.info) })
		p := b.stranger()
		done, err := p.trip(sso.SignIn, "eve-3")
		if tc.want == "" {
			kind(t, name, err, fault.Conflict)
			continue
		}
		must(t, err)
		waiting, err := b.SSO.Waiting(t.Context(), p.browser, done.SignUp)
		must(t, err)
		if waiting.Email != tc.want {
			t.Errorf("%s: %q, want %q", name, waiting.Email, tc.want)
		}
	}
}

func TestAProviderThatNamesItselfIsNotBelievedWithoutItsName(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.somebody("robin@example.com", password)
	back := p.at(p.begin(sso.Link), "ada-1")
	if back.Issuer != b.provider.Issuer() {
		t.Errorf("it calls itself %q", back.Issuer)
	}
	for _, why := range []string{"", "access_denied"} {
		for _, name := range []string{"", "https://issuer.example", b.provider.Issuer() + "/"} {
			back := p.at(p.begin(sso.Link), "ada-1")
			if back.Issuer, back.Error = name, why; why != "" {
				back.Code = ""
			}
			_, err := b.SSO.Finish(t.Context(), back)
			kind(t, "named "+name+" "+why, err, fault.Forbidden)
		}
	}
	if n := b.count(`select count(*) from sso_link`); n != 0 {
		t.Errorf("%d links", n)
	}
}

// A code that was stolen, or made without our challenge, is worth nothing in
// another attempt (RFC 9700 section 4.5; RFC 7636).
func TestACodeIsWorthNothingInAnotherAttempt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p, mallory := b.somebody("robin@example.com", password), b.somebody("kim@example.com", password)
	stolen := p.at(p.begin(sso.Link), "ada-1")
	own := mallory.at(mallory.begin(sso.Link), "bob-2")
	own.Code = stolen.Code
	_, err := b.SSO.Finish(t.Context(), own)
	kind(t, "a stolen code", err, fault.Unavailable)
	if address := p.begin(sso.Link); !strings.Contains(address, "code_challenge_method=S256") || !strings.Contains(address, "code_challenge=") || strings.Contains(address, "code_verifier") {
		t.Errorf("the challenge: %s", address)
	}
}

func TestWhatAProviderSaysThatNobodyCanKeepIsLeftOut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.somebody("robin@example.com", password)
	b.provider.ForgeIDTokens(func(i *standin.IDToken) {
		i.Claims["name"], i.Claims["nick\x00name"], i.Claims["locale"] = "Ada\x00Example", "x", strings.Repeat("x", 501)
		i.Claims["picture"] = "https://example.com/ada.png"
	})
	p.linked("ada-1")
	if n := b.count(`select count(*) from sso_link where jsonb_exists(claims, 'picture') and not jsonb_exists_any(claims, array['name', 'nick', 'locale'])`); n != 1 {
		t.Error("the wrong claims are kept")
	}
}

func TestASignInFromTheFutureProvesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.somebody("robin@example.com", "")
	p.linked("ada-1")
	b.clock.Advance(20 * time.Minute)
	now := float64(b.clock.Now().Unix())
	for name, at := range map[string]float64{"a minute": now + 60, "a year": now + 365*86400, "for ever": 1e300, "before time": -1e300, "long ago": 0} {
		b.provider.ForgeIDTokens(claim("auth_time", at))
		done, err := p.trip(sso.Confirm, "ada-1")
		kind(t, name, err, fault.Forbidden)
		if done.Token != "" {
			t.Errorf("%s: the session is fresh", name)
		}
	}
	b.provider.ForgeIDTokens(claim("auth_time", now+10)) // a clock may be off by half a minute
	_, err := p.trip(sso.Confirm, "ada-1")
	must(t, err)
}
