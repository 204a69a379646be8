package export

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// All SQL of exports. Where a row is changed, the states that it may have come
// from stand in the statement, and whether it was changed in the answer.

// insert writes down a new export. Conflict while another one is under way.
func insert(ctx context.Context, tx postgres.Tx, e Export) error {
	err := gorm.G[Export](tx.Gorm).Create(ctx, &e)
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return fault.Wrap(err, fault.Conflict, "export.underWay")
	}
	if err != nil {
		return fmt.Errorf("asking for an export: %w", err)
	}
	return nil
}

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

// lockIn holds a person's exports that are in one of these states.
func lockIn(ctx context.Context, tx postgres.Tx, person uuid.UUID, states ...State) ([]Export, error) {
	all, err := gorm.G[Export](tx.Gorm, clause.Locking{Strength: clause.LockingStrengthUpdate}).
		Where("person_id = ? and state in ?", person, states).Order("asked_at, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("holding a person's exports: %w", err)
	}
	return all, nil
}

// move takes an export that is still in that state to another, or notes in the
// same one what else is to be written. Nothing else writes a state.
func move(ctx context.Context, tx postgres.Tx, from State, to Export, more ...string) (bool, error) {
	if from != to.State && !from.MayBecome(to.State) {
		return false, fmt.Errorf("an export can't become %s from %s", to.State, from)
	}
	n, err := gorm.G[Export](tx.Gorm).Where("person_id = ? and id = ? and state = ?", to.PersonID, to.ID, from).Select("state", more).Updates(ctx, to)
	if err != nil {
		return false, fmt.Errorf("changing an export: %w", err)
	}
	return n > 0, nil
}

// retire lets go at once of what a person could still fetch, but for the newest
// few, and gives the ids of what is to be deleted.
func retire(ctx context.Context, tx postgres.Tx, person uuid.UUID, but int, now time.Time) (ids []uuid.UUID, err error) {
	rows, err := tx.PGX.Query(ctx, `update export set expires_at = $2 where person_id = $1 and state = 'ready' and expires_at > $2
		and id not in (select id from export where person_id = $1 and state = 'ready' order by asked_at desc, id desc limit $3) returning id`,
		person, now, but)
	if err == nil {
		ids, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	}
	if err != nil {
		return nil, fmt.Errorf("letting go of older downloads: %w", err)
	}
	return ids, nil
}

// expireAll ends what a person has or waits for, and gives the ids of all.
func expireAll(ctx context.Context, tx postgres.Tx, person uuid.UUID) (ids []uuid.UUID, err error) {
	open, err := lockIn(ctx, tx, person, Waiting, Building, Ready)
	for _, e := range open {
		from := e.State
		e.State = Expired
		if _, err = move(ctx, tx, from, e); err != nil {
			return nil, err
		}
	}
	if err == nil {
		err = gorm.G[Export](tx.Gorm).Where("person_id = ?", person).Select("id").Scan(ctx, &ids)
	}
	if err != nil {
		return nil, fmt.Errorf("withdrawing a person's downloads: %w", err)
	}
	return ids, nil
}

func insertSteps(ctx context.Context, tx postgres.Tx, steps []step) error {
	if err := gorm.G[step](tx.Gorm).CreateInBatches(ctx, &steps, len(steps)); err != nil {
		return fmt.Errorf("planning an export: %w", err)
	}
	return nil
}

func stepsOf(ctx context.Context, tx postgres.Tx, e Export) ([]step, error) {
	steps, err := gorm.G[step](tx.Gorm).Where("person_id = ? and export_id = ?", e.PersonID, e.ID).Order("position").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading an export's steps: %w", err)
	}
	return steps, nil
}

// updateStep notes what was read of a step; it is false if the step is gone.
func updateStep(ctx context.Context, tx postgres.Tx, st step) (bool, error) {
	n, err := gorm.G[step](tx.Gorm).Where("person_id = ? and export_id = ? and position = ?", st.PersonID, st.ExportID, st.Position).
		Select("rows_done", "parts", "sealed", "missing", "done_at").Updates(ctx, st)
	if err != nil {
		return false, fmt.Errorf("noting an export's step: %w", err)
	}
	return n > 0, nil
}

// addRows adds to the bar of an export that is being built.
func addRows(ctx context.Context, tx postgres.Tx, e Export, rows int64) (bool, error) {
	tag, err := tx.PGX.Exec(ctx, `update export set rows_done = rows_done + $3, rows_total = greatest(rows_total, rows_done + $3)
		where person_id = $1 and id = $2 and state = 'building'`, e.PersonID, e.ID, rows)
	if err != nil {
		return false, fmt.Errorf("noting an export's progress: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

func deleteSteps(ctx context.Context, tx postgres.Tx, person, export uuid.UUID) error {
	_, err := gorm.G[step](tx.Gorm).Where("person_id = ? and export_id = ?", person, export).Delete(ctx)
	if err != nil {
		return fmt.Errorf("deleting an export's steps: %w", err)
	}
	return nil
}

// readUnderWay counts what was asked for before then and is not there yet.
func readUnderWay(r *postgres.Reads, then time.Time) *postgres.Tally {
	return postgres.Count(r, `select count(*), min(asked_at) from (select asked_at from export
		where state in ('waiting', 'building') and asked_at <= $1 order by asked_at limit $2) x`, then, postgres.CountedTo+1)
}

func readFailed(r *postgres.Reads, since time.Time) *postgres.Tally {
	return postgres.Count(r, `select count(*), min(finished_at) from (select finished_at from export
		where state = 'failed' and finished_at > $1 order by finished_at desc limit $2) x`, since, postgres.CountedTo+1)
}
