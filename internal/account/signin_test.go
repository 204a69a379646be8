package account_test

import (
	"testing"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
)

func TestAChangedPasswordEndsTheMailedLinksToSetOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.person("robin@example.com", password)
	session, _ := b.session(robin, visit)
	must(t, b.Accounts.AskReset(t.Context(), "robin@example.com", visit))
	if n := b.count(`select count(*) from email_proof where person_id = $1`, robin); n != 1 {
		t.Fatalf("%d links", n)
	}
	kind(t, "the password that they have", b.Accounts.ChangePassword(t.Context(), robin, session.ID, password, password, account.Visit{}), fault.Invalid)
	must(t, b.Accounts.ChangePassword(t.Context(), robin, session.ID, password, "seven brown teapots sing", account.Visit{}))
	if n := b.count(`select count(*) from email_proof where person_id = $1`, robin); n != 0 {
		t.Error("a link from before the change could change the password again")
	}
}

func TestAFloodOfSignUpsMutesNobodysReset(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.person("robin@example.com", password)
	for range 8 {
		must(t, b.Accounts.SignUp(t.Context(), account.SignUp{
			Email: "robin@example.com", Name: "Somebody", Password: password, Born: b.clock.Now().AddDate(-30, 0, 0),
		}, visit))
	}
	must(t, b.Accounts.AskReset(t.Context(), "robin@example.com", visit))
	if joined, reset := b.count(`select count(*) from mail_message where kind = 'alreadyJoined'`), b.count(`select count(*) from mail_message where kind = 'reset'`); joined != 5 || reset != 1 {
		t.Errorf("%d messages of sign-ups, %d of the reset", joined, reset)
	}
}
