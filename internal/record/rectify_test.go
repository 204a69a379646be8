package record_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/record"
)

func TestThePersonMayCorrectWhatTheyGaveAndNothingElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara, other := b.person(t, "mara@example.com"), b.person(t, "other@example.com")
	file := "person,at,brand,last4,expiry,billing_city,billing_name\nmara@example.com,2025-01-01T00:00:00Z,Visa,4242,2027-01,Osaka,Mara\n"
	if r, refused, err := b.ingest(t, "payment-methods", record.CSV, file); err != nil || r.Added != 1 {
		t.Fatalf("%+v %v %v", r, refused, err)
	}
	source := only(t, b.Service, "payment-methods")
	page, err := b.page(t, source, mara, record.PageQuery{Limit: 5})
	if err != nil || len(page.Rows) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	rectify := func(who uuid.UUID, values map[string]string) error {
		_, err := source.Rectify(t.Context(), record.Rectification{Actor: audit.ByPerson(who), Person: who, Key: page.Rows[0].Key, Values: values})
		return err
	}
	if err := rectify(mara, map[string]string{"billing_city": "Kyoto", "billing_name": ""}); err != nil {
		t.Error(err)
	}
	if n := b.number(t, `select count(*) from record where fields->>'billing_city' = 'Kyoto' and not fields ? 'billing_name' and fields->>'last4' = '4242'`); n != 1 {
		t.Error("the correction is not in the row")
	}
	if err := rectify(mara, map[string]string{"last4": "1111"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a field that is not theirs to change: %v", err)
	}
	if err := rectify(other, map[string]string{"billing_city": "Kobe"}); !notFound(err) {
		t.Errorf("somebody else's row: %v", err)
	}
	if err := rectify(mara, map[string]string{"billing_city": "4111 1111 1111 1111"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a card number: %v", err)
	}
	if changed, err := source.Rectify(t.Context(), record.Rectification{
		Actor: audit.ByPerson(mara), Person: mara, Key: page.Rows[0].Key, Values: map[string]string{"billing_city": "Kyoto", "billing_name": ""},
	}); changed || err != nil {
		t.Errorf("what the row holds already: %t, %v", changed, err)
	}
	if n := b.number(t, "select count(*) from audit_entry where action = 'record.corrected' and person_id = $1 and detail->'fields' = '[\"billing_city\", \"billing_name\"]'", mara); n != 1 {
		t.Errorf("%d audit entries", n)
	}
	if n := b.number(t, "select count(*) from audit_entry where action = 'record.corrected' and person_id = $1", mara); n != 1 {
		t.Errorf("%d audit entries", n)
	}
}

func TestOfTwoCorrectionsOfWhatBothSawOneCounts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	file := "person,at,brand,last4,expiry,billing_city,billing_name\nmara@example.com,2025-01-01T00:00:00Z,Visa,4242,2027-01,Osaka,Mara\n"
	if r, refused, err := b.ingest(t, "payment-methods", record.CSV, file); err != nil || r.Added != 1 {
		t.Fatalf("%+v %v %v", r, refused, err)
	}
	source := only(t, b.Service, "payment-methods")
	page, err := b.page(t, source, mara, record.PageQuery{Limit: 5})
	if err != nil || len(page.Rows) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	correct := func(city, seen string) error {
		_, err := source.Rectify(t.Context(), record.Rectification{
			Actor: audit.ByPerson(mara), Person: mara, Key: page.Rows[0].Key, Seen: seen, Values: map[string]string{"billing_city": city},
		})
		return err
	}
	var done, stale atomic.Int32
	var all sync.WaitGroup
	for _, city := range strings.Fields("Kyoto Kobe Nara Tsu Otsu Fukui") {
		all.Go(func() {
			switch err := correct(city, page.Rows[0].Version()); {
			case err == nil:
				done.Add(1)
			case fault.Is(err, fault.Invalid):
				stale.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if done.Load() != 1 || stale.Load() != 5 {
		t.Errorf("%d counted, %d were told that it had changed", done.Load(), stale.Load())
	}
	if n := b.number(t, "select count(*) from audit_entry where action = 'record.corrected' and person_id = $1", mara); n != 1 {
		t.Errorf("%d audit entries", n)
	}
	if err := correct("Uji", ""); err != nil {
		t.Errorf("whichever there is: %v", err)
	}
}
