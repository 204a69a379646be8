package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

const (
	// hold is until when a plan is held for whoever asks about it.
	hold = `clock_timestamp() + interval '6 seconds'`
	// free is true of a plan that nobody asks about: one that is held for longer
	// was held before the database's clock was put back.
	free = `(held_until is null or held_until not between clock_timestamp() and ` + hold + `)`
)

// addPlan makes a plan, or hastens the one that is there and that nobody holds.
func addPlan(ctx context.Context, db postgres.Writer, kind string, id uuid.UUID, now, then time.Time) error {
	_, err := db.Exec(ctx, `insert into plan (kind, id, noted_at, due_at) values ($1, $2, $3, $4) on conflict do nothing`, kind, id, now, then)
	if err == nil {
		_, err = db.Exec(ctx, `update plan set noted_at = $3, due_at = $4, tries = 0
			where (kind, id) in (select kind, id from plan where kind = $1 and id = $2 and `+free+` for update skip locked)`, kind, id, now, then)
	}
	if err != nil {
		return fmt.Errorf("planning %s: %w", kind, err)
	}
	return nil
}

// takePlan holds a plan that is due and that nobody holds: this one, or any if
// id is uuid.Nil. A plan noted in what is now the future is due: the clock was
// put back, and what it waits for may be far off. Try.N is 0 if there is none.
func takePlan(ctx context.Context, db postgres.Writer, w Work, id uuid.UUID, now time.Time) (uuid.UUID, Try, error) {
	try := Try{Of: w.Tries}
	err := db.QueryRow(ctx, dueSQL, w.Kind, now, id).Scan(&id, &try.N)
	if errors.Is(err, pgx.ErrNoRows) {
		return id, Try{}, nil
	}
	return id, try, err
}

const dueSQL = `select id, tries + 1 from plan
	where kind = $1 and (due_at <= $2 or noted_at > $2) and ($3 = '00000000-0000-0000-0000-000000000000'::uuid or id = $3) and ` + free + `
	order by due_at limit 1 for update skip locked`

// holdPlan is takePlan for whoever asks about it with no transaction open.
func holdPlan(ctx context.Context, db postgres.Writer, w Work, id, holder uuid.UUID, now time.Time) (uuid.UUID, Try, error) {
	try := Try{Of: w.Tries}
	err := db.QueryRow(ctx, `with due (id, n) as (`+dueSQL+`)
		update plan set holder = $4, held_until = `+hold+` from due
		where plan.kind = $1 and plan.id = due.id returning due.id, due.n`, w.Kind, now, id, holder).Scan(&id, &try.N)
	if errors.Is(err, pgx.ErrNoRows) {
		return id, Try{}, nil
	}
	return id, try, err
}

// keepPlan holds a plan for longer.
func keepPlan(ctx context.Context, db postgres.Writer, kind string, id, holder uuid.UUID) error {
	_, err := db.Exec(ctx, `update plan set held_until = `+hold+` where kind = $1 and id = $2 and holder = $3`, kind, id, holder)
	return err
}

// ownPlan locks a plan that is still its holder's, and is false if it is not.
func ownPlan(ctx context.Context, db postgres.Writer, kind string, id, holder uuid.UUID) (bool, error) {
	tag, err := db.Exec(ctx, `select from plan where kind = $1 and id = $2 and holder = $3 for update of plan`, kind, id, holder)
	return err == nil && tag.RowsAffected() > 0, err
}

// letGo leaves a plan to others.
func letGo(ctx context.Context, db postgres.Writer, kind string, id, holder uuid.UUID) error {
	_, err := db.Exec(ctx, `update plan set holder = null, held_until = null where kind = $1 and id = $2 and holder = $3`, kind, id, holder)
	return err
}

// countTry counts a try that failed. Try.N is 0 if somebody else has the plan.
func countTry(ctx context.Context, db postgres.Writer, w Work, id, holder uuid.UUID) (Try, error) {
	try := Try{Of: w.Tries}
	err := db.QueryRow(ctx, `update plan set tries = tries + 1
		where (kind, id) in (select kind, id from plan where kind = $1 and id = $2 and (holder = $3 or `+free+`) for update skip locked)
		returning tries`, w.Kind, id, holder).Scan(&try.N)
	if errors.Is(err, pgx.ErrNoRows) {
		return Try{}, nil
	}
	if err != nil {
		return Try{}, fmt.Errorf("noting that %s failed: %w", w.Kind, err)
	}
	return try, nil
}

func setDue(ctx context.Context, db postgres.Writer, kind string, id uuid.UUID, now, then time.Time, anew bool) error {
	_, err := db.Exec(ctx, `update plan set noted_at = $3, due_at = $4, tries = case when $5 then 0 else tries end, holder = null, held_until = null where kind = $1 and id = $2`,
		kind, id, now, then, anew)
	if err != nil {
		return fmt.Errorf("noting how %s goes on: %w", kind, err)
	}
	return nil
}

func deletePlan(ctx context.Context, db postgres.Writer, kind string, id uuid.UUID) error {
	if _, err := db.Exec(ctx, `delete from plan where kind = $1 and id = $2`, kind, id); err != nil {
		return fmt.Errorf("noting that %s is over: %w", kind, err)
	}
	return nil
}

// deletePlans deletes those that nobody holds, and tells whether others are left.
func deletePlans(ctx context.Context, db postgres.Writer, kind string, ids []uuid.UUID) (left bool, err error) {
	_, err = db.Exec(ctx, `delete from plan
		where (kind, id) in (select kind, id from plan where kind = $1 and id = any($2) and `+free+` for update skip locked)`, kind, ids)
	if err == nil {
		err = db.QueryRow(ctx, `select exists (select from plan where kind = $1 and id = any($2))`, kind, ids).Scan(&left)
	}
	if err != nil {
		return false, fmt.Errorf("withdrawing %s: %w", kind, err)
	}
	return left, nil
}
