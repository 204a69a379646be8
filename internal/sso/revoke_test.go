package sso_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/internal/standin"
	"plusultra.link/privacy/internal/testkit"
)

func (p *somebody) revoke(link sso.LinkID) error {
	return p.SSO.Revoke(p.t.Context(), audit.ByPerson(p.id), link)
}

func TestTheLastWayInIsNeverRevoked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.somebody("robin@example.com", "")
	first := p.linked("ada-1")
	kind(t, "the only link", p.revoke(first), fault.Conflict)
	kind(t, "somebody else's link", b.somebody("kim@example.com", password).revoke(sso.LinkID{Person: p.id, ID: postgres.NewID()}), fault.NotFound)
	second := p.linked("bob-2")
	var both sync.WaitGroup
	faults := make([]error, 2)
	for i, link := range []sso.LinkID{first, second} {
		both.Go(func() { faults[i] = p.revoke(link) })
	}
	both.Wait()
	if (faults[0] == nil) == (faults[1] == nil) {
		t.Errorf("both at once: %v, %v", faults[0], faults[1])
	}
	if n := b.count(`select count(*) from sso_link where revoked_at is null`); n != 1 {
		t.Errorf("%d ways in are left", n)
	}
}

func TestARevocationSaysHowItEndedAndDestroysTheTokens(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.somebody("robin@example.com", password)
	for name, c := range map[string]struct {
		answer standin.Revocation
		want   sso.Outcome
		grants int // that live on at the provider
	}{
		"works":       {standin.RevocationWorks, sso.Revoked, 0},
		"gone before": {standin.RevocationInvalidToken, sso.AlreadyGone, 1},
		"no endpoint": {standin.RevocationAbsent, sso.Unsupported, 1},
		"down":        {standin.RevocationUnavailable, sso.Failed, 1},
	} {
		b.provider.RevokeGrants("ada-1")
		b.provider.SetRevocation(standin.RevocationWorks)
		link := p.linked("ada-1")
		b.provider.SetRevocation(c.answer)
		must(t, p.revoke(link))
		must(t, p.revoke(link)) // again is no error
		err := b.endAtProvider(link)
		if c.want == sso.Failed {
			if err == nil || b.count(`select count(*) from sso_link where id = $1 and outcome = 'pending' and sealed_tokens is not null`, link.ID) != 1 {
				t.Errorf("%s: it is not tried again: %v", name, err)
			}
			_, err = b.DB.Pool.Exec(t.Context(), `update plan set tries = 9, due_at = '-infinity'`) // the last try
			must(t, err)
			err = b.endAtProvider(link)
		}
		must(t, err)
		must(t, b.endAtProvider(link)) // safe to call twice
		if n := b.count(`select count(*) from sso_link where id = $1 and outcome = $2 and sealed_tokens is null and claims = '{}' and outcome_at is not null`, link.ID, string(c.want)); n != 1 {
			t.Errorf("%s: the row does not say %q", name, c.want)
		}
		if got := len(b.provider.Grants("ada-1")); got != c.grants {
			t.Errorf("%s: %d grants live", name, got)
		}
	}
	if n := b.count(`select count(*) from audit_entry where action = 'sso.ended'`); n != 4 {
		t.Errorf("%d audit entries of the ends", n)
	}
}

func TestAJobRevokesEveryGrantThatSignInsHaveGathered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	testkit.Work(t, b.DB, b.AddWorkers)
	p := b.somebody("robin@example.com", password)
	link := p.linked("ada-1")
	for range 2 {
		_, err := b.stranger().trip(sso.SignIn, "ada-1")
		must(t, err)
	}
	if n := len(b.provider.Grants("ada-1")); n != 3 {
		t.Fatalf("%d grants", n)
	}
	must(t, p.revoke(link))
	testkit.AwaitJobs(t, b.DB)
	if n := len(b.provider.Grants("ada-1")); n != 0 {
		t.Errorf("%d grants outlive the revocation", n)
	}
	if n := b.count(`select count(*) from mail_message where kind in ('serviceLinked', 'serviceRevoked')`); n != 2 {
		t.Errorf("%d messages tell of it", n)
	}
	if _, err := b.stranger().trip(sso.SignIn, "ada-1"); err != nil {
		t.Error(err) // somebody unknown again: asked to sign up
	}
}

