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

// readPage reads a page of the log, and one row more if there is another.
func readPage(r *postgres.Reads, f Filter, after Cursor) *[]entryRow {
	w := &postgres.Where{}
	if f.Staff != uuid.Nil {
		w.And("actor_kind = 'staff' and actor_id = ?", f.Staff.String())
	}
	if f.Noun != "" {
		w.And("split_part(action, '.', 1) = ?", f.Noun)
	}
	if after != (Cursor{}) {
		w.And("(at, id) < (?, ?)", after.At, after.ID)
	}
	return postgres.Rows[entryRow](r, w.String()+" order by at desc, id desc limit "+w.Bind(perPage+1), w.Args...)
}

// readOf reads a person's entries of what was done to some nouns.
func readOf(r *postgres.Reads, person uuid.UUID, nouns []string, since time.Time, limit int) *[]entryRow {
	return postgres.Rows[entryRow](r, `where person_id = $1 and at >= $2 and split_part(action, '.', 1) = any($3) order by at desc, id desc limit $4`,
		person, since, nouns, limit)
}
