package erasure

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
)

func insertPart(ctx context.Context, tx postgres.Tx, p Part) error {
	if err := gorm.G[Part](tx.Gorm).Create(ctx, &p); err != nil {
		return fmt.Errorf("noting a part that is to go: %w", err)
	}
	return nil
}

// findPart reads a part; NotFound if there is none.
func findPart(ctx context.Context, db *gorm.DB, id uuid.UUID) (Part, error) {
	p, err := gorm.G[Part](db).Where("id = ?", id).First(ctx)
	if postgres.IsMissing(err) {
		return p, fault.Wrap(err, fault.NotFound, "erasure.unknown")
	}
	if err != nil {
		return p, fmt.Errorf("reading a part that goes: %w", err)
	}
	return p, nil
}

// findPartUnderWay reads what of a category of somebody's is going; ok is false if
// nothing is.
func findPartUnderWay(ctx context.Context, tx postgres.Tx, person uuid.UUID, category string) (p Part, ok bool, err error) {
	p, err = gorm.G[Part](tx.Gorm).Where("person_id = ? and category = ? and finished_at is null", person, category).First(ctx)
	if postgres.IsMissing(err) {
		return p, false, nil
	}
	if err != nil {
		return p, false, fmt.Errorf("reading what is going: %w", err)
	}
	return p, true, nil
}

// updatePart notes how far a part is.
func updatePart(ctx context.Context, tx postgres.Tx, p Part) error {
	_, err := gorm.G[Part](tx.Gorm).Where("person_id = ? and id = ?", p.PersonID, p.ID).
		Select("finished_at", "rows_done", "resume", "receipt", "waits", "refuses", "told").Updates(ctx, p)
	if err != nil {
		return fmt.Errorf("noting how far a part is: %w", err)
	}
	return nil
}

// findUnfinished are the parts of somebody that are under way.
func findUnfinished(ctx context.Context, tx postgres.Tx, person uuid.UUID) ([]Part, error) {
	all, err := gorm.G[Part](tx.Gorm).Where("person_id = ? and finished_at is null", person).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the parts under way: %w", err)
	}
	return all, nil
}

// endParts notes that the parts of somebody who is erased are over.
func endParts(ctx context.Context, tx postgres.Tx, person uuid.UUID, now time.Time) error {
	if _, err := tx.PGX.Exec(ctx, `update erasure_part set finished_at = coalesce(finished_at, $2), refuses = null where person_id = $1`, person, now); err != nil {
		return fmt.Errorf("ending the parts of an erasure: %w", err)
	}
	return nil
}

// partsShown is how many parts of a category a page names.
const partsShown = 3

func readParts(r *postgres.Reads, person uuid.UUID, category string) *[]Part {
	return postgres.Rows[Part](r, "where person_id = $1 and category = $2 order by asked_at desc, id desc limit $3", person, category, partsShown)
}

// findRefusing are the parts of a category because of which rows of these people are
// refused, by the index on those.
func findRefusing(ctx context.Context, tx postgres.Tx, category string, people []uuid.UUID) ([]Part, error) {
	reads := tx.Reads()
	parts := postgres.Rows[Part](reads, "where category = $1 and person_id = any ($2) and refuses", category, people)
	if err := reads.Send(ctx); err != nil {
		return nil, fmt.Errorf("reading what people had deleted: %w", err)
	}
	return *parts, nil
}

const refillPartsSQL = `insert into ` + journal.Parts + `
select 'part', array[asked_at], array[person_id], array[id], category, '', '', '', null, since, until from erasure_part where refuses`
