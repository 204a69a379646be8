package disclosure

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/postgres"
)

func insert(ctx context.Context, tx postgres.Tx, l Look) error {
	if err := gorm.G[Look](tx.Gorm).Create(ctx, &l); err != nil {
		return fmt.Errorf("writing down a look: %w", err)
	}
	return nil
}

// readLooked reads whether there is a look like that since then, with whatever
// reason if it has none.
func readLooked(r *postgres.Reads, like Look, since time.Time) *bool {
	found := new(bool)
	r.Each(func(rows pgx.Rows) error { return rows.Scan(found) }, `select exists (select from staff_look
		where person_id = $1 and at >= $2 and staff_id = $3 and what = $4 and ($5 = '' or reason = $5))`,
		like.PersonID, since, like.StaffID, like.What, like.Reason)
	return found
}

// waitForLook lets one transaction at a time write down a member's look at
// something, by pgx: a lock is no row.
func waitForLook(ctx context.Context, tx postgres.Tx, like Look) error {
	_, err := tx.PGX.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended($1, 0))`, like.StaffID.String()+like.Reason)
	return err
}

func readPage(r *postgres.Reads, person uuid.UUID, after Cursor, limit int) *[]Look {
	const order = " order by at desc, id desc limit $2"
	if after == (Cursor{}) {
		return postgres.Rows[Look](r, "where person_id = $1"+order, person, limit)
	}
	return postgres.Rows[Look](r, "where person_id = $1 and (at, id) < ($3, $4)"+order, person, limit, after.At, after.ID)
}
