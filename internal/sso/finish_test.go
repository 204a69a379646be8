package sso_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/internal/standin"
)

func TestAStateWorksOnceInItsOwnBrowserAndSessionForTenMinutes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p, other := b.somebody("robin@example.com", password), b.somebody("kim@example.com", password)
	finish := func(r sso.Return) error { _, err := b.SSO.Finish(t.Context(), r); return err }

	back := p.at(p.begin(sso.Link), "ada-1")
	for name, change := range map[string]func(*sso.Return){
		"another browser":  func(r *sso.Return) { r.Browser = "another" },
		"another person":   func(r *sso.Return) { r.Person = other.id },
		"another session":  func(r *sso.Return) { r.Session = other.session },
		"a made-up state":  func(r *sso.Return) { r.State = "made up" },
		"nobody signed in": func(r *sso.Return) { r.Person, r.Session = b.stranger().id, b.stranger().session },
	} {
		r := back
		change(&r)
		kind(t, name, finish(r), fault.Gone)
	}
	must(t, finish(back)) // none of them has spoilt it
	kind(t, "a second time", finish(back), fault.Gone)

	late := p.at(p.begin(sso.Link), "ada-1")
	b.clock.Advance(10*time.Minute + time.Second)
	kind(t, "too late", finish(late), fault.Gone)
	mixed := p.at(p.begin(sso.Link), "ada-1")
	mixed.Issuer = "https://issuer.example"
	kind(t, "another issuer's answer", finish(mixed), fault.Forbidden)
	p.begin(sso.SignIn)
	if n := b.count(`select count(*) from sso_attempt where expires_at < $1`, b.clock.Now()); n != 0 {
		t.Errorf("%d lapsed attempts are still there", n)
	}
}

func TestARefusalAtTheProviderChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.somebody("robin@example.com", password)
	back := p.at(p.begin(sso.Link), "ada-1")
	back.Code, back.Error = "", "access_denied"
	done, err := b.SSO.Finish(t.Context(), back)
	must(t, err)
	if !done.Declined || b.count(`select count(*) from sso_link`)+b.count(`select count(*) from sso_attempt`) != 0 {
		t.Errorf("%+v", done)
	}
}

func TestAnIdentityLinkedToSomebodyElseIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p, other := b.somebody("robin@example.com", password), b.somebody("kim@example.com", password)
	p.linked("ada-1")
	_, err := other.trip(sso.Link, "ada-1")
	kind(t, "linking somebody else's", err, fault.Conflict)
	_, err = other.trip(sso.Confirm, "ada-1")
	kind(t, "confirming by somebody else's", err, fault.Forbidden)
	if n := b.count(`select count(*) from sso_link where person_id = $1`, other.id); n != 0 {
		t.Errorf("%d links", n)
	}
}

func TestAnAddressNeverLinksByItself(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.somebody("ada@example.com", password)
	done, err := b.stranger().trip(sso.SignIn, "ada-1")
	must(t, err)
	if !done.SignInFirst || done.Token != "" || done.SignUp != "" {
		t.Errorf("%+v", done)
	}
	// Whom nobody vouches for learns nothing, not even that there is an account.
	_, err = b.stranger().trip(sso.SignIn, "eve-3")
	kind(t, "an address that is not verified", err, fault.Conflict)
	if n := b.count(`select count(*) from sso_link`); n != 0 {
		t.Errorf("%d links", n)
	}
}

func TestSomebodyUnknownJoinsAndSignsInAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.stranger()
	done, err := p.trip(sso.SignIn, "bob-2")
	must(t, err)
	_, err = b.SSO.Waiting(t.Context(), "another browser", done.SignUp)
	kind(t, "a sign-up in another browser", err, fault.Gone)
	born := b.clock.Now().AddDate(-30, 0, 0)
	_, err = b.SSO.Join(t.Context(), p.browser, done.SignUp, account.SignUp{Name: "Bob"}, visit, "")
	if ps, ok := fault.Fields(err); !ok || len(ps) != 1 || ps[0].Field != "born" {
		t.Errorf("without an age: %v", err)
	}
	joined, err := b.SSO.Join(t.Context(), p.browser, done.SignUp, account.SignUp{Email: "mallory@example.com", Name: "Bob", Born: born}, visit, "")
	must(t, err)
	session, err := b.Accounts.Session(t.Context(), joined.Token)
	must(t, err)
	if session.Address != "bob@example.com" {
		t.Errorf("the account has the address %q", session.Address)
	}
	_, err = b.SSO.Join(t.Context(), p.browser, done.SignUp, account.SignUp{Name: "Bob", Born: born}, visit, "")
	kind(t, "joining twice", err, fault.Gone)
	again, err := b.stranger().trip(sso.SignIn, "bob-2")
	must(t, err)
	if known, err := b.Accounts.Session(t.Context(), again.Token); err != nil || known.PersonID != session.PersonID {
		t.Errorf("signed in as %v, %v", known.PersonID, err)
	}
	must(t, b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		return tx.Gorm.Exec(`update person set closing_at = now()`).Error
	}))
	_, err = b.stranger().trip(sso.SignIn, "bob-2")
	kind(t, "an account that is being erased", err, fault.Conflict)
}

