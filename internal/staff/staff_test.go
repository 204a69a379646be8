package staff_test

import (
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/staff"
)

func TestAMemberEnrolsAndSignsInWithTwoFactors(t *testing.T) {
	t.Parallel()
	b := setup(t)
	secret := b.enrol("noor@example.com", staff.Officer)
	token, err := b.signIn("Noor@Example.com", secret)
	must(t, err)
	session, err := b.accounts.Session(t.Context(), token)
	must(t, err)
	member, err := b.staff.Member(t.Context(), session.StaffID)
	must(t, err)
	if member.Name != "Odil Officer" || member.Role != staff.Officer {
		t.Errorf("signed in as %+v", member)
	}
	var sealed []byte
	must(t, b.DB.Pool.QueryRow(t.Context(), `select sealed_totp from staff_member`).Scan(&sealed))
	if strings.Contains(string(sealed), secret) || len(sealed) == 0 {
		t.Error("the second factor is not sealed")
	}
}

func TestTheLinkIsReadOftenAndUsedOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.invite("noor@example.com", staff.Agent)
	first, err := b.staff.Invitation(t.Context(), token, "")
	must(t, err)
	second, err := b.staff.Invitation(t.Context(), token, "")
	must(t, err)
	if first.Secret == second.Secret {
		t.Error("who reads the link later sees the secret that may have been set up")
	}
	again, err := b.staff.Invitation(t.Context(), token, first.Seed)
	must(t, err)
	if again != first {
		t.Error("the form that came back shows another secret")
	}
	if other, err := b.staff.Invitation(t.Context(), b.invite("other@example.com", staff.Agent), first.Seed); err != nil || other.Secret == first.Secret {
		t.Errorf("a secret of another invitation is offered: %v", err)
	}
	key, err := url.Parse(first.KeyURL)
	must(t, err)
	if key.Scheme != "otpauth" || key.Query().Get("secret") != first.Secret || strings.Contains(key.RawQuery, "+") {
		t.Errorf("the key is %s", first.KeyURL)
	}
	wantsField(t, b.enrolBy(token, "password12", b.code(first.Secret), first.Seed), "password", "account.passwordWeak")
	wantsField(t, b.enrolBy(token, goodPassword, "000000", first.Seed), "code", "staff.codeWrong")
	wantsField(t, b.enrolBy(token, goodPassword, b.code(first.Secret), second.Seed), "code", "staff.codeWrong")
	wantsField(t, b.enrolBy(token, goodPassword, b.code(first.Secret), "made up"), "code", "staff.codeWrong")
	must(t, b.enrolBy(token, goodPassword, b.code(first.Secret), first.Seed))
	wants(t, b.enrolBy(token, goodPassword, b.code(first.Secret), first.Seed), fault.Gone)
	_, err = b.staff.Invitation(t.Context(), token, "")
	wants(t, err, fault.Gone)
}

func TestAnInvitationLapsesAndAnotherReplacesIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	old := b.invite("noor@example.com", staff.Agent)
	renewed := b.invite("noor@example.com", staff.Admin)
	_, err := b.staff.Invitation(t.Context(), old, "")
	wants(t, err, fault.Gone)
	invitation, err := b.staff.Invitation(t.Context(), renewed, "")
	must(t, err)
	if invitation.Role != staff.Admin {
		t.Errorf("role %s", invitation.Role)
	}
	b.clock.Advance(staff.InviteLife)
	_, err = b.staff.Invitation(t.Context(), renewed, "")
	wants(t, err, fault.Gone)
}

func TestACodeWorksOnceAndNeverAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	secret := b.enrol("noor@example.com", staff.Agent)
	_, err := b.signIn("noor@example.com", secret)
	must(t, err)
	_, err = b.signIn("noor@example.com", secret)
	wantsField(t, err, "code", "staff.codeWrong")
	b.clock.Advance(30 * time.Second)
	_, err = b.signIn("noor@example.com", secret)
	must(t, err)
}

func TestOfTwoBrowsersWithOneCodeOneGetsIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	secret := b.enrol("noor@example.com", staff.Agent)
	step, err := b.staff.SignIn(t.Context(), "noor@example.com", goodPassword, b.from)
	must(t, err)
	code := b.code(secret)
	var wg sync.WaitGroup
	got := make([]error, 4)
	for i := range got {
		wg.Go(func() { _, got[i] = b.staff.Code(t.Context(), step, code, b.from, "") })
	}
	wg.Wait()
	in := 0
	for _, err := range got {
		if err == nil {
			in++
		}
	}
	if in != 1 {
		t.Errorf("%d got in: %v", in, got)
	}
}

func TestACodeMayBeOneStepOffAndNoMore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	secret := b.enrol("noor@example.com", staff.Agent)
	b.clock.Advance(10 * time.Minute)
	early := b.code(secret)
	b.clock.Advance(30 * time.Second)
	step, err := b.staff.SignIn(t.Context(), "noor@example.com", goodPassword, b.from)
	must(t, err)
	_, err = b.staff.Code(t.Context(), step, early, b.from, "")
	must(t, err)
	stale := b.code(secret)
	b.clock.Advance(60 * time.Second)
	_, err = b.staff.Code(t.Context(), step, stale, b.from, "")
	wantsField(t, err, "code", "staff.codeWrong")
}

