package sso_test

import (
	"testing"
	"time"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/sso"
)

// A thief in an open browser links a service of their own. The reset that gives
// the owner the account back gives the thief nothing.
func TestAServiceThatWasLinkedBeforeAResetSignsNobodyInUntilItsOwnerKeepsIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.somebody("robin@example.com", password)
	p.linked("ada-1")
	token, hash := keyring.NewToken()
	_, err := b.DB.Pool.Exec(t.Context(), `insert into email_proof (token_hash, person_id, purpose, address, expires_at) values ($1, $2, 'reset', 'robin@example.com', $3)`,
		hash, p.id, b.clock.Now().Add(time.Hour))
	must(t, err)
	if _, err := b.Accounts.Reset(t.Context(), token, "seven green lanterns drift 4", account.Visit{}); err != nil {
		t.Fatal(err)
	}
	for _, purpose := range []sso.Purpose{sso.SignIn, sso.Confirm} {
		who := b.stranger()
		if purpose == sso.Confirm { // signed in anew, by the password
			session, err := b.Accounts.SignIn(t.Context(), "robin@example.com", "seven green lanterns drift 4", account.Visit{}, "")
			must(t, err)
			row, err := b.Accounts.Session(t.Context(), session)
			must(t, err)
			who = &somebody{bundle: b, id: p.id, session: row.ID, token: session}
		}
		done, err := who.trip(purpose, "ada-1")
		kind(t, string(purpose), err, fault.Forbidden)
		if done.Token != "" {
			t.Errorf("%s: a session began", purpose)
		}
	}
	links, err := b.links(p.id)
	must(t, err)
	if len(links) != 1 || !links[0].Paused {
		t.Fatalf("links: %+v", links)
	}
	kind(t, "somebody else's", b.SSO.Keep(t.Context(), b.somebody("kim@example.com", password).id, links[0].ID), fault.NotFound)
	must(t, b.SSO.Keep(t.Context(), p.id, links[0].ID))
	if done, err := b.stranger().trip(sso.SignIn, "ada-1"); err != nil || done.Token == "" {
		t.Errorf("after it was kept: %+v, %v", done, err)
	}
}