func TestNothingOfAChildWhoCameByAServiceIsKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.stranger()
	done, err := p.trip(sso.SignIn, "bob-2")
	must(t, err)
	_, err = b.SSO.Join(t.Context(), p.browser, done.SignUp, account.SignUp{Name: "Bob", Born: b.clock.Now().AddDate(-12, 0, 0)}, visit, "")
	kind(t, "a child", err, fault.Forbidden)
	for _, table := range []string{"person", "sso_attempt", "sso_link", "session", "mail_message"} {
		if n := b.count(`select count(*) from ` + table); n != 0 {
			t.Errorf("%d rows in %s", n, table)
		}
	}
	if grants := b.provider.Grants("bob-2"); len(grants) != 0 {
		t.Errorf("the provider still lets us in: %+v", grants)
	}
}

func TestAConfirmationCountsOnlyIfItWasMadeJustNow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.somebody("robin@example.com", "")
	p.linked("ada-1")
	b.clock.Advance(20 * time.Minute)
	b.lag.Store(300) // it says that the person signed in five minutes ago
	_, err := p.trip(sso.Confirm, "ada-1")
	kind(t, "an old sign-in", err, fault.Forbidden)
	b.lag.Store(0)
	done, err := p.trip(sso.Confirm, "ada-1")
	must(t, err)
	session, err := b.Accounts.Session(t.Context(), done.Token)
	must(t, err)
	if !session.Fresh(b.clock.Now(), account.Freshness) || session.ID != p.session {
		t.Errorf("the session is not fresh: %+v", session)
	}
	if _, err := b.Accounts.Session(t.Context(), p.token); err == nil {
		t.Error("the token from before still works")
	}
}

func TestALinkUnderWayDiesWhenAnythingIsRevokedMeanwhile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.somebody("robin@example.com", password)
	link := p.linked("ada-1")
	waiting := p.at(p.begin(sso.Link), "bob-2")
	running := p.at(p.begin(sso.Link), "bob-2")

	revoke := func() { must(t, b.SSO.Revoke(t.Context(), audit.ByPerson(p.id), link)) }
	var watch func()
	watch = func() { // until the attempt has been taken; then, before its end
		if b.count(`select count(*) from sso_attempt where taken_at is not null`) == 1 {
			revoke()
			return
		}
		b.during.Store(&watch)
	}
	b.during.Store(&watch)
	_, err := b.SSO.Finish(t.Context(), running)
	kind(t, "one that was being finished", err, fault.Gone)
	_, err = b.SSO.Finish(t.Context(), waiting)
	kind(t, "one that waited", err, fault.Gone)
	if n := b.count(`select count(*) from sso_link where revoked_at is null`); n != 0 {
		t.Errorf("%d links live", n)
	}
}

func TestNoLinkIsMadeOnceAnErasureHasBegun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.somebody("robin@example.com", password)
	back := p.at(p.begin(sso.Link), "ada-1")
	must(t, b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		_, err := b.Accounts.Close(t.Context(), tx, p.id)
		return err
	}))
	_, err := b.SSO.Finish(t.Context(), back)
	kind(t, "a link to an account that is being erased", err, fault.Conflict)
	if n := b.count(`select count(*) from sso_link`); n != 0 {
		t.Errorf("%d links", n)
	}
}

func TestASignInWithoutItsTimeProvesNothingNew(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.somebody("robin@example.com", "")
	p.linked("ada-1")
	b.clock.Advance(20 * time.Minute)
	b.provider.ForgeIDTokens(func(i *standin.IDToken) { delete(i.Claims, "auth_time") })
	done, err := p.trip(sso.Confirm, "ada-1")
	must(t, err)
	session, err := b.Accounts.Session(t.Context(), p.token)
	must(t, err)
	if !done.Undated || done.Token != "" || b.clock.Now().Sub(session.ProvedAt) < 20*time.Minute {
		t.Errorf("%+v proved %s", done, session.ProvedAt)
	}
}

func TestAProvidersOwnParametersAreAskedFor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.App = b.portal(b.DB, sso.Provider{
		ID: "google", Name: "Google", Issuer: b.provider.Issuer(), ClientID: "portal", ClientSecret: "a secret of the test",
		Parameters: map[string]string{"access_type": "offline", "claims": `{"id_token":{"auth_time":{"essential":true}}}`},
	})
	address, err := url.Parse(b.stranger().begin(sso.SignIn))
	must(t, err)
	if q := address.Query(); q.Get("access_type") != "offline" || !strings.Contains(q.Get("claims"), "auth_time") || q.Get("nonce") == "" {
		t.Errorf("%s", address)
	}
}

func TestThatAProviderIsSilentIsSaidAndNotNotedAsAnAttempt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.somebody("robin@example.com", password)
	noted := func() int { return b.count(`select coalesce(sum(times), 0) from security_event`) }
	back := p.at(p.begin(sso.Link), "ada-1")
	back.Code = "made-up"
	_, err := p.SSO.Finish(t.Context(), back)
	kind(t, "a made-up code", err, fault.Unavailable)
	if noted() != 1 {
		t.Errorf("a made-up code is noted %d times", noted())
	}
	back = p.at(p.begin(sso.Link), "ada-1")
	must(t, b.provider.Close())
	_, err = p.SSO.Finish(t.Context(), back)
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Key != "sso.down" {
		t.Errorf("a provider that is away: %v", err)
	}
	if noted() != 1 {
		t.Errorf("that a provider is away is noted as an attempt: %d", noted())
	}
}
