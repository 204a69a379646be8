package record

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

func (s *Service) holdings(ctx context.Context, db postgres.Reader, person uuid.UUID) ([]Holding, error) {
	rows, err := db.Query(ctx, s.overview, person)
	if err != nil {
		return nil, fmt.Errorf("overview: %w", err)
	}
	defer rows.Close()
	found := map[string]Holding{}
	for rows.Next() {
		var h Holding
		var first, last *time.Time
		if err := rows.Scan(&h.Category, &h.Rows, &first, &last); err != nil {
			return nil, err
		}
		found[h.Category] = found[h.Category].and(h.Rows, first, last)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("overview: %w", err)
	}
	var all []Holding
	for _, c := range s.deps.Register.Categories {
		if len(s.by[c.ID]) > 0 {
			h := found[c.ID]
			h.Category = c.ID
			all = append(all, h)
		}
	}
	return all, nil
}

// overviewSQL reads the totals that ingest keeps, and counts the tables that
// are small for each person.
func overviewSQL(tables []*table) string {
	parts := []string{"select category, rows, first_at, last_at from record_total where person_id = $1"}
	for _, t := range tables {
		if t.counted() {
			continue
		}
		first, last := "null::timestamptz", "null::timestamptz"
		if t.holding.Time != "" {
			first, last = "min("+quote(t.holding.Time)+")", "max("+quote(t.holding.Time)+")"
		}
		parts = append(parts, "select "+literal(t.category.ID)+", count(*), "+first+", "+last+" from "+t.from+" where "+t.shown)
	}
	return strings.Join(parts, " union all ")
}

func days(ctx context.Context, db postgres.Reader, person uuid.UUID, category string) ([]Day, error) {
	rows, _ := db.Query(ctx, "select day, rows, amount from record_day where person_id = $1 and category = $2 order by day", person, category) // CollectRows gives its error
	days, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Day])
	if err != nil {
		return nil, fmt.Errorf("days of %s: %w", category, err)
	}
	return days, nil
}
