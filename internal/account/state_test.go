package account_test

import (
	"context"
	"testing"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/postgres"
)

func TestTheStateIsKeptInTheUnitedStatesAndNowhereElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, c := range []struct{ email, country, state, want string }{
		{"ca@example.com", "US", "CA", "CA"},
		{"none@example.com", "US", "", ""},
		{"odd@example.com", "US", "somewhere", ""},
		{"se@example.com", "SE", "CA", ""},
	} {
		if err := b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
			_, err := b.Accounts.Open(t.Context(), tx, account.SignUp{Email: c.email, Name: "Robin", Country: c.country, State: c.state}, "en", account.Adult)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if n := b.count(`select count(*) from profile p join email_address e using (person_id) where e.address = $1 and p.country = $2 and p.region = $3`, c.email, c.country, c.want); n != 1 {
			t.Errorf("%s in %s: the profile is not in %q", c.state, c.country, c.want)
		}
	}
}
