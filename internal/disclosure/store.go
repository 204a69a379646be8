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

func insertGiven(ctx context.Context, tx postgres.Tx, g Given) error {
	if err := gorm.G[Given](tx.Gorm).Create(ctx, &g); err != nil {
		return fmt.Errorf("writing down what was given: %w", err)
	}
	return nil
}

func readGiven(r *postgres.Reads, person uuid.UUID, all bool, now time.Time) *[]Given {
	return postgres.Rows[Given](r, "where person_id = $1 and ($2 or not secret or secret_until <= $3) order by at desc, id desc limit 100", person, all, now)
}

func readGivenIn(r *postgres.Reads, person uuid.UUID, since, until, now time.Time) *[]Given {
	return postgres.Rows[Given](r, "where person_id = $1 and at >= $2 and at < $3 and (not secret or secret_until <= $4) order by at, id", person, since, until, now)
}

func cases(ctx context.Context, tx postgres.Tx, person uuid.UUID) ([]string, error) {
	rows, _ := tx.PGX.Query(ctx, `select distinct recipient from disclosure where person_id = $1`, person) // CollectRows gives its error
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("reading to whom something was given: %w", err)
	}
	return all, nil
}

func unveil(ctx context.Context, db postgres.Writer, now time.Time) error {
	if _, err := db.Exec(ctx, `update disclosure set secret = false where secret and secret_until <= $1`, now); err != nil {
		return fmt.Errorf("having people see what was given: %w", err)
	}
	return nil
}
