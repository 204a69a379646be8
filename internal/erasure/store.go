package erasure

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// get reads an erasure; NotFound if there is none.
func get(ctx context.Context, db *gorm.DB, id uuid.UUID) (Erasure, error) {
	e, err := gorm.G[Erasure](db).Where("id = ?", id).First(ctx)
	if postgres.IsMissing(err) {
		return e, fault.Wrap(err, fault.NotFound, "erasure.unknown")
	}
	return e, err
}

// change writes these columns of an erasure that the caller holds.
func change(tx postgres.Tx, e Erasure, columns ...string) error {
	err := tx.Gorm.Model(&Erasure{}).Where("person_id = ? and id = ?", e.PersonID, e.ID).Select(columns).Updates(e).Error
	if err != nil {
		return fmt.Errorf("changing an erasure: %w", err)
	}
	return nil
}

// noteStep writes how far a step is.
func noteStep(tx postgres.Tx, st Step) error {
	err := tx.Gorm.Model(&Step{}).Where("person_id = ? and erasure_id = ? and position = ?", st.PersonID, st.ErasureID, st.Position).
		Select("rows_done", "done_at").Updates(st).Error
	if err != nil {
		return fmt.Errorf("noting how far an erasure is: %w", err)
	}
	return nil
}
