package record

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

// ofCategory is the condition for rows of the category, of whomever.
func (t *table) ofCategory() string {
	if t.holding.Records {
		return "category = " + literal(t.category.ID)
	}
	return "true"
}

// holders adds those of some people of whom the table has rows.
func (t *table) holders(ctx context.Context, tx postgres.Tx, people postgres.UUIDs, found map[uuid.UUID]bool) error {
	rows, _ := tx.PGX.Query(ctx, "select "+t.person+" from "+t.from+" where "+t.person+" = any ($1) and "+t.ofCategory()+" group by 1", people) // ForEachRow gives its error
	var id uuid.UUID
	if _, err := pgx.ForEachRow(rows, []any{&id}, func() error { found[id] = true; return nil }); err != nil {
		return t.failed("look for people in", err)
	}
	return nil
}

func countHolders(ctx context.Context, db postgres.Reader, tables []*table) (n int64, err error) {
	parts := make([]string, len(tables))
	for i, t := range tables {
		if t.summed() {
			parts[i] = "select person_id from record_month where category = " + literal(t.category.ID)
		} else {
			parts[i] = "select " + t.person + " from " + t.from + " where " + t.ofCategory()
		}
	}
	if len(parts) == 0 {
		return 0, nil
	}
	err = db.QueryRow(ctx, "select count(*) from ("+strings.Join(parts, " union ")+") people (id) where id is not null").Scan(&n)
	return n, err
}
