package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/testkit"
)

// code asks for a code in a session and reads it in the mail.
func (b *bundle) code(person, session uuid.UUID) string {
	b.t.Helper()
	must(b.t, b.Accounts.AskCode(b.t.Context(), person, session))
	_, code, ok := strings.Cut((<-b.letters).Letter.Heading, "Your code: ")
	if !ok || len(code) != 6 {
		b.t.Fatalf("mailed %q", code)
	}
	return code
}

func TestAMailedCodeProvesOnceForTenMinutesInTheSessionThatAsked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	testkit.Work(t, b.DB, b.AddWorkers)
	robin := b.person("robin@example.com", "")
	here, token := b.session(robin, visit)
	there, other := b.session(robin, visit)
	b.clock.Advance(account.Freshness)
	prove := func(session uuid.UUID, code, token string) (string, error) {
		return b.Accounts.ProveByCode(t.Context(), robin, session, code, token, account.Visit{})
	}
	old := b.code(robin, here.ID)
	code := b.code(robin, here.ID)
	_, err := prove(there.ID, code, other)
	kind(t, "in another session", err, fault.Invalid)
	if old != code { // one in a million
		_, err = prove(here.ID, old, token)
		kind(t, "an earlier code", err, fault.Invalid)
	}
	fresh, err := prove(here.ID, " "+strings.NewReplacer("0", "０", "1", "１").Replace(code)+" ", token)
	must(t, err)
	if session, err := b.Accounts.Session(t.Context(), fresh); err != nil || session.ID != here.ID || !session.ProvedAt.Equal(b.clock.Now()) {
		t.Errorf("%+v, %v", session, err)
	}
	_, err = b.Accounts.Session(t.Context(), token)
	kind(t, "the token from before", err, fault.Unauthenticated)
	_, err = prove(here.ID, code, fresh)
	kind(t, "a code twice", err, fault.Invalid)

	late := b.code(robin, here.ID)
	b.clock.Advance(account.CodeLife)
	_, err = prove(here.ID, late, fresh)
	kind(t, "too late", err, fault.Invalid)
}

func TestCodesAreFewAndSoAreTries(t *testing.T) {
	t.Parallel()
	b := setup(t)
	testkit.Work(t, b.DB, b.AddWorkers)
	robin := b.person("robin@example.com", "")
	session, token := b.session(robin, visit)
	code := b.code(robin, session.ID)
	for range 5 {
		_, err := b.Accounts.ProveByCode(t.Context(), robin, session.ID, "no code", token, account.Visit{})
		kind(t, "a wrong code", err, fault.Invalid)
	}
	_, err := b.Accounts.ProveByCode(t.Context(), robin, session.ID, code, token, account.Visit{})
	kind(t, "the sixth try", err, fault.TooMany)
	for range 4 {
		b.code(robin, session.ID)
	}
	kind(t, "the sixth code", b.Accounts.AskCode(t.Context(), robin, session.ID), fault.TooMany)
	b.clock.Advance(2 * time.Hour)
	b.code(robin, session.ID)
}

func TestAMailedCodeStandsInForNoPassword(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.person("robin@example.com", password)
	session, token := b.session(robin, visit)
	kind(t, "asking", b.Accounts.AskCode(t.Context(), robin, session.ID), fault.NotFound)
	_, err := b.Accounts.ProveByCode(t.Context(), robin, session.ID, "000000", token, account.Visit{})
	kind(t, "trying", err, fault.NotFound)
}
