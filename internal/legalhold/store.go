package legalhold

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/postgres"
)

func insert(ctx context.Context, tx postgres.Tx, h Hold) error {
	if err := gorm.G[Hold](tx.Gorm).Create(ctx, &h); err != nil {
		return fmt.Errorf("placing a legal hold: %w", err)
	}
	return nil
}

// lift ends those of a person that are in force, and gives how many it was.
func lift(ctx context.Context, tx postgres.Tx, person, by uuid.UUID, now time.Time) (int, error) {
	n, err := gorm.G[Hold](tx.Gorm).Where("person_id = ? and (ends_at is null or ends_at > ?)", person, now).
		Select("ends_at", "lifted_by").Updates(ctx, Hold{EndsAt: &now, LiftedBy: &by})
	if err != nil {
		return 0, fmt.Errorf("lifting a legal hold: %w", err)
	}
	return n, nil
}

func readInForce(r *postgres.Reads, person uuid.UUID, now time.Time) *[]Hold {
	return postgres.Rows[Hold](r, "where person_id = $1 and (ends_at is null or ends_at > $2) order by placed_at", person, now)
}

// spared are all whose data is held at a moment.
func spared(ctx context.Context, db postgres.Reader, now time.Time) ([]uuid.UUID, error) {
	rows, _ := db.Query(ctx, `select distinct person_id from legal_hold where ends_at is null or ends_at > $1`, now) // CollectRows gives its error
	people, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("reading whose data is held: %w", err)
	}
	return people, nil
}
