package record_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/record"
)

const feedHeader = "person,row_key,row_changed_at,at,brand,last4,expiry,billing_city,billing_name\n"

// card is a line of a feed of payment methods.
func card(key, changed, city, name string) string {
	return fmt.Sprintf("mara@example.com,%s,%s,2025-01-01T00:00:00Z,Visa,4242,2027-01,%s,%s\n", key, changed, city, name)
}

// feed takes lines of one in and gives how many rows were added, updated, known and refused.
func (b *bundle) feed(t testing.TB, lines ...string) string {
	t.Helper()
	r, _, err := b.ingest(t, "payment-methods", record.CSV, feedHeader+strings.Join(lines, ""))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(r.Added, r.Updated, r.Known, r.Refused)
}

// cities are those of the rows that are held.
func (b *bundle) cities(t testing.TB, person uuid.UUID) string {
	t.Helper()
	rows, _ := b.db.Pool.Query(t.Context(), "select concat(fields->>'billing_city', '/', fields->>'billing_name') from record where person_id = $1 order by 1", person)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

func (b *bundle) mustFeed(t testing.TB, person uuid.UUID, want, held string, lines ...string) {
	t.Helper()
	if got := b.feed(t, lines...); got != want {
		t.Errorf("added, updated, known, refused: %s, want %s", got, want)
	}
	if got := b.cities(t, person); got != held {
		t.Errorf("held: %s, want %s", got, held)
	}
}

func TestARowWithAKeyIsOneRowWhateverItSaysAndAnOlderFileChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	old, now := card("c-1", "", "Osaka", "Mara"), card("c-1", "", "Kyoto", "Mara")
	b.mustFeed(t, mara, "1 0 0 0", "Osaka/Mara", old)
	b.mustFeed(t, mara, "0 1 0 0", "Kyoto/Mara", now)
	b.mustFeed(t, mara, "0 0 1 0", "Kyoto/Mara", now)
	b.mustFeed(t, mara, "0 0 1 0", "Kyoto/Mara", old)
	b.mustFeed(t, mara, "1 0 2 0", "Kyoto/Mara Nara/Mara", card("c-2", "", "Tsu", "Mara"), card("c-2", "", "Otsu", "Mara"), card("c-2", "", "Nara", "Mara"))
	b.mustFeed(t, mara, "0 0 1 0", "Kyoto/Mara Nara/Mara", card("c-2", "", "Tsu", "Mara"))
	if n := b.number(t, `select count(*) from audit_entry where action = 'record.updated' and person_id = $1 and detail->'fields' = '["billing_city"]' and length(detail->>'was') = 16`, mara); n != 1 {
		t.Errorf("%d updates are on record", n)
	}
	if n := b.number(t, `select count(*) from ingest_run where updated = 1`); n != 1 {
		t.Errorf("%d runs say that they updated one", n)
	}
}

func TestOfRowsThatSayWhenTheyBecameSoTheLatestCounts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	b.mustFeed(t, mara, "1 0 1 0", "Kyoto/Mara", card("c-1", "2025-03-01T00:00:00Z", "Kyoto", "Mara"), card("c-1", "2025-02-01T00:00:00Z", "Osaka", "Mara"))
	b.mustFeed(t, mara, "0 0 1 0", "Kyoto/Mara", card("c-1", "2025-02-15T00:00:00Z", "Kobe", "Mara"))
	b.mustFeed(t, mara, "0 1 0 0", "Osaka/Mara", card("c-1", "2025-04-01T00:00:00Z", "Osaka", "Mara")) // back to what it was
	b.mustFeed(t, mara, "0 0 0 2", "Osaka/Mara", card("c-1", "yesterday", "Nara", "Mara"), card("", "2025-05-01T00:00:00Z", "Nara", "Mara"))
}

func TestNoFileUndoesWhatThePersonCorrectedUnlessItIsOfLater(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	b.mustFeed(t, mara, "1 0 0 0", "Osaka/Mara", card("c-1", "", "Osaka", "Mara"))
	source := only(t, b.Service, "payment-methods")
	page, err := b.page(t, source, mara, record.PageQuery{Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := source.Rectify(t.Context(), record.Rectification{Actor: audit.ByPerson(mara), Person: mara, Key: page.Rows[0].Key, Values: map[string]string{"billing_city": "Uji"}}); err != nil {
		t.Fatal(err)
	}
	b.mustFeed(t, mara, "0 0 1 0", "Uji/Mara", card("c-1", "", "Osaka", "Mara"))
	b.mustFeed(t, mara, "0 1 0 0", "Uji/Mara L.", card("c-1", "", "Osaka", "Mara L."))
	b.mustFeed(t, mara, "0 1 0 0", "Uji/Mara Li.", card("c-1", "2025-02-01T00:00:00Z", "Kobe", "Mara Li."))
	b.mustFeed(t, mara, "0 0 1 0", "Uji/Mara Li.", card("c-1", "2025-01-31T00:00:00Z", "Kobe", "Mara Lo."))
	b.clock.Advance(time.Second)
	b.mustFeed(t, mara, "0 1 0 0", "Kobe/Mara Lu.", card("c-1", b.clock.Now().Format(time.RFC3339Nano), "Kobe", "Mara Lu."))
}

func TestRowsOfALogHaveNoKeys(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.person(t, "mara@example.com")
	r, refused, err := b.ingest(t, "connection-log", record.CSV, "row_key,"+logHeader+"k,"+connection("mara@example.com", 1))
	if err != nil || r.Added != 0 || len(refused) != 1 || refused[0] != "2 row_key undeclared" {
		t.Errorf("%+v, %v, %v", r, refused, err)
	}
}

func TestWhatHasNoKeyIsKnownByAllItSaysBesideWhatHasOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	b.mustFeed(t, mara, "2 0 1 0", "Osaka/Mara Osaka/Mara", card("", "", "Osaka", "Mara"), card("c-1", "", "Osaka", "Mara"), card("", "", "Osaka", "Mara"))
	b.totalsAreTrue(t, mara)
}
