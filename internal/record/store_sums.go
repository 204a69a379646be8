package record

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

// addSums counts new rows to their people's days and totals.
func (r *run) addSums(ctx context.Context, tx postgres.Tx, rows []pending, people []uuid.UUID) error {
	type day struct {
		person int
		day    time.Time
	}
	type total struct {
		rows        int64
		first, last time.Time
	}
	days, totals := map[day]Day{}, map[int]total{}
	for _, p := range rows {
		at := day{p.person, p.at.Truncate(24 * time.Hour)}
		d := days[at]
		days[at] = Day{Rows: d.Rows + 1, Amount: d.Amount + p.amount}
		t, ok := totals[p.person]
		if !ok || p.at.Before(t.first) {
			t.first = p.at
		}
		if p.at.After(t.last) {
			t.last = p.at
		}
		t.rows++
		totals[p.person] = t
	}
	who, on := make([]uuid.UUID, 0, len(days)), make([]time.Time, 0, len(days))
	counts, amounts := make([]int64, 0, len(days)), make([]int64, 0, len(days))
	for at, d := range days {
		who, on = append(who, people[at.person]), append(on, at.day)
		counts, amounts = append(counts, d.Rows), append(amounts, d.Amount)
	}
	if _, err := tx.PGX.Exec(ctx, `insert into record_day (person_id, category, day, rows, amount)
		select who, $1, day, sum(rows), sum(amount) from unnest($2::uuid[], $3::date[], $4::bigint[], $5::bigint[]) d (who, day, rows, amount) group by 1, 3 order by 1, 3
		on conflict (person_id, category, day) do update set rows = record_day.rows + excluded.rows, amount = record_day.amount + excluded.amount`,
		r.in.Category, who, on, counts, amounts); err != nil {
		return err
	}
	who, counts = who[:0], counts[:0]
	var first, last []time.Time
	for person, t := range totals {
		who, counts, first, last = append(who, people[person]), append(counts, t.rows), append(first, t.first), append(last, t.last)
	}
	_, err := tx.PGX.Exec(ctx, `insert into record_total (person_id, category, rows, first_at, last_at)
		select who, $1, sum(rows), min(first_at), max(last_at)
		from unnest($2::uuid[], $3::bigint[], $4::timestamptz[], $5::timestamptz[]) t (who, rows, first_at, last_at) group by 1 order by 1
		on conflict (person_id, category) do update set rows = record_total.rows + excluded.rows,
			first_at = least(record_total.first_at, excluded.first_at), last_at = greatest(record_total.last_at, excluded.last_at)`,
		r.in.Category, who, counts, first, last)
	return err
}
