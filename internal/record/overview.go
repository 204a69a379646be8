package record

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

// Holding is how much of a category is held about a person. First and Last
// are zero if nothing is, or if its rows have no time.
type Holding struct {
	Category    string
	Rows        int64
	First, Last time.Time
}

// Overview tells of every category how much is held, in the register's order,
// with one statement. Categories that belong to no account are left out.
func (s *Service) Overview(ctx context.Context, person uuid.UUID) ([]Holding, error) {
	return s.holdings(ctx, s.DB.Pool, person)
}

// OverviewIn is Overview, read in tx.
func (s *Service) OverviewIn(ctx context.Context, tx postgres.Tx, person uuid.UUID) ([]Holding, error) {
	return s.holdings(ctx, tx.PGX, person)
}

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
	for _, c := range s.Register.Categories {
		if len(s.by[c.ID]) > 0 {
			h := found[c.ID]
			h.Category = c.ID
			all = append(all, h)
		}
	}
	return all, nil
}

func (h Holding) and(rows int64, first, last *time.Time) Holding {
	h.Rows += rows
	if first != nil && (h.First.IsZero() || first.Before(h.First)) {
		h.First = first.UTC()
	}
	if last != nil && last.After(h.Last) {
		h.Last = last.UTC()
	}
	return h
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

// Day is how many rows a category has on one day, in UTC, and the sum of what
// it measures: bytes for the connection log.
type Day struct {
	Date   time.Time
	Rows   int64
	Amount int64
}

// Days gives the days of a category on which a person has rows, in order.
func (s *Service) Days(ctx context.Context, person uuid.UUID, category string) ([]Day, error) {
	rows, err := s.DB.Pool.Query(ctx,
		"select day, rows, amount from record_day where person_id = $1 and category = $2 order by day", person, category)
	if err != nil {
		return nil, fmt.Errorf("days of %s: %w", category, err)
	}
	defer rows.Close()
	var days []Day
	for rows.Next() {
		var d Day
		if err := rows.Scan(&d.Date, &d.Rows, &d.Amount); err != nil {
			return nil, err
		}
		days = append(days, d)
	}
	return days, rows.Err()
}
