package staff_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

const goodPassword = "lantern orbit plum seventeen"

type bundle struct {
	*apptest.Portal
	t        *testing.T
	clock    *testkit.SetClock
	accounts *account.Service
	staff    *staff.Service
	from     account.Visit
	by       audit.Actor
}

func setup(t *testing.T) *bundle {
	t.Helper()
	reg, err := register.Default()
	must(t, err)
	reg.Brand.Name = "Example + Co" // what an authenticator shows
	p := apptest.New(t, func(parts *app.Parts) { parts.Register = reg })
	return &bundle{
		Portal: p, t: t, clock: p.Clock, accounts: p.Accounts, staff: p.Staff,
		from: account.Visit{IP: netip.MustParseAddr("192.0.2.7"), UserAgent: "a test", Lang: "en"},
		by:   audit.BySystem("command line"),
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Fatalf("want a fault of kind %d, got %v", kind, err)
	}
}

func wantsField(t *testing.T, err error, field, key string) {
	t.Helper()
	problems, _ := fault.Fields(err)
	if p, ok := problems.For(field); !ok || p.Key != key {
		t.Fatalf("want %s: %s, got %v", field, key, err)
	}
}

// invite gives the token of a new member's link.
func (b *bundle) invite(email string, role staff.Role) string {
	b.t.Helper()
	_, link, err := b.staff.Add(b.t.Context(), b.by, staff.NewMember{Email: email, Name: "Odil Officer", Role: role, Lang: "en"})
	must(b.t, err)
	_, token, ok := strings.Cut(link, "/staff/enrol/")
	if !ok {
		b.t.Fatalf("no link: %q", link)
	}
	return token
}

func (b *bundle) code(secret string) string {
	b.t.Helper()
	code, err := totp.GenerateCode(secret, b.clock.Now())
	must(b.t, err)
	return code
}

// enrolBy uses an invitation.
func (b *bundle) enrolBy(token, password, code, seed string) error {
	_, err := b.staff.Enrol(b.t.Context(), token, staff.Enrolment{Password: password, Code: code, Seed: seed}, account.Visit{})
	return err
}

// enrol makes a member who can sign in, and gives their authenticator's secret.
func (b *bundle) enrol(email string, role staff.Role) (secret string) {
	b.t.Helper()
	token := b.invite(email, role)
	invitation, err := b.staff.Invitation(b.t.Context(), token, "")
	must(b.t, err)
	must(b.t, b.enrolBy(token, goodPassword, b.code(invitation.Secret), invitation.Seed))
	b.clock.Advance(30 * time.Second)
	return invitation.Secret
}

func (b *bundle) signIn(email, secret string) (string, error) {
	ctx := context.Background()
	step, err := b.staff.SignIn(ctx, email, goodPassword, b.from)
	if err != nil {
		return "", errors.Join(errors.New("at the password"), err)
	}
	return b.staff.Code(ctx, step, b.code(secret), b.from, "")
}
