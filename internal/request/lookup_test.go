package request_test

import (
	"testing"

	"plusultra.link/privacy/internal/fault"
)

func TestEachLookUpOfAPersonIsOnRecordAndTheyAreLimited(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "DE", "")
	found, err := b.requests.WhoIs(t.Context(), b.agent, "mara@example.com")
	if err != nil || found != mara {
		t.Fatalf("%s, %v", found, err)
	}
	_, err = b.requests.WhoIs(t.Context(), b.agent, "stranger@example.com")
	if !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
	count := func(query string, args ...any) (n int) {
		t.Helper()
		if err := b.db.Pool.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const sought = `select count(*) from audit_entry where action = 'person.sought' and actor_id = $1 and `
	if n := count(sought+`subject = $2 and person_id::text = $2`, b.agent.ID.String(), mara.String()); n != 1 {
		t.Errorf("%d entries of the one who was found", n)
	}
	if n := count(sought+`subject = 'nobody' and person_id is null`, b.agent.ID.String()); n != 1 {
		t.Errorf("%d entries of nobody", n)
	}
	if n := count(`select count(*) from audit_entry where audit_entry::text like '%@example.com%'`); n != 0 {
		t.Error("an address stands in the log")
	}
	for range 58 {
		_, _ = b.requests.WhoIs(t.Context(), b.agent, "mara@example.com")
	}
	if _, err = b.requests.WhoIs(t.Context(), b.agent, "mara@example.com"); !fault.Is(err, fault.TooMany) {
		t.Errorf("the look-up after sixty: %v", err)
	}
	if _, err = b.requests.WhoIs(t.Context(), b.officer, "mara@example.com"); err != nil {
		t.Errorf("somebody else's: %v", err)
	}
}
