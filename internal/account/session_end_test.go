package account_test

import (
	"testing"
	"time"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
)

func TestASessionEndsTwoHoursAfterItsLastUse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.person("robin@example.com", password)
	_, token := b.session(robin, visit)
	b.clock.Advance(account.IdleLife - time.Minute)
	_, err := b.Accounts.Session(t.Context(), token)
	must(t, err) // and that was a use
	b.clock.Advance(account.IdleLife - time.Minute)
	_, err = b.Accounts.Session(t.Context(), token)
	must(t, err)
	b.clock.Advance(account.IdleLife + time.Minute)
	_, err = b.Accounts.Session(t.Context(), token)
	kind(t, "two hours unused", err, fault.Unauthenticated)
	reads := b.DB.Reads()
	open := b.Accounts.ReadSessions(reads, account.SessionOwner{Person: robin})
	if err := reads.Send(t.Context()); err != nil || len(*open) != 0 {
		t.Errorf("its list shows %d sessions, %v", len(*open), err)
	}
}

func TestASessionEndsTwelveHoursAfterItBeganHoweverMuchItIsUsed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, token := b.session(b.person("robin@example.com", password), visit)
	for began := b.clock.Now(); b.clock.Now().Sub(began) < account.SessionLife-time.Hour; {
		b.clock.Advance(time.Hour)
		_, err := b.Accounts.Session(t.Context(), token)
		must(t, err)
	}
	b.clock.Advance(time.Hour)
	_, err := b.Accounts.Session(t.Context(), token)
	kind(t, "after twelve hours", err, fault.Unauthenticated)
}

func TestATokenThatWasKnownBeforeSigningInOrProvingIsWorthNothingAfter(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.person("robin@example.com", password)
	planted, err := b.Accounts.StartSession(t.Context(), account.SessionOwner{}, account.Visit{}, "")
	must(t, err)
	_, err = b.Accounts.Session(t.Context(), planted)
	must(t, err)
	signedIn, err := b.Accounts.SignIn(t.Context(), "robin@example.com", password, visit, planted)
	must(t, err)
	_, err = b.Accounts.Session(t.Context(), planted)
	kind(t, "the token from before signing in", err, fault.Unauthenticated)
	b.person("taylor@example.com", password)
	others, err := b.Accounts.SignIn(t.Context(), "taylor@example.com", password, visit, "")
	must(t, err)
	_, err = b.Accounts.SignIn(t.Context(), "robin@example.com", password, visit, others)
	must(t, err)
	_, err = b.Accounts.Session(t.Context(), others)
	kind(t, "the token of whoever was signed in before", err, fault.Unauthenticated)
	proved, err := b.Accounts.Prove(t.Context(), robin, password, signedIn, account.Visit{})
	must(t, err)
	_, err = b.Accounts.Session(t.Context(), signedIn)
	kind(t, "the token from before proving", err, fault.Unauthenticated)
	_, err = b.Accounts.Session(t.Context(), proved)
	must(t, err)
}
