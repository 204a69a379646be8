package account_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// signUp signs an address up and gives the token of the mailed link.
func (b *bundle) signUp(email string) string {
	b.t.Helper()
	must(b.t, b.Accounts.SignUp(b.t.Context(), account.SignUp{
		Email: email, Name: "Robin Example", Password: "the password of an attacker", Born: b.clock.Now().AddDate(-30, 0, 0),
	}, visit))
	letter := <-b.letters
	_, token, ok := strings.Cut(letter.Letter.Action.URL, "/verify/")
	if !ok {
		b.t.Fatalf("mailed: %+v", letter.Letter)
	}
	return token
}

func TestOnlyWhoReadsAnAddressesMailChoosesThePassword(t *testing.T) {
	t.Parallel()
	b := setup(t)
	testkit.Work(t, b.DB, b.AddWorkers)
	token := b.signUp("victim@example.com")
	if n := b.count(`select count(*) from password`); n != 0 {
		t.Fatalf("%d passwords before the address was proved", n)
	}
	email, err := b.Accounts.SignUpWaits(t.Context(), token)
	if err != nil || email != "victim@example.com" {
		t.Errorf("waits for %q, %v", email, err)
	}
	if _, err := b.Accounts.ConfirmSignUp(t.Context(), token, "password12", visit, ""); err == nil {
		t.Error("a weak password opened an account")
	}
	session, err := b.Accounts.ConfirmSignUp(t.Context(), token, password, visit, "")
	must(t, err)
	if signedIn, err := b.Accounts.Session(t.Context(), session); err != nil || signedIn.Address != "victim@example.com" {
		t.Errorf("signed in as %q, %v", signedIn.Address, err)
	}
	_, err = b.Accounts.SignIn(t.Context(), "victim@example.com", "the password of an attacker", visit, "")
	kind(t, "the password of who typed the address", err, fault.Invalid)
	_, err = b.Accounts.SignIn(t.Context(), "victim@example.com", password, visit, "")
	must(t, err)
	_, err = b.Accounts.ConfirmSignUp(t.Context(), token, password, visit, "")
	kind(t, "the link a second time", err, fault.Gone)
}

func TestAWaitingSignUpHoldsNoPassword(t *testing.T) {
	t.Parallel()
	b := setup(t)
	testkit.Work(t, b.DB, b.AddWorkers)
	b.signUp("robin@example.com")
	var hash, sealed []byte
	must(t, b.DB.Pool.QueryRow(t.Context(), `select token_hash, sealed from sign_up`).Scan(&hash, &sealed))
	plain, err := b.Ring.Open("sign-up", hash, sealed)
	must(t, err)
	if bytes.Contains(plain, []byte("argon2")) || bytes.Contains(plain, []byte("attacker")) {
		t.Errorf("what waits: %s", plain)
	}
}

func TestOfTwoSignUpsForOneAddressOneOpensAndNothingIsLeft(t *testing.T) {
	t.Parallel()
	b := setup(t)
	testkit.Work(t, b.DB, b.AddWorkers)
	tokens := []string{b.signUp("robin@example.com"), b.signUp("robin@example.com"), b.signUp("robin@example.com")}
	confirm := func(token string) error {
		_, err := b.Accounts.ConfirmSignUp(t.Context(), token, password, visit, "")
		return err
	}
	var both sync.WaitGroup
	faults := make([]error, 2)
	for i := range faults {
		both.Go(func() { faults[i] = confirm(tokens[i]) })
	}
	both.Wait()
	if (faults[0] == nil) == (faults[1] == nil) {
		t.Fatalf("both at once: %v, %v", faults[0], faults[1])
	}
	for _, err := range faults {
		if err != nil {
			kind(t, "the one that came second", err, fault.Gone)
		}
	}
	kind(t, "one that came later", confirm(tokens[2]), fault.Gone)
	for table, want := range map[string]int{"person": 1, "password": 1, "session": 1, "sign_up": 0} {
		if n := b.count(`select count(*) from ` + table); n != want {
			t.Errorf("%d rows in %s", n, table)
		}
	}
}

func TestMailGoesToTheAddressAsItsOwnerWroteIt(t *testing.T) {
	t.Parallel()
	to := make(chan string, 8)
	p := apptest.New(t, func(parts *app.Parts) { parts.Sender = recipients(to) })
	p.WorkJobs()
	b := &bundle{Portal: p, t: t, clock: p.Clock}
	form := account.SignUp{Email: "Zoe.Q@Example.COM", Name: "Zoe", Born: b.clock.Now().AddDate(-30, 0, 0)}
	must(t, b.Accounts.SignUp(t.Context(), form, visit))
	must(t, b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		_, err := b.Accounts.Open(ctx, tx, account.SignUp{Email: "Ada.L@Example.COM", Name: "Ada", Password: password}, "en", account.Adult)
		return err
	}))
	if n := b.count(`select count(*) from email_address where address = 'ada.l@example.com' and spelling = 'Ada.L@example.com'`); n != 1 {
		t.Error("the spelling is not kept beside the one form")
	}
	must(t, b.Accounts.AskReset(t.Context(), "ADA.L@example.com", visit))
	form.Email = "ada.L@example.com"
	must(t, b.Accounts.SignUp(t.Context(), form, visit))
	must(t, b.Accounts.AskReset(t.Context(), "Nobody@example.com", visit))
	ada, err := b.Accounts.ByAddress(t.Context(), "aDa.l@example.com")
	must(t, err)
	must(t, b.Accounts.ChangePassword(t.Context(), ada, ada, password, "some long enough gibberish 81", visit))
	var got []string
	for range 5 {
		got = append(got, <-to)
	}
	slices.Sort(got)
	if want := []string{"Ada.L@example.com", "Ada.L@example.com", "Ada.L@example.com", "Nobody@example.com", "Zoe.Q@example.com"}; !slices.Equal(got, want) {
		t.Errorf("mail went to %q", got)
	}
}

// recipients is a mail server that keeps to whom it was told to send.
type recipients chan string

func (r recipients) Send(_ context.Context, _, to string, _ mail.Envelope) error {
	r <- to
	return nil
}
