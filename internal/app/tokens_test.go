package app_test

import (
	"encoding/hex"
	"path"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// Whoever reads the database, or a copy of it, gets in nowhere by that.
func TestNoTokenLiesInTheDatabaseAsItWasHandedOut(t *testing.T) {
	t.Parallel()
	p := apptest.New(t)
	p.WorkJobs()
	ctx, from := t.Context(), account.Visit{UserAgent: "a test", Lang: "en"}
	robin := p.Person(apptest.Somebody{Email: "robin@example.com"})
	must(t, p.Accounts.SignUp(ctx, account.SignUp{Email: "new@example.com", Name: "New", Born: p.Clock.Now().AddDate(-30, 0, 0)}, from))
	must(t, p.Accounts.AskReset(ctx, "robin@example.com", from))
	_, invitation, err := p.Staff.Add(ctx, audit.BySystem("test"), staff.NewMember{Email: "officer@example.com", Name: "Noor", Role: staff.Officer, Lang: "en"})
	must(t, err)
	key, _, err := p.Records.CreateKey(ctx, audit.BySystem("test"), "gateway", []string{"connection-log"})
	must(t, err)
	tokens := map[string]string{
		"a session's": p.Session(account.SessionOwner{Person: robin}), "an API key": key, "an invitation's": path.Base(invitation),
	}
	for of, to := range map[string]string{"a sign-up's": "new@example.com", "a reset's": "robin@example.com"} {
		links := p.Letter(to, "").Links()
		for _, link := range links {
			if base := path.Base(path.Dir(link)); base == "verify" || base == "reset" {
				tokens[of] = path.Base(link)
			}
		}
		if tokens[of] == "" {
			t.Fatalf("%s: no link among %v", of, links)
		}
	}
	p.Settle()
	dump := p.Dump()
	if !strings.Contains(dump, "robin@example.com") {
		t.Fatal("the dump is empty")
	}
	for of, token := range tokens {
		if strings.Contains(dump, token) || strings.Contains(dump, hex.EncodeToString([]byte(token))) {
			t.Errorf("%s token stands in the database", of)
		}
	}
}
