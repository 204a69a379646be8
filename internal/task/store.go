package task

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

func insert(ctx context.Context, tx postgres.Tx, t Task) error {
	if err := gorm.G[Task](tx.Gorm).Create(ctx, &t); err != nil {
		return fmt.Errorf("writing down a task: %w", err)
	}
	return nil
}

func find(ctx context.Context, db *gorm.DB, id uuid.UUID, how ...clause.Expression) (Task, error) {
	t, err := gorm.G[Task](db, how...).Where("id = ?", id).First(ctx)
	if postgres.IsMissing(err) {
		return t, fault.Wrap(err, fault.NotFound, "task.unknown")
	}
	if err != nil {
		return t, fmt.Errorf("reading a task: %w", err)
	}
	return t, nil
}

func lock(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Task, error) {
	return find(ctx, tx.Gorm, id, clause.Locking{Strength: clause.LockingStrengthUpdate})
}

func lockWaiting(ctx context.Context, tx postgres.Tx, person uuid.UUID) ([]Task, error) {
	all, err := gorm.G[Task](tx.Gorm, clause.Locking{Strength: clause.LockingStrengthUpdate}).
		Where("person_id = ? and state in ?", person, []State{Open, Told}).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the tasks of a person: %w", err)
	}
	return all, nil
}

func update(ctx context.Context, tx postgres.Tx, t Task) error {
	_, err := gorm.G[Task](tx.Gorm).Where("person_id = ? and id = ?", t.PersonID, t.ID).
		Select("state", "reminded", "told_at", "ended_at", "outcome", "answer", "sealed").Updates(ctx, t)
	if err != nil {
		return fmt.Errorf("noting how far a task has come: %w", err)
	}
	return nil
}

func readOf(r *postgres.Reads, person, request uuid.UUID) *[]Task {
	return postgres.Rows[Task](r, "where person_id = $1 and request_id = $2 order by at, id", person, request)
}

func readUnasked(r *postgres.Reads, person uuid.UUID, limit int) *[]Task {
	return postgres.Rows[Task](r, "where person_id = $1 and request_id is null order by at desc, id desc limit $2", person, limit)
}

func readOne(r *postgres.Reads, id uuid.UUID) *[]Task {
	return postgres.Rows[Task](r, "where id = $1", id)
}

func readWaiting(r *postgres.Reads, limit int) *[]Task {
	return postgres.Rows[Task](r, "where state in ('open', 'told', 'failed') order by due_at, id limit $1", limit)
}
