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
	tag, err := tx.PGX.Exec(ctx, `insert into restriction (person_id, id, request_id, report_id, ground, purpose, category, since)
		select $1, $2, $3, $4, $5, $6, $7, $8
		where not exists (select from restriction where person_id = $1 and ground = $5 and purpose = $6 and category = $7 and report_id is not distinct from $4 and ends_at is null)`,
		r.PersonID, r.ID, r.RequestID, r.ReportID, r.Ground, r.Purpose, r.Category, r.Since)
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

// readHeld reads which of people have an account that is held as a child's.
func readHeld(r *postgres.Reads, people []uuid.UUID) *map[uuid.UUID]bool {
	held := &map[uuid.UUID]bool{}
	r.Each(func(rows pgx.Rows) error {
		person, err := pgx.RowTo[uuid.UUID](rows)
		(*held)[person] = true
		return err
	}, `select person_id from restriction where person_id = any($1) and ground = 'child' and ends_at is null`, people)
	return held
}

func readReported(r *postgres.Reads, report uuid.UUID) *[]Restriction {
	return postgres.Rows[Restriction](r, "where report_id = $1 order by since, id", report)
}

// whose finds whose account was held by a report.
func whose(ctx context.Context, tx postgres.Tx, report, id uuid.UUID) (uuid.UUID, error) {
	r, err := gorm.G[Restriction](tx.Gorm).Where("report_id = ? and id = ?", report, id).First(ctx)
	if postgres.IsMissing(err) {
		return uuid.Nil, fault.Wrap(err, fault.NotFound, "child.none")
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("reading whose account is held: %w", err)
	}
	return r.PersonID, nil
}

func lockReported(ctx context.Context, tx postgres.Tx, report, id uuid.UUID) (Restriction, error) {
	r, err := gorm.G[Restriction](tx.Gorm, clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("report_id = ? and id = ?", report, id).First(ctx)
	if postgres.IsMissing(err) {
		return r, fault.Wrap(err, fault.NotFound, "child.none")
	}
	if err != nil {
		return r, fmt.Errorf("reading what account is held: %w", err)
	}
	return r, nil
}

func did(ctx context.Context, tx postgres.Tx, r Restriction) error {
	_, err := gorm.G[Restriction](tx.Gorm).Where("person_id = ? and id = ?", r.PersonID, r.ID).Select("deed", "deed_at", "why", "ends_at", "ended_by").Updates(ctx, r)
	if err != nil {
		return fmt.Errorf("noting what was done with an account: %w", err)
	}
	return nil
}

// endAgreed ends that an account is held about which a parent was asked.
func endAgreed(ctx context.Context, tx postgres.Tx, person uuid.UUID, at time.Time) ([]uuid.UUID, error) {
	rows, _ := tx.PGX.Query(ctx, `update restriction set ends_at = $2, ended_by = 'guardian'
		where person_id = $1 and ground = 'child' and deed = 'parent' and ends_at is null returning id`, person, at) // CollectRows gives its error
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("ending that an account is held: %w", err)
	}
	return ids, nil
}

func calledOff(ctx context.Context, tx postgres.Tx, person uuid.UUID) ([]uuid.UUID, error) {
	rows, _ := tx.PGX.Query(ctx, `update restriction set deed = '', deed_at = null
		where person_id = $1 and ground = 'child' and deed = 'erasure' and ends_at is null returning report_id`, person) // CollectRows gives its error
	reports, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("opening again what becomes of an account: %w", err)
	}
	return reports, nil
}
