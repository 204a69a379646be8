package request

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
)

func insertBulk(ctx context.Context, tx postgres.Tx, b Bulk) error {
	if err := gorm.G[Bulk](tx.Gorm).Create(ctx, &b); err != nil {
		return fmt.Errorf("noting what is done to many requests: %w", err)
	}
	return nil
}

func updateBulk(ctx context.Context, tx postgres.Tx, b Bulk, column string, more ...string) error {
	args := make([]any, len(more))
	for i, name := range more {
		args[i] = name
	}
	if _, err := gorm.G[Bulk](tx.Gorm).Where("id = ?", b.ID).Select(column, args...).Updates(ctx, b); err != nil {
		return fmt.Errorf("noting what is done to many requests: %w", err)
	}
	return nil
}

// lockBulk is one for a change. NotFound if there is none.
func lockBulk(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Bulk, error) {
	b, err := gorm.G[Bulk](tx.Gorm, forUpdate()).Where("id = ?", id).Take(ctx)
	if postgres.IsMissing(err) {
		return b, fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	if err != nil {
		return b, fmt.Errorf("reading what is done to many requests: %w", err)
	}
	return b, nil
}

// insertChosen notes which requests are meant, in the order of the queue, and tells
// how many there are: more than BulkMost if the filter finds more.
func (s *Service) insertChosen(ctx context.Context, tx postgres.Tx, by staff.Member, bulk uuid.UUID, c Choice) (n int, err error) {
	w := &postgres.Where{}
	if c.All {
		w.And("id in (" + s.some(w, by, c.Filter, Cursor{}, false, BulkMost+1) + ")")
	} else {
		w.And("id = any(?)", c.IDs)
	}
	order := c.Filter.Sorted().behind(false)
	err = tx.PGX.QueryRow(ctx, "with found as (select id, row_number() over ("+order+") as n from request "+w.String()+`
		), kept as (insert into request_bulk_item (bulk_id, n, request_id) select `+w.Bind(bulk)+", n, id from found where n <= "+w.Bind(BulkMost)+") select count(*) from found", w.Args...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("choosing requests: %w", err)
	}
	return n, nil
}

func readBulk(r *postgres.Reads, id uuid.UUID) *[]Bulk {
	return postgres.Rows[Bulk](r, "where id = $1", id)
}

// readChosen reads the requests that were chosen, without their words.
func readChosen(r *postgres.Reads, bulk uuid.UUID) *[]Request {
	return listed(r, `join request_bulk_item i on i.request_id = request.id where i.bulk_id = $1 order by i.n`, bulk)
}

type outcomes struct {
	done int
	left []LeftOut
}

// readOutcomes reads to how many requests it was done, and which were left out.
func readOutcomes(r *postgres.Reads, bulk uuid.UUID) *outcomes {
	o := &outcomes{}
	r.Each(func(rows pgx.Rows) error { return rows.Scan(&o.done) }, "select count(*) from request_bulk_item where bulk_id = $1 and outcome = $2", bulk, bulkDone)
	r.Each(func(rows pgx.Rows) error {
		var one LeftOut
		err := rows.Scan(&one.ID, &one.Reference, &one.Why)
		o.left = append(o.left, one)
		return err
	}, `select r.id, r.reference, i.outcome from request_bulk_item i join request r on r.id = i.request_id where i.bulk_id = $1 and i.outcome not in ('', $2) order by i.n`, bulk, bulkDone)
	return o
}

// ofBulk is a request of a bulk and its place in it; zero if there is none.
type ofBulk struct {
	n       int
	request uuid.UUID
}

// nextOfBulk reads a bulk, empty if there is none, and its next request.
func nextOfBulk(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Bulk, ofBulk, error) {
	b, err := gorm.G[Bulk](tx.Gorm).Where("id = ?", id).Take(ctx)
	if postgres.IsMissing(err) {
		return Bulk{}, ofBulk{}, nil
	}
	if err != nil {
		return b, ofBulk{}, fmt.Errorf("reading what is done to many requests: %w", err)
	}
	var next ofBulk
	err = tx.PGX.QueryRow(ctx, "select n, request_id from request_bulk_item where bulk_id = $1 and outcome = '' order by n limit 1", id).Scan(&next.n, &next.request)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return b, next, fmt.Errorf("the next of many requests: %w", err)
	}
	return b, next, nil
}

func noteOutcome(ctx context.Context, tx postgres.Tx, bulk uuid.UUID, n int, outcome string) error {
	if _, err := tx.PGX.Exec(ctx, "update request_bulk_item set outcome = $3 where bulk_id = $1 and n = $2", bulk, n, outcome); err != nil {
		return fmt.Errorf("noting what became of one of many requests: %w", err)
	}
	return nil
}

// within does something in tx, or nothing of it if it fails: tx goes on.
func within(ctx context.Context, tx postgres.Tx, do func() error) error {
	if _, err := tx.PGX.Exec(ctx, "savepoint within"); err != nil {
		return fmt.Errorf("before one of many requests: %w", err)
	}
	if err := do(); err != nil {
		_, undone := tx.PGX.Exec(ctx, "rollback to savepoint within")
		return errors.Join(err, undone)
	}
	_, err := tx.PGX.Exec(ctx, "release savepoint within")
	return err
}