func TestTokensAreSealedToTheirLink(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.somebody("robin@example.com", password)
	link := p.linked("ada-1")
	var sealed []byte
	var claims string
	must(t, b.DB.Pool.QueryRow(t.Context(), `select sealed_tokens, claims::text from sso_link where id = $1`, link.ID).Scan(&sealed, &claims))
	plain, err := b.Ring.Open("sso tokens", link.ID[:], sealed)
	must(t, err)
	var tokens []struct{ Refresh, Access string }
	must(t, json.Unmarshal(plain, &tokens))
	if len(tokens) != 1 || tokens[0].Refresh == "" {
		t.Fatalf("kept: %+v", tokens)
	}
	if bytes.Contains(sealed, []byte(tokens[0].Refresh)) || bytes.Contains(sealed, []byte(tokens[0].Access)) {
		t.Error("a token can be read in the row")
	}
	other := postgres.NewID()
	if _, err := b.Ring.Open("sso tokens", other[:], sealed); err == nil {
		t.Error("the tokens open for another link")
	}
	if !strings.Contains(claims, "Ada Example") || strings.Contains(claims, "nonce") || strings.Contains(claims, "aud") {
		t.Errorf("what it gave us: %s", claims)
	}
}

func TestALinkOfARemovedProviderStaysVisibleAndRevocable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.somebody("robin@example.com", "")
	link := p.linked("ada-1")
	b.App = b.portal(b.DB)
	links, err := b.links(p.id)
	must(t, err)
	if len(links) != 1 || links[0].Configured || links[0].Claims["email"] != "ada@example.com" {
		t.Fatalf("%+v", links)
	}
	must(t, p.revoke(link)) // it was no way in any more
	must(t, b.endAtProvider(link))
	if n := b.count(`select count(*) from sso_link where outcome = 'failed' and sealed_tokens is null`); n != 1 {
		t.Error("a provider that wants the client's secret is not called failed")
	}
}

func TestAProviderThatIsDownStopsNothingElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.provider.Close())
	b.App = b.portal(b.DB, sso.Provider{ID: "google", Name: "Google", Issuer: b.provider.Issuer(), ClientID: "portal", ClientSecret: "s"})
	started := time.Now()
	_, err := b.SSO.Begin(t.Context(), sso.Start{Provider: "google", Purpose: sso.SignIn, Next: "/", From: visit})
	kind(t, "a sign-in", err, fault.Unavailable)
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("it took %s to say so", took)
	}
	_, err = b.SSO.Begin(t.Context(), sso.Start{Provider: "nobody", Purpose: sso.SignIn, From: visit})
	kind(t, "a provider that nobody configured", err, fault.NotFound)
}

// endAtProvider works the plan of a revocation.
func (b *bundle) endAtProvider(link sso.LinkID) error {
	return b.Plans.Run(b.t.Context(), "sso.revoke", link.ID)
}

func TestWhoIsBeingErasedWaitsForAProviderThatIsBeingTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.somebody("robin@example.com", password)
	link := p.linked("ada-1")
	in := func(do func(context.Context, postgres.Tx) error) {
		t.Helper()
		must(t, b.DB.InTx(t.Context(), do))
	}
	in(func(ctx context.Context, tx postgres.Tx) error { return b.SSO.EndAll(ctx, tx, p.id) })
	ended := func(giveUp bool) (done, well bool) {
		t.Helper()
		in(func(ctx context.Context, tx postgres.Tx) (err error) {
			done, well, err = b.SSO.Ended(ctx, tx, p.id, giveUp)
			return err
		})
		return done, well
	}
	if done, _ := ended(false); done {
		t.Error("it is over before anybody was told")
	}
	in(func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.PGX.Exec(ctx, `select from plan where id = $1 for update`, link.ID) // as whoever works on it does
		if done, _ := ended(true); done {
			t.Error("it is given up while the provider is being told")
		}
		return err
	})
	if done, well := ended(true); !done || well {
		t.Errorf("given up: over %t, well %t", done, well)
	}
}
