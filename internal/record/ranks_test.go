package record_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/record"
)

func (b *bundle) ranks(t *testing.T, s record.Source, person fmt.Stringer, q record.PageQuery) record.Ranks {
	t.Helper()
	r := b.db.Reads()
	ranks := s.ReadRanks(r, uuid.MustParse(person.String()), q)
	if err := r.Send(t.Context()); err != nil {
		t.Fatal(err)
	}
	return *ranks
}

// A thousand rows are counted whatever there is, so that a page costs the same;
// whose places come up most does not depend on what is summed.
func TestPlacesAreRankedByHowOftenTheNewestRowsSayThem(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person(t, "mara@example.com")
	other := b.person(t, "other@example.com")
	end := b.clock.Now().UTC().Truncate(time.Hour)
	b.portal.Months("connection_log", end.AddDate(-1, 0, 0), end)
	b.exec(t, `insert into connection_log (person_id, started_at, id, network, place, bytes, seconds)
		select $1, $2::timestamptz - i * interval '12 hours', i, '203.0.113.0/24', case when i % 10 = 0 then '' when i % 3 = 0 then 'Lund' else 'Berlin, DE' end, 1, 1 from generate_series(1, 600) i`, mara, end)
	b.exec(t, `insert into connection_log (person_id, started_at, id, network, place, bytes, seconds)
		select $1, $2::timestamptz - i * interval '1 minute', i, '203.0.113.0/24', 'Rome', 1, 1 from generate_series(1, $3) i`, other, end, 3*record.RankedAtOnce)
	source := only(t, b.Service, "connection-log")
	for range 2 {
		for what, c := range map[string]struct {
			q      record.PageQuery
			rows   int64
			values []record.Counted
		}{
			"all":      {record.PageQuery{}, 600, []record.Counted{{Value: "Berlin, DE", Rows: 360}, {Value: "Lund", Rows: 180}}},
			"a time":   {record.PageQuery{From: end.AddDate(0, 0, -15), To: end}, 30, []record.Counted{{Value: "Berlin, DE", Rows: 18}, {Value: "Lund", Rows: 9}}},
			"a search": {record.PageQuery{Search: record.Search{Words: "lund"}}, 180, []record.Counted{{Value: "Lund", Rows: 180}}},
			"a page":   {record.PageQuery{Limit: 1, From: end.AddDate(0, 0, -1)}, 2, []record.Counted{{Value: "Berlin, DE", Rows: 2}}},
		} {
			got := b.ranks(t, source, mara, c.q)
			if got.Rows != c.rows || got.Newest != 0 || len(got.Fields) != 1 || !slices.Equal(got.Fields[0].Values, c.values) {
				t.Errorf("%s: %+v", what, got)
			}
		}
		if got := b.ranks(t, source, other, record.PageQuery{}); got.Rows != record.RankedAtOnce || got.Newest != record.RankedAtOnce {
			t.Errorf("of many: %+v", got)
		}
		b.exec(t, `update record_period set written_at = now(), reach = until where source = 'connection_log'`)
		if err := b.Sum(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
	}
}
