package restriction

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// isInForce picks what is in force at the moment $1.
const isInForce = "(ends_at is null or ends_at > $1)"

// insert adds a restriction, unless one of the same is in force without an end.
func insert(ctx context.Context, tx postgres.Tx, r Restriction) (bool, error) {
	tag, err := tx.PGX.Exec(ctx, `insert into restriction (person_id, id, request_id, ground, purpose, category, since)
		select $1, $2, $3, $4, $5, $6, $7 where not exists (select from restriction where person_id = $1 and ground = $4 and purpose = $5 and category = $6 and ends_at is null)`,
		r.PersonID, r.ID, r.RequestID, r.Ground, r.Purpose, r.Category, r.Since)
	if err != nil {
		return false, fmt.Errorf("restricting a use: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

func readInForce(r *postgres.Reads, people []uuid.UUID, now time.Time) *map[uuid.UUID][]Restriction {
	found, by := postgres.Rows[Restriction](r, "where "+isInForce+" and person_id = any($2) order by since, id", now, people), &map[uuid.UUID][]Restriction{}
	r.Then(func(*postgres.Reads) error {
		for _, one := range *found {
			(*by)[one.PersonID] = append((*by)[one.PersonID], one)
		}
		return nil
	})
	return by
}

// inForce are all that keep something.
func inForce(ctx context.Context, db postgres.Reader, now time.Time) ([]Restriction, error) {
	rows, _ := db.Query(ctx, `select person_id, ground, purpose, category from restriction where `+isInForce+` and ground = 'limited'`, now) // CollectRows gives its error
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Restriction, err error) {
		err = row.Scan(&r.PersonID, &r.Ground, &r.Purpose, &r.Category)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading whose data is restricted: %w", err)
	}
	return all, nil
}

func lock(ctx context.Context, tx postgres.Tx, person, id uuid.UUID, now time.Time) (Restriction, error) {
	r, err := gorm.G[Restriction](tx.Gorm, clause.Locking{Strength: clause.LockingStrengthUpdate}).
		Where("person_id = ? and id = ? and (ends_at is null or ends_at > ?)", person, id, now).First(ctx)
	if postgres.IsMissing(err) {
		return r, fault.Wrap(err, fault.NotFound, "restriction.none")
	}
	if err != nil {
		return r, fmt.Errorf("reading a restriction: %w", err)
	}
	return r, nil
}

func update(ctx context.Context, tx postgres.Tx, r Restriction) error {
	_, err := gorm.G[Restriction](tx.Gorm).Where("person_id = ? and id = ?", r.PersonID, r.ID).Select("ends_at", "ended_by").Updates(ctx, r)
	if err != nil {
		return fmt.Errorf("ending a restriction: %w", err)
	}
	return nil
}
