package record_test

import (
	"fmt"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/record"
)

func TestEveryTextThatIsCorrectedIsReadAsOnEveryOtherForm(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	file := "person,at,brand,last4,expiry,billing_city,billing_name,billing_country\nmara@example.com,2025-01-01T00:00:00Z,Visa,4242,2027-01,Osaka,Mara,de\n"
	if r, refused, err := b.ingest(t, "payment-methods", record.CSV, file); err != nil || r.Added != 1 {
		t.Fatalf("%+v %v %v", r, refused, err)
	}
	source := only(t, b.Service, "payment-methods")
	page, err := b.page(t, source, mara, record.PageQuery{Limit: 5})
	if err != nil || len(page.Rows) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	rectify := func(values map[string]string) error {
		_, err := source.Rectify(t.Context(), record.Rectification{Actor: audit.ByPerson(mara), Person: mara, Key: page.Rows[0].Key, Values: values})
		return err
	}
	seen := 0
	for _, f := range source.Fields() {
		if !f.Correctable || f.Names == dictionary.ByCountry {
			continue
		}
		seen++
		for _, typed := range []string{"Ann\u202enosrep", "A\u2028B", "A\nB", "A\x07B", "A\x00B", "\xff", strings.Repeat("x", int(f.Max)+1)} {
			problems, _ := fault.Fields(rectify(map[string]string{f.ID: typed}))
			if _, told := problems.For(f.ID); !told {
				t.Errorf("%s takes %.20q", f.ID, typed)
			}
		}
		for typed, held := range map[string]string{"  A  e\u0301\u200b ": "A é", "\u200b\u2060": ""} {
			if err := rectify(map[string]string{f.ID: typed}); err != nil {
				t.Errorf("%s, %q: %v", f.ID, typed, err)
			}
			if n := b.number(t, "select count(*) from record where coalesce(fields->>$1, '') = $2", f.ID, held); n != 1 {
				t.Errorf("%s does not hold %q", f.ID, held)
			}
		}
	}
	if seen < 4 {
		t.Errorf("%d fields", seen)
	}
	for code, right := range map[string]bool{"ZZ": false, "UN": false, "Japan": false, " jp ": true} {
		if err := rectify(map[string]string{"billing_country": code}); (err == nil) != right {
			t.Errorf("%s: %v", code, err)
		}
	}
	if n := b.number(t, "select count(*) from record where fields->>'billing_country' = 'JP'"); n != 1 {
		t.Error("a code in small letters is not kept as it is listed")
	}
	if err := rectify(map[string]string{"billing_name": "4111 1111"}); err != nil {
		t.Error(err)
	}
	problems, _ := fault.Fields(rectify(map[string]string{"billing_street": "1111 1111"}))
	if p, told := problems.For("billing_street"); !told || p.Key != "input.card" {
		t.Errorf("the other half of a card's number: %v", problems)
	}
}

func TestARowIsRefusedForACountryThatIsNoneAndACardInPieces(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.person(t, "mara@example.com")
	const header = "person,at,brand,last4,expiry,billing_name,billing_street,billing_country\n"
	row := func(name, street, country string) string {
		return fmt.Sprintf("mara@example.com,2025-01-01T00:00:00Z,Visa,4242,2027-01,%s,%s,%s\n", name, street, country)
	}
	r, refused, err := b.ingest(t, "payment-methods", record.CSV, header+
		row("Mara", "Street 1", "ZZ")+row("Mara", "Street 1", "UN")+row("4111 1111", "1111 1111", "DE")+row("Mara", "Street 1", "de")+row("Mara", "Street 1", "DE"))
	want := []string{"2 billing_country country", "3 billing_country country", "4  card"}
	if err != nil || r.Added != 1 || r.Known != 1 || fmt.Sprint(refused) != fmt.Sprint(want) {
		t.Errorf("%+v, %v\n got %q\nwant %q", r.Progress, err, refused, want)
	}
	entry := func(answers string) string {
		return `{"person":"mara@example.com","at":"2025-01-01T00:00:00Z","kind":"survey","title":"A","answers":` + answers + "}\n"
	}
	r, refused, err = b.ingest(t, "entries", record.NDJSON,
		entry(`["41111111","11111111"]`)+entry(`{"a":"4111 1111","b":"1111 1111"}`)+entry(`{"deep":[{"a":["4111","1111","1111","1111"]}]}`)+
			entry(`[4111,1111,1111,1111,5,4,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]`)+entry(`{"a":"2 of 3","b":"2025-01-02"}`))
	want = []string{"1 answers card", "2 answers card", "3 answers card"}
	if err != nil || r.Added != 2 || fmt.Sprint(refused) != fmt.Sprint(want) {
		t.Errorf("%+v, %v\n got %q\nwant %q", r.Progress, err, refused, want)
	}
}
