package sso_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/internal/testkit"
)

func TestAGrantThatNothingCameOfIsEndedAtTheProvider(t *testing.T) {
	t.Parallel()
	b := setup(t)
	testkit.Work(t, b.DB, b.AddWorkers)
	b.somebody("ada@example.com", password)
	for _, subject := range []string{"ada-1", "eve-3"} { // a known address, and none vouched for
		if done, err := b.stranger().trip(sso.SignIn, subject); done.SignUp != "" && err == nil {
			t.Fatalf("%s: %+v", subject, done)
		}
		testkit.AwaitJobs(t, b.DB)
		if n := len(b.provider.Grants(subject)) + b.count(`select count(*) from sso_attempt`); n != 0 {
			t.Errorf("%s: %d grants and attempts are left", subject, n)
		}
	}

	done, err := b.stranger().trip(sso.SignIn, "bob-2")
	must(t, err)
	if done.SignUp == "" {
		t.Fatalf("%+v", done)
	}
	endLapsed := func() {
		t.Helper()
		for range 2 { // safe to do twice
			var plan uuid.UUID
			must(t, b.DB.Pool.QueryRow(t.Context(), `select encode(substring(state_hash for 16), 'hex')::uuid from sso_attempt union all select gen_random_uuid()`).Scan(&plan))
			must(t, b.Plans.Run(t.Context(), "sso.endLapsed", plan))
		}
	}
	endLapsed()
	if len(b.provider.Grants("bob-2")) != 1 {
		t.Error("let go of while it waits")
	}
	b.clock.Advance(sso.SignUpLife)
	must(t, b.Accounts.Sweep(t.Context()))
	endLapsed()
	if n := len(b.provider.Grants("bob-2")) + b.count(`select count(*) from sso_attempt`); n != 0 {
		t.Errorf("%d grants and attempts outlive the sign-up", n)
	}
}

func TestWhoeverJoinedInAnotherBrowserSignsInThere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	testkit.Work(t, b.DB, b.AddWorkers)
	join := func(p *somebody, token string) (sso.Done, error) {
		return b.SSO.Join(t.Context(), p.browser, token, account.SignUp{Name: "Bob", Born: b.clock.Now().Add(-30 * 365 * 24 * time.Hour)}, visit, "")
	}
	first, second := b.stranger(), b.stranger()
	one, err := first.trip(sso.SignIn, "bob-2")
	must(t, err)
	two, err := second.trip(sso.SignIn, "bob-2")
	must(t, err)
	_, err = join(first, one.SignUp)
	must(t, err)
	done, err := join(second, two.SignUp)
	must(t, err)
	if !done.SignInFirst || done.Token != "" {
		t.Errorf("%+v", done)
	}
	testkit.AwaitJobs(t, b.DB)
	if n := b.count(`select count(*) from sso_attempt`); n != 0 {
		t.Errorf("%d attempts are left", n)
	}
	if n := len(b.provider.Grants("bob-2")); n != 2 {
		t.Errorf("%d grants: one that the link lives by was ended", n)
	}
}
