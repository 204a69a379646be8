package disclosure

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/postgres"
)

func insert(ctx context.Context, tx postgres.Tx, l Look) error {
	if err := gorm.G[Look](tx.Gorm).Create(ctx, &l); err != nil {
		return fmt.Errorf("writing down a look: %w", err)
	}
	return nil
}

// looked tells whether there is a look like that since then, with whatever
// reason if it has none.
func looked(ctx context.Context, db *gorm.DB, like Look, since time.Time) (bool, error) {
	q := gorm.G[Look](db).Where("person_id = ? and at >= ? and staff_id = ? and what = ?", like.PersonID, since, like.StaffID, like.What)
	if like.Reason != "" {
		q = q.Where("reason = ?", like.Reason)
	}
	_, err := q.Take(ctx)
	if postgres.IsMissing(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading who looked: %w", err)
	}
	return true, nil
}

// waitForLook lets one transaction at a time write down a member's look at
// something, by pgx: a lock is no row.
func waitForLook(ctx context.Context, tx postgres.Tx, like Look) error {
	_, err := tx.PGX.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended($1, 0))`, like.StaffID.String()+like.Reason)
	return err
}

// page is a page of the looks at somebody, and one row more if there is another.
func page(ctx context.Context, db *gorm.DB, person uuid.UUID, after Cursor) ([]Look, error) {
	q := gorm.G[Look](db).Where("person_id = ?", person).Order("at desc, id desc").Limit(perPage + 1)
	if after != (Cursor{}) {
		q = q.Where("(at, id) < (?, ?)", after.At, after.ID)
	}
	looks, err := q.Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading who looked: %w", err)
	}
	return looks, nil
}
