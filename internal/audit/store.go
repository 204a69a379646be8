package audit

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/postgres"
)

func insert(ctx context.Context, tx postgres.Tx, row entryRow) error {
	if err := gorm.G[entryRow](tx.Gorm).Create(ctx, &row); err != nil {
		return fmt.Errorf("audit %s: %w", row.Action, err)
	}
	return nil
}

const rowsAtOnce = 500 // of one statement

func insertAll(ctx context.Context, tx postgres.Tx, rows []entryRow) error {
	if err := gorm.G[entryRow](tx.Gorm).CreateInBatches(ctx, &rows, rowsAtOnce); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// page is a page of the log, and one row more if there is another.
func page(ctx context.Context, db *gorm.DB, f Filter, after Cursor) ([]entryRow, error) {
	q := gorm.G[entryRow](db).Order("at desc, id desc").Limit(perPage + 1)
	if f.Staff != uuid.Nil {
		q = q.Where("actor_kind = ? and actor_id = ?", Staff, f.Staff.String())
	}
	if f.Noun != "" {
		q = q.Where("split_part(action, '.', 1) = ?", f.Noun)
	}
	if after != (Cursor{}) {
		q = q.Where("(at, id) < (?, ?)", after.At, after.ID)
	}
	rows, err := q.Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the audit log: %w", err)
	}
	return rows, nil
}

// of are a person's entries of what was done to some nouns.
func readOf(r *postgres.Reads, person uuid.UUID, nouns []string, since time.Time, limit int) *[]entryRow {
	return postgres.Rows[entryRow](r, `where person_id = $1 and at >= $2 and split_part(action, '.', 1) = any($3) order by at desc, id desc limit $4`,
		person, since, nouns, limit)
}
