package retention

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plusultra.link/privacy/internal/postgres"
)

// insertRun begins a run, unless the rule is under way or ran since then (or, by
// a clock that was put back, in what is now the future). It tells whether it did.
func insertRun(ctx context.Context, tx postgres.Tx, r Run, since time.Time) (bool, error) {
	tag, err := tx.PGX.Exec(ctx, `insert into retention_run (id, rule, keep, before, started_at)
		select $1, $2, $3, $4, $5 where not exists (select from retention_run where rule = $2 and started_at > $6 and started_at <= $5)
		on conflict do nothing`, r.ID, r.Rule, r.Keep, r.Before, r.StartedAt, since)
	if err != nil {
		return false, fmt.Errorf("beginning a run of retention: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// lockRule reads how a rule stands, or notes that it is new, and keeps others from it.
func lockRule(ctx context.Context, tx postgres.Tx, rule, keep string) (standing, error) {
	if _, err := tx.PGX.Exec(ctx, `insert into retention_rule (rule, keep) values ($1, $2) on conflict do nothing`, rule, keep); err != nil {
		return standing{}, fmt.Errorf("noting a rule of retention: %w", err)
	}
	st, err := gorm.G[standing](tx.Gorm, clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("rule = ?", rule).First(ctx)
	if err != nil {
		return st, fmt.Errorf("reading a rule of retention: %w", err)
	}
	return st, nil
}

// updateRule notes how a rule stands.
func updateRule(ctx context.Context, tx postgres.Tx, st standing) error {
	_, err := gorm.G[standing](tx.Gorm).Where("rule = ?", st.Rule).Select("keep", "waits", "rows", "partitions", "oldest", "counted_at").Updates(ctx, st)
	if err != nil {
		return fmt.Errorf("noting how a rule of retention stands: %w", err)
	}
	return nil
}

func readStandings(r *postgres.Reads) *[]standing { return postgres.Rows[standing](r, "order by rule") }

// find reads a run; ok is false if there is none.
func find(ctx context.Context, tx postgres.Tx, id uuid.UUID) (r Run, ok bool, err error) {
	r, err = gorm.G[Run](tx.Gorm).Where("id = ?", id).First(ctx)
	if postgres.IsMissing(err) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("reading a run of retention: %w", err)
	}
	return r, true, nil
}

// update notes how far a run is.
func update(ctx context.Context, tx postgres.Tx, r Run) error {
	_, err := gorm.G[Run](tx.Gorm).Where("id = ?", r.ID).
		Select("ended_at", "outcome", "rows", "partitions", "oldest", "place", "resume").Updates(ctx, r)
	if err != nil {
		return fmt.Errorf("noting how far a run of retention is: %w", err)
	}
	return nil
}

// readLast reads the run of each rule that began last, and the last that took
// anything away.
func readLast(r *postgres.Reads, rules []string) (last, took *[]Run) {
	const each = "where id in (select l.id from unnest($1::text[]) r (rule), lateral (select id from retention_run where rule = r.rule "
	return postgres.Rows[Run](r, each+"order by started_at desc limit 1) l)", rules),
		postgres.Rows[Run](r, each+"and rows > 0 order by started_at desc limit 1) l)", rules)
}

// readRuns reads the runs that began last, of every rule.
func readRuns(r *postgres.Reads, most int) *[]Run {
	return postgres.Rows[Run](r, "order by started_at desc, rule limit $1", most)
}
