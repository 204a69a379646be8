package account_test

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

func TestNobodySignsInWhileTheirErasureBegins(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.person("robin@example.com", password)
	begun := make(chan error, 1)
	must(t, b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		if _, err := b.Accounts.Close(t.Context(), tx, robin); err != nil {
			return err
		}
		go func() { // it read that the account is open before the erasure commits
			_, err := b.Accounts.StartSession(t.Context(), account.SessionOwner{Person: robin}, visit, "")
			begun <- err
		}()
		select {
		case err := <-begun:
			t.Errorf("a session began beside the erasure: %v", err)
			begun <- err
		case <-time.After(200 * time.Millisecond):
		}
		return nil
	}))
	kind(t, "a session after the erasure began", <-begun, fault.Conflict)
	if n := b.count(`select count(*) from session`); n != 0 {
		t.Errorf("%d sessions of somebody being erased", n)
	}
}

func TestAnyDescriptionOfABrowserIsKeptAsFarAsItIsText(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.person("robin@example.com", password)
	for name, agent := range map[string]string{
		"cut within a character": strings.Repeat("a", 299) + "é",
		"no UTF-8":               "Br\xf6wser",
		"with a NUL":             "a\x00b",
	} {
		session, _ := b.session(robin, account.Visit{IP: visit.IP, UserAgent: agent})
		if !utf8.ValidString(session.UserAgent) || session.UserAgent == "" {
			t.Errorf("%s: kept as %q", name, session.UserAgent)
		}
	}
}
