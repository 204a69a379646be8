package security_test

import (
	"testing"

	"plusultra.link/privacy/internal/testkit"
)

// A flood counts up one row: were a column that it changes in an index, each
// attempt would write there, too, and the index would grow with the flood.
func TestCountingOneMoreAttemptTouchesNoIndex(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	count := func(where string) (n int) {
		t.Helper()
		if err := db.Pool.QueryRow(t.Context(), `select count(*) from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
			where i.indrelid = 'security_event'::regclass and `+where).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(`a.attname in ('at', 'times')`); n > 0 {
		t.Errorf("%d indexes hold what counting changes", n)
	}
	if count(`a.attname = 'hour' and a.attnum = i.indkey[0]`) == 0 || count(`a.attname = 'person_id' and a.attnum = i.indkey[0]`) == 0 {
		t.Error("what is old, or a person's, is found by reading all")
	}
}
