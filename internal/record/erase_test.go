package record_test

import (
	"encoding/json"
	"slices"
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
	if got := b.batches(t, source, mara, 10); !slices.Equal(got, []int64{10, 10, 5}) {
		t.Errorf("erased %v", got)
	}
	if n := b.number(t, "select count(*) from session where person_id = $1", other); n != 25 {
		t.Errorf("the other's sessions: %d", n)
	}
}

func TestWhatIsKeptLosesTheWordsAndStays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	b.exec(t, `insert into staff_look (person_id, id, at, staff_id, role, what, reason_code, reason)
		select $1, gen_random_uuid(), now(), gen_random_uuid(), 'agent', 'person', 'support', 'she called' from generate_series(1, 3)`, mara)
	source := only(t, b.Service, "staff-looks")
	if _, _, err := b.erase(t, source, mara, "", 2); err == nil || !strings.Contains(err.Error(), "no erasure") {
		t.Errorf("before an erasure: %v", err)
	}
	b.erasing(t, mara)
	if got := b.batches(t, source, mara, 2); !slices.Equal(got, []int64{2, 1}) {
		t.Errorf("emptied %v", got)
	}
	if n := b.number(t, "select count(*) from staff_look where person_id = $1 and reason = '' and reason_code = 'support'", mara); n != 3 {
		t.Errorf("%d rows stay without their words", n)
	}
}

func TestALedgerThatIsKeptIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	b.consents(t, mara, 3)
	b.erasing(t, mara)
	if got := b.batches(t, only(t, b.Service, "consent"), mara, 10); !slices.Equal(got, []int64{0}) {
		t.Errorf("erased %v", got)
	}
	if n := b.number(t, "select count(*) from consent_event where person_id = $1", mara); n != 3 {
		t.Errorf("%d lines stay", n)
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
