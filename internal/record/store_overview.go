package record

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

func (s *Service) readOverview(r *postgres.Reads, person uuid.UUID) *[]Holding {
	found, all := map[string]Holding{}, &[]Holding{}
	for _, sql := range s.overview {
		r.Each(collect(found), sql, person)
	}
	r.Then(func(*postgres.Reads) error {
		for _, c := range s.deps.Register.Categories {
			if len(s.by[c.ID]) > 0 {
				h := found[c.ID]
				h.Category = c.ID
				*all = append(*all, h)
			}
		}
		return nil
	})
	return all
}

func (s *Service) readHolding(r *postgres.Reads, person uuid.UUID, category string) *Holding {
	found, one := map[string]Holding{}, &Holding{}
	for _, sql := range s.holding[category] {
		r.Each(collect(found), sql, person)
	}
	r.Then(func(*postgres.Reads) error {
		*one = found[category]
		one.Category = category
		return nil
	})
	return one
}

func collect(found map[string]Holding) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var h Holding
		var first, last *time.Time
		if err := rows.Scan(&h.Category, &h.Rows, &first, &last); err != nil {
			return err
		}
		found[h.Category] = found[h.Category].and(h.Rows, first, last)
		return nil
	}
}

// tablesAtOnce is how many tables one statement counts. PostgreSQL keeps
// sixteen locks of a connection at hand; with more of them, tables and indexes,
// everybody who looks at their overview waits for everybody else.
const tablesAtOnce = 7

// held is a query for how much of a category is held in a table: by the totals
// that ingest keeps, or else by a count of what is little for each person.
func (t *table) held() string {
	if t.counted() {
		return "select category, rows, first_at, last_at from record_total where person_id = $1 and category = " + literal(t.category.ID)
	}
	first, last := "null::timestamptz", "null::timestamptz"
	if t.holding.Time != "" {
		first, last = "min("+quote(t.holding.Time)+")", "max("+quote(t.holding.Time)+")"
	}
	return "select " + literal(t.category.ID) + ", count(*), " + first + ", " + last + " from " + t.from + " where " + t.shown
}

// overviewSQL is held of all tables in few queries.
func overviewSQL(tables []*table) []string {
	parts := []string{"select category, rows, first_at, last_at from record_total where person_id = $1"}
	for _, t := range tables {
		if !t.counted() {
			parts = append(parts, t.held())
		}
	}
	var all []string
	for some := range slices.Chunk(parts, tablesAtOnce) {
		all = append(all, strings.Join(some, " union all "))
	}
	return all
}

func readDays(r *postgres.Reads, person uuid.UUID, category string) *[]Day {
	all := &[]Day{}
	r.Each(func(rows pgx.Rows) error {
		d, err := pgx.RowToStructByPos[Day](rows)
		*all = append(*all, d)
		return err
	}, "select day, rows, amount from record_day where person_id = $1 and category = $2 order by day", person, category)
	return all
}
