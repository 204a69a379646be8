package record_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/record"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

func notFound(err error) bool { return fault.Is(err, fault.NotFound) }

func TestErasingGoesInBatchesUntilNothingIsLeft(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara, other := b.person(t, "mara@example.com"), b.person(t, "other@example.com")
	const session = `insert into session (token_hash, id, person_id, created_at, seen_at, expires_at)
		select sha256((i || $1::text)::bytea), gen_random_uuid(), $1::text::uuid, now(), now(), now() from generate_series(1, 25) i`
	b.exec(t, session, mara)
	b.exec(t, session, other)
	source := only(t, b.Service, "sessions")
	for _, want := range []int64{10, 10, 5, 0} {
		if n, err := source.Erase(t.Context(), mara, 10); err != nil || n != want {
			t.Errorf("erased %d, %v; want %d", n, err, want)
		}
	}
	if n := b.number(t, "select count(*) from session where person_id = $1", other); n != 25 {
		t.Errorf("the other's sessions: %d", n)
	}
}

func TestWhatIsKeptLosesTheWordsAndStaysUntilItIsDeleted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	b.exec(t, `insert into staff_look (person_id, id, at, staff_id, role, what, reason_code, reason)
		select $1, gen_random_uuid(), now(), gen_random_uuid(), 'agent', 'person', 'support', 'she called' from generate_series(1, 3)`, mara)
	source := only(t, b.Service, "staff-looks")
	if _, err := source.Erase(t.Context(), mara, 2); err == nil || !strings.Contains(err.Error(), "no erasure") {
		t.Errorf("before an erasure: %v", err)
	}
	b.erasing(t, mara)
	for _, want := range []int64{2, 1, 0} {
		if n, err := source.Erase(t.Context(), mara, 2); err != nil || n != want {
			t.Errorf("emptied %d, %v; want %d", n, err, want)
		}
	}
	if n := b.number(t, "select count(*) from staff_look where person_id = $1 and reason = '' and reason_code = 'support'", mara); n != 3 {
		t.Errorf("%d rows stay without their words", n)
	}
	if n, err := source.Delete(t.Context(), mara, 10); err != nil || n != 3 {
		t.Errorf("deleted %d, %v", n, err)
	}
}

func TestALedgerThatIsKeptIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	b.consents(t, mara, 3)
	b.erasing(t, mara)
	source := only(t, b.Service, "consent")
	if n, err := source.Erase(t.Context(), mara, 10); err != nil || n != 0 {
		t.Errorf("erased %d, %v", n, err)
	}
	if n, err := source.Delete(t.Context(), mara, 10); err != nil || n != 3 {
		t.Errorf("deleted %d, %v", n, err)
	}
}

func FuzzAStringIsWrittenAsAnyReaderOfJSONReadsIt(f *testing.F) {
	for _, s := range []string{"", "plain", "a\"b\\c", "\x00\x1f\t\r\n", "日本\u2028\u2029", "\xff\xc0bad", "\U0001f600"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, s []byte) {
		var got string
		if err := json.Unmarshal(record.AppendString(nil, s), &got); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if want := string([]rune(string(s))); got != want && utf8.Valid(s) {
			t.Errorf("%q became %q", s, got)
		}
	})
}
