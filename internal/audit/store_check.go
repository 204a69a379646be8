package audit

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// insertCheck is false where one is under way.
func insertCheck(ctx context.Context, tx postgres.Tx, c Check) (bool, error) {
	made := gorm.WithResult()
	if err := gorm.G[Check](tx.Gorm, clause.OnConflict{DoNothing: true}, made).Create(ctx, &c); err != nil {
		return false, fmt.Errorf("audit: beginning a check: %w", err)
	}
	return made.RowsAffected > 0, nil
}

func findCheck(ctx context.Context, db *gorm.DB, id uuid.UUID) (Check, error) {
	c, err := gorm.G[Check](db).Where("id = ?", id).Take(ctx)
	if postgres.IsMissing(err) {
		return c, fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	if err != nil {
		return c, fmt.Errorf("audit: reading a check: %w", err)
	}
	return c, nil
}

func endCheck(ctx context.Context, tx postgres.Tx, c Check) error {
	if _, err := gorm.G[Check](tx.Gorm).Where("id = ?", c.ID).Select("ended_at", "entries", "findings").Updates(ctx, c); err != nil {
		return fmt.Errorf("audit: ending a check: %w", err)
	}
	return nil
}

func deleteCheck(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	if _, err := gorm.G[Check](tx.Gorm).Where("id = ? and ended_at is null", id).Delete(ctx); err != nil {
		return fmt.Errorf("audit: letting a check go: %w", err)
	}
	return nil
}

func readLastCheck(r *postgres.Reads) *[]Check {
	return postgres.Rows[Check](r, "order by asked_at desc limit 1")
}
