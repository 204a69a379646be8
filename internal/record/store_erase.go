package record

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

func (t *table) Erase(ctx context.Context, person uuid.UUID, limit int) (n int64, err error) {
	err = t.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		n, err = t.EraseIn(ctx, tx, person, limit)
		return err
	})
	if err != nil {
		return 0, t.failed("erase", err)
	}
	return n, nil
}

func (t *table) Delete(ctx context.Context, person uuid.UUID, limit int) (n int64, err error) {
	err = t.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		n, err = t.deleteIn(ctx, tx, person, limit)
		return err
	})
	if err != nil {
		return 0, t.failed("delete", err)
	}
	return n, nil
}

func (t *table) EraseIn(ctx context.Context, tx postgres.Tx, person uuid.UUID, limit int) (int64, error) {
	if action := t.category.Erasure.Action; t.relation.ledger && (action != register.Keep || t.emptyW != "") {
		return t.fromLedger(ctx, tx, action, person, limit)
	}
	switch t.category.Erasure.Action {
	case register.Delete:
		return t.deleteIn(ctx, tx, person, limit)
	case register.Anonymise:
		set := t.person + " = " + literal(uuid.Nil.String())
		if t.emptyW != "" {
			set += ", " + t.emptyW
		}
		return t.change(ctx, tx, person, limit, t.own, "update "+t.from+" set "+set+" where ", t.counted())
	case register.Keep:
		if t.emptyW == "" {
			return 0, nil
		}
		return t.change(ctx, tx, person, limit, t.own+" and "+t.leftW, "update "+t.from+" set "+t.emptyW+" where ", false)
	}
	return 0, nil
}

func (t *table) deleteIn(ctx context.Context, tx postgres.Tx, person uuid.UUID, limit int) (int64, error) {
	if t.relation.ledger {
		return t.fromLedger(ctx, tx, register.Delete, person, limit)
	}
	return t.change(ctx, tx, person, limit, t.own, "delete from "+t.from+" where ", t.counted())
}

// fromLedger has the database do it: we may not change what is append-only,
// and it does so only for somebody whose erasure has begun.
func (t *table) fromLedger(ctx context.Context, tx postgres.Tx, action register.Action, person uuid.UUID, limit int) (n int64, err error) {
	err = tx.PGX.QueryRow(ctx, "select erase_from_ledger($1::text::regclass, $2, $3, $4, nullif(greatest($5::bigint, 0), 0))",
		t.from, string(action), t.holding.Wipe, person, limit).Scan(&n)
	return n, err
}

// change applies a statement to a range of the person's rows, the oldest
// first, and takes them off the totals if they are no longer the person's.
func (t *table) change(ctx context.Context, tx postgres.Tx, person uuid.UUID, limit int, which, statement string, leaves bool) (int64, error) {
	where, args, err := t.upTo(ctx, tx.PGX, which, person, limit)
	if err != nil {
		return 0, err
	}
	if !leaves {
		tag, err := tx.PGX.Exec(ctx, statement+where, args...)
		return tag.RowsAffected(), err
	}
	var n int64
	if err := tx.PGX.QueryRow(ctx, t.counting(statement+where), args...).Scan(&n); err != nil || n == 0 {
		return 0, err
	}
	return n, t.updateTotals(ctx, tx.PGX, person, n)
}

// upTo narrows a condition to its first limit rows by the key of the last of
// them: a range of an index, where `limit` inside a delete would be a join.
func (t *table) upTo(ctx context.Context, tx pgx.Tx, which string, person uuid.UUID, limit int) (string, []any, error) {
	args := []any{person}
	if len(t.keys) == 0 || limit <= 0 {
		return which, args, nil
	}
	columns, places := make([]string, len(t.keys)), make([]string, len(t.keys))
	last, into := make([]string, len(t.keys)), make([]any, len(t.keys))
	texts := make([]string, len(t.keys))
	for i, k := range t.keys {
		columns[i], texts[i], into[i] = k.expr, "("+k.expr+")::text", &last[i]
		places[i] = "$" + strconv.Itoa(i+2) + "::" + k.sqlType
	}
	sql := "select " + strings.Join(texts, ", ") + " from " + t.from + " where " + which + t.order("") +
		" limit 1 offset " + strconv.Itoa(limit-1)
	err := tx.QueryRow(ctx, sql, person).Scan(into...)
	if errors.Is(err, pgx.ErrNoRows) {
		return which, args, nil // fewer are left
	}
	if err != nil {
		return "", nil, err
	}
	for _, v := range last {
		args = append(args, v)
	}
	return which + " and " + columns[0] + " <= " + places[0] +
		" and (" + strings.Join(columns, ", ") + ") <= (" + strings.Join(places, ", ") + ")", args, nil
}

// counting makes a statement take its rows off the days, and tell how many
// there were.
func (t *table) counting(statement string) string {
	at, amount := quote(t.holding.Time), "0"
	if t.holding.Tally != "" {
		amount = quote(t.holding.Tally)
	}
	return "with gone as (" + statement + " returning " + at + " as at, " + amount + " as amount)," +
		" days as (select (at at time zone 'UTC')::date as day, count(*) as rows, sum(amount)::bigint as amount from gone group by 1)," +
		" taken as (update record_day d set rows = d.rows - days.rows, amount = d.amount - days.amount from days" +
		" where d.person_id = $1 and d.category = " + literal(t.category.ID) + " and d.day = days.day)" +
		" select count(*) from gone"
}

// updateTotals makes the total true again after n rows have gone.
func (t *table) updateTotals(ctx context.Context, tx pgx.Tx, person uuid.UUID, n int64) error {
	mine := " where person_id = $1 and category = " + literal(t.category.ID)
	edge := func(which string) string {
		return "(select " + which + "(" + quote(t.holding.Time) + ") from " + t.from + " where " + t.own + ")"
	}
	batch := &pgx.Batch{}
	batch.Queue("delete from record_day"+mine+" and rows <= 0", person)
	batch.Queue("update record_total set rows = rows - $2, first_at = "+edge("min")+", last_at = "+edge("max")+mine, person, n)
	batch.Queue("delete from record_total"+mine+" and rows <= 0", person)
	return tx.SendBatch(ctx, batch).Close()
}
