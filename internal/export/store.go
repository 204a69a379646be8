package export

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// All SQL of exports. Where a row is changed, the states that it may have come
// from stand in the statement, and whether it was changed in the answer.

func create(tx postgres.Tx, e Export) error { return tx.Gorm.Create(&e).Error }

func list(ctx context.Context, db *gorm.DB, person uuid.UUID, limit int) ([]Export, error) {
	all, err := gorm.G[Export](db).Where("person_id = ?", person).Order("asked_at desc, id desc").Limit(limit).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing exports: %w", err)
	}
	return all, nil
}

func find(ctx context.Context, db *gorm.DB, person, id uuid.UUID) (Export, error) {
	e, err := gorm.G[Export](db).Where("person_id = ? and id = ?", person, id).First(ctx)
	if postgres.IsMissing(err) {
		return Export{}, fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	return e, err
}

// byID reads an export for its work; its person is uuid.Nil if there is none.
func byID(ctx context.Context, db *gorm.DB, id uuid.UUID) (Export, error) {
	e, err := gorm.G[Export](db).Where("id = ?", id).First(ctx)
	if postgres.IsMissing(err) {
		return Export{}, nil
	}
	if err != nil {
		return Export{}, fmt.Errorf("reading an export: %w", err)
	}
	return e, nil
}

// widen makes the person's export that is under way this one, with nothing of
// it done; uuid.Nil if there is none.
func widen(tx postgres.Tx, e Export) (id uuid.UUID, err error) {
	err = tx.Gorm.Raw(`
		update export set state = 'waiting', asked_at = ?, categories = ?, failure = '', rows_done = 0, rows_total = 0, started_at = null
		where person_id = ? and state in ('waiting', 'building') returning id`, e.AskedAt, e.Categories, e.PersonID).Row().Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, nil
	}
	if err == nil {
		err = tx.Gorm.Exec(`delete from export_step where person_id = ? and export_id = ?`, e.PersonID, id).Error
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("widening an export: %w", err)
	}
	return id, nil
}

// change writes these columns of an export that is still in that state.
func change(tx postgres.Tx, from State, to Export, columns ...string) (bool, error) {
	done := tx.Gorm.Model(&Export{}).Where("person_id = ? and id = ? and state = ?", to.PersonID, to.ID, from).Select(columns).Updates(to)
	if done.Error != nil {
		return false, fmt.Errorf("changing an export: %w", done.Error)
	}
	return done.RowsAffected > 0, nil
}

// expireAll ends what a person has or waits for, and gives the ids of all.
func expireAll(tx postgres.Tx, person uuid.UUID) (ids []uuid.UUID, err error) {
	err = tx.Gorm.Exec(`update export set state = 'expired' where person_id = ? and state in ('waiting', 'building', 'ready')`, person).Error
	if err == nil {
		err = tx.Gorm.Raw(`select id from export where person_id = ?`, person).Scan(&ids).Error
	}
	if err != nil {
		return nil, fmt.Errorf("withdrawing a person's downloads: %w", err)
	}
	return ids, nil
}

func addSteps(tx postgres.Tx, steps []step) error {
	if err := tx.Gorm.Create(&steps).Error; err != nil {
		return fmt.Errorf("planning an export: %w", err)
	}
	return nil
}

func stepsOf(tx postgres.Tx, e Export) (steps []step, err error) {
	err = tx.Gorm.Where("person_id = ? and export_id = ?", e.PersonID, e.ID).Order("position").Find(&steps).Error
	if err != nil {
		return nil, fmt.Errorf("reading an export's steps: %w", err)
	}
	return steps, nil
}

// advance notes what was read of a step; it is false if the step is gone.
func advance(tx postgres.Tx, st step) (bool, error) {
	done := tx.Gorm.Model(&step{}).Where("person_id = ? and export_id = ? and position = ?", st.PersonID, st.ExportID, st.Position).
		Select("rows_done", "parts", "sealed", "missing", "done_at").Updates(st)
	if done.Error != nil {
		return false, fmt.Errorf("noting an export's step: %w", done.Error)
	}
	return done.RowsAffected > 0, nil
}

// count adds to the bar of an export that is being built.
func count(tx postgres.Tx, e Export, rows int64) (bool, error) {
	done := tx.Gorm.Exec(`update export set rows_done = rows_done + ?, rows_total = greatest(rows_total, rows_done + ?)
		where person_id = ? and id = ? and state = 'building'`, rows, rows, e.PersonID, e.ID)
	if done.Error != nil {
		return false, fmt.Errorf("noting an export's progress: %w", done.Error)
	}
	return done.RowsAffected > 0, nil
}

func deleteSteps(tx postgres.Tx, e Export) error {
	err := tx.Gorm.Where("person_id = ? and export_id = ?", e.PersonID, e.ID).Delete(&step{}).Error
	if err != nil {
		return fmt.Errorf("deleting an export's steps: %w", err)
	}
	return nil
}