func TestNothingTellsAStrangerWhoWorksHere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.enrol("noor@example.com", staff.Agent)
	b.invite("invited@example.com", staff.Agent)
	answers := map[string]bool{}
	for _, email := range []string{"noor@example.com", "invited@example.com", "nobody@example.com", "not an address"} {
		_, err := b.staff.SignIn(t.Context(), email, "some other password", b.from)
		wantsField(t, err, "email", "staff.signInWrong")
		answers[err.Error()] = true
	}
	if len(answers) != 1 {
		t.Errorf("the answers differ: %v", answers)
	}
}

func TestTriesAreLimitedPerAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	secret := b.enrol("noor@example.com", staff.Agent)
	step, err := b.staff.SignIn(t.Context(), "noor@example.com", goodPassword, b.from)
	must(t, err)
	for range 5 {
		_, err = b.staff.Code(t.Context(), step, "123456", b.from, "")
		wantsField(t, err, "code", "staff.codeWrong")
	}
	_, err = b.staff.Code(t.Context(), step, b.code(secret), b.from, "")
	wants(t, err, fault.TooMany)
	for range 10 {
		_, err = b.staff.SignIn(t.Context(), "noor@example.com", "wrong", b.from)
	}
	wants(t, err, fault.Invalid)
	_, err = b.staff.SignIn(t.Context(), "noor@example.com", goodPassword, b.from)
	wants(t, err, fault.TooMany)
}

func TestTheStepFromPasswordToCodeLapsesAndCantBeForged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	secret := b.enrol("noor@example.com", staff.Agent)
	step, err := b.staff.SignIn(t.Context(), "noor@example.com", goodPassword, b.from)
	must(t, err)
	_, err = b.staff.Code(t.Context(), step+"A", b.code(secret), b.from, "")
	wants(t, err, fault.Gone)
	b.clock.Advance(staff.StepLife)
	_, err = b.staff.Code(t.Context(), step, b.code(secret), b.from, "")
	wants(t, err, fault.Gone)
}

func TestADisabledMemberIsOutAtOnceAndStartsOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.enrol("admin@example.com", staff.Admin)
	secret := b.enrol("noor@example.com", staff.Agent)
	token, err := b.signIn("noor@example.com", secret)
	must(t, err)
	session, err := b.accounts.Session(t.Context(), token)
	must(t, err)
	must(t, b.staff.Disable(t.Context(), b.by, "noor@example.com"))
	_, err = b.staff.Member(t.Context(), session.StaffID)
	wants(t, err, fault.Unauthenticated)
	b.clock.Advance(time.Minute)
	_, err = b.signIn("noor@example.com", secret)
	wantsField(t, err, "email", "staff.signInWrong")
	wants(t, b.staff.Disable(t.Context(), b.by, "noor@example.com"), fault.NotFound)

	again := b.enrol("noor@example.com", staff.Officer)
	if again == secret {
		t.Error("the second factor is the old one")
	}
	_, err = b.signIn("noor@example.com", again)
	must(t, err)
}

func TestAnEnrolledMemberIsNotInvitedAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.enrol("noor@example.com", staff.Agent)
	_, _, err := b.staff.Add(t.Context(), b.by, staff.NewMember{Email: "noor@example.com", Name: "Noor", Role: staff.Admin})
	wants(t, err, fault.Conflict)
	_, _, err = b.staff.Add(t.Context(), b.by, staff.NewMember{Email: "nonsense", Role: "king"})
	for field, key := range map[string]string{"email": "address.bad", "name": "staff.nameBad", "role": "staff.roleBad"} {
		wantsField(t, err, field, key)
	}
}

func TestTheLastAdminStaysHoweverManyTryAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.enrol("one@example.com", staff.Admin)
	b.enrol("two@example.com", staff.Admin)
	var wg sync.WaitGroup
	got := make([]error, 2)
	for i, email := range []string{"one@example.com", "two@example.com"} {
		wg.Go(func() { got[i] = b.staff.Disable(t.Context(), b.by, email) })
	}
	wg.Wait()
	if (got[0] == nil) == (got[1] == nil) {
		t.Fatalf("one of two should win: %v", got)
	}
	members, err := b.staff.List(t.Context())
	must(t, err)
	left := 0
	for _, m := range members {
		if m.DisabledAt == nil {
			left++
			wants(t, b.staff.Disable(t.Context(), b.by, m.Email), fault.Conflict)
		}
	}
	if left != 1 {
		t.Errorf("%d admins are left", left)
	}
}

func TestOldSessionsOfADisabledMemberStayDead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.enrol("adam@example.com", staff.Admin)
	secret := b.enrol("noor@example.com", staff.Agent)
	token, err := b.signIn("noor@example.com", secret)
	must(t, err)
	must(t, b.staff.Disable(t.Context(), b.by, "noor@example.com"))
	b.enrol("noor@example.com", staff.Agent) // comes back
	_, err = b.accounts.Session(t.Context(), token)
	wants(t, err, fault.Unauthenticated)
}
