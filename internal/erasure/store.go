package erasure

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
)

// insert schedules an erasure. Conflict while another one is under way.
func insert(ctx context.Context, tx postgres.Tx, e Erasure) error {
	err := gorm.G[Erasure](tx.Gorm).Create(ctx, &e)
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return fault.Wrap(err, fault.Conflict, "erasure.underWay")
	}
	if err != nil {
		return fmt.Errorf("scheduling an erasure: %w", err)
	}
	return nil
}

// find reads an erasure; NotFound if there is none.
func find(ctx context.Context, db *gorm.DB, id uuid.UUID) (Erasure, error) {
	return one(ctx, gorm.G[Erasure](db).Where("id = ?", id))
}

func readErasure(r *postgres.Reads, id uuid.UUID) *[]Erasure {
	return postgres.Rows[Erasure](r, "where id = $1", id)
}

// lock is find for a change of state: of two at once, the second sees what the
// first did.
func lock(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Erasure, error) {
	return one(ctx, gorm.G[Erasure](tx.Gorm, clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id))
}

// readUnderWay reads the person's erasure that is scheduled or runs; none, or one.
func readUnderWay(r *postgres.Reads, person uuid.UUID) *[]Erasure {
	return postgres.Rows[Erasure](r, "where person_id = $1 and state = any($2)", person, underWay())
}

func one(ctx context.Context, q gorm.ChainInterface[Erasure]) (Erasure, error) {
	e, err := q.First(ctx)
	if postgres.IsMissing(err) {
		return e, fault.Wrap(err, fault.NotFound, "erasure.unknown")
	}
	if err != nil {
		return e, fmt.Errorf("reading an erasure: %w", err)
	}
	return e, nil
}

// findOverdue reads those under way that should have run before then, the
// oldest first.
func findOverdue(ctx context.Context, db *gorm.DB, then time.Time, limit int) ([]Erasure, error) {
	all, err := gorm.G[Erasure](db).Where("state in ? and runs_at < ? and not waits", underWay(), then).Order("runs_at, id").Limit(limit).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("looking for erasures that are overdue: %w", err)
	}
	return all, nil
}

// readOverdue counts the same, by the index on those under way.
func readOverdue(r *postgres.Reads, then time.Time, limit int) *postgres.Tally {
	return postgres.Count(r, `select count(*), min(runs_at) from (select runs_at from erasure
		where state in ('grace', 'running') and runs_at < $1 and not waits order by runs_at limit $2) x`, then, limit)
}

// update writes columns of an erasure that the caller holds.
func update(ctx context.Context, tx postgres.Tx, e Erasure, column string, more ...string) error {
	_, err := gorm.G[Erasure](tx.Gorm).Where("person_id = ? and id = ?", e.PersonID, e.ID).Select(column, more).Updates(ctx, e)
	if err != nil {
		return fmt.Errorf("changing an erasure: %w", err)
	}
	return nil
}

// move takes an erasure that the caller holds to another state, with what was
// written down on the way. Nothing else writes a state.
func move(ctx context.Context, tx postgres.Tx, e *Erasure, to State) error {
	if !e.State.MayBecome(to) {
		return fmt.Errorf("an erasure can't become %s from %s", to, e.State)
	}
	e.State = to
	return update(ctx, tx, *e, "state", "started_at", "finished_at", "sealed", "receipt", "releases_at", "waits")
}

func insertSteps(ctx context.Context, tx postgres.Tx, steps []Step) error {
	if err := gorm.G[Step](tx.Gorm).CreateInBatches(ctx, &steps, len(steps)); err != nil {
		return fmt.Errorf("planning an erasure: %w", err)
	}
	return nil
}

func stepsOf(ctx context.Context, tx postgres.Tx, e Erasure) ([]Step, error) {
	steps, err := gorm.G[Step](tx.Gorm).Where("person_id = ? and erasure_id = ?", e.PersonID, e.ID).Order("position").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading an erasure's steps: %w", err)
	}
	return steps, nil
}

// updateStep writes how far a step is.
func updateStep(ctx context.Context, tx postgres.Tx, st Step) error {
	_, err := gorm.G[Step](tx.Gorm).Where("person_id = ? and erasure_id = ? and position = ?", st.PersonID, st.ErasureID, st.Position).
		Select("rows_done", "source", "resume", "done_at").Updates(ctx, st)
	if err != nil {
		return fmt.Errorf("noting how far an erasure is: %w", err)
	}
	return nil
}

// release notes that what a step kept has gone.
func release(ctx context.Context, tx postgres.Tx, st Step) error {
	_, err := gorm.G[Step](tx.Gorm).Where("person_id = ? and erasure_id = ? and position = ?", st.PersonID, st.ErasureID, st.Position).
		Select("released_at").Updates(ctx, st)
	if err != nil {
		return fmt.Errorf("noting what went of what an erasure kept: %w", err)
	}
	return nil
}

func readSteps(r *postgres.Reads, e Erasure) *[]Step {
	return postgres.Rows[Step](r, "where person_id = $1 and erasure_id = $2 order by position", e.PersonID, e.ID)
}

// progress sums the steps up where they lie, by pgx.
func progress(ctx context.Context, db postgres.Reader, id uuid.UUID) (done, due int64, err error) {
	err = db.QueryRow(ctx, `
		select coalesce(sum(rows_done), 0)::bigint, coalesce(sum(greatest(rows_due, rows_done)), 0)::bigint
		from erasure_step s join erasure e on e.person_id = s.person_id and e.id = s.erasure_id
		where e.id = $1 and s.action <> 'keep'`, id).Scan(&done, &due)
	if err != nil {
		return 0, 0, fmt.Errorf("an erasure's progress: %w", err)
	}
	return done, due, nil
}

// lockGrace holds the person's erasure that has not begun; ok is false if there
// is none.
func lockGrace(ctx context.Context, tx postgres.Tx, person uuid.UUID) (e Erasure, ok bool, err error) {
	e, err = one(ctx, gorm.G[Erasure](tx.Gorm, clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("person_id = ? and state = ?", person, Grace))
	if fault.Is(err, fault.NotFound) {
		return e, false, nil
	}
	return e, err == nil, err
}

// insertTombstone keeps the addresses' keyed hashes, by pgx: an array, over
// the one of an earlier account. It tells whether there was none.
func insertTombstone(ctx context.Context, tx postgres.Tx, person uuid.UUID, at time.Time, hashes [][]byte) (bool, error) {
	tag, err := tx.PGX.Exec(ctx, `insert into tombstone (person_id, erased_at, address_hashes) values ($1, $2, $3)
		on conflict (person_id) do nothing`, person, at, hashes)
	if err != nil {
		return false, fmt.Errorf("an erasure's tombstone: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

const refillSQL = `insert into ` + journal.Outbox + `
select 'erasure', array[t.erased_at], array[t.person_id], array[coalesce(e.id, gen_random_uuid())], '', '', '', '', t.address_hashes
from tombstone t left join erasure e on e.person_id = t.person_id and e.state = 'running'
union all select 'call-off', array[finished_at], array[person_id], array[id], '', state, '', '', null from erasure where state in ('cancelled', 'refused')`

// refill puts every tombstone, and every part that still refuses rows, into the outbox: for a new journal. An erasure
// that runs waits for its own.
func refill(ctx context.Context, tx postgres.Tx) error {
	for _, sql := range []string{refillSQL, refillPartsSQL} {
		if _, err := tx.PGX.Exec(ctx, sql); err != nil {
			return fmt.Errorf("filling the journal with erasures: %w", err)
		}
	}
	return nil
}
