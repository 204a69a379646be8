package record

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

// ownPlan has a statement planned for its values. One that reads or changes
// thousands of rows of one person pays for that at once; the plan for nobody in
// particular takes everybody to have few (5 × slower for 1,000,000 rows).
const ownPlan = pgx.QueryExecModeCacheDescribe

// batchTime is far longer than a batch takes. What is given up is done later.
const batchTime = time.Minute

func (t *table) Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID, after string, limit int) (int64, string, error) {
	if t.counted() { // a machine that hangs would keep whoever works on it
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, batchTime)
		defer cancel()
	}
	n, next, err := t.erase(ctx, tx, person, after, limit)
	if err == nil && next == "" && t.summed() && t.category.Erasure.Action != register.Keep {
		err = t.dropSums(ctx, tx, person)
	}
	return n, next, t.failed("erase", err)
}

func (t *table) erase(ctx context.Context, tx postgres.Tx, person uuid.UUID, after string, limit int) (int64, string, error) {
	return t.do(ctx, tx, t.category.Erasure.Action, person, after, limit)
}

func (t *table) do(ctx context.Context, tx postgres.Tx, action register.Action, person uuid.UUID, after string, limit int) (int64, string, error) {
	if action == register.Keep && t.emptyW == "" {
		return 0, "", nil
	}
	if t.relation.ledger {
		return t.fromLedger(ctx, tx, action, person, limit)
	}
	switch action {
	case register.Delete:
		return t.change(ctx, tx, t.mine(person), after, limit, t.deleting())
	case register.Anonymise:
		if t.holding.Ingest {
			return t.change(ctx, tx, t.mine(person), after, limit, t.moving)
		}
		set := t.person + " = " + literal(uuid.Nil.String())
		if t.emptyW != "" {
			set += ", " + t.emptyW
		}
		return t.change(ctx, tx, t.mine(person), after, limit, always("update "+t.from+" set "+set+" where "))
	case register.Keep:
		c := t.mine(person)
		c.sql += " and " + t.leftW
		return t.change(ctx, tx, c, after, limit, always("update "+t.from+" set "+t.emptyW+" where "))
	}
	return 0, "", nil
}

// fromLedger has the database do it: we may not change what is append-only,
// and it does so only for somebody whose erasure has begun. It goes on from the
// beginning: nobody has many lines in a ledger.
func (t *table) fromLedger(ctx context.Context, tx postgres.Tx, action register.Action, person uuid.UUID, limit int) (n int64, next string, err error) {
	err = tx.PGX.QueryRow(ctx, "select erase_from_ledger($1::text::regclass, $2, $3, $4, $5)", t.from, string(action), t.holding.Wipe, person, limit).Scan(&n)
	if n == int64(limit) {
		next = "the rest"
	}
	return n, next, err
}

func always(statement string) func(which string) string {
	return func(which string) string { return statement + which }
}

// moving gives each row to a number of its own: rows of one person would still
// be known to be of one, and to change whose a row is would not do where rows
// are spread over machines by that.
func (t *table) moving(which string) string {
	var columns, values []string
	for _, name := range slices.Sorted(maps.Keys(t.relation.columns)) {
		value := quote(name)
		if name == t.holding.Person {
			value = "gen_random_uuid()"
		} else if empty, ok := t.empty[name]; ok {
			value = empty
		} else if t.holding.Records && slices.Contains([]string{"content", "changed_at", "earlier", "corrected", "corrected_at"}, name) {
			value = "null" // no feed knows it any more
		}
		columns, values = append(columns, quote(name)), append(values, value)
	}
	return "with moved as (delete from " + t.from + " where " + which + " returning *)" +
		" insert into " + t.from + " (" + strings.Join(columns, ", ") + ") select " + strings.Join(values, ", ") + " from moved"
}

// mine are the rows of a person.
func (t *table) mine(person uuid.UUID) condition { return condition{sql: t.own, args: []any{person}} }

func (t *table) deleting() func(which string) string {
	return always("delete from " + t.from + " where ")
}

// change applies a statement to the next rows of some behind a cursor, and gives
// the one to go on from.
func (t *table) change(ctx context.Context, tx postgres.Tx, c condition, after string, limit int, statement func(which string) string) (int64, string, error) {
	if err := t.beyond(&c, after, ">"); err != nil {
		return 0, "", err
	}
	last, err := t.last(ctx, tx.PGX, c, limit)
	if err != nil {
		return 0, "", err
	}
	next := ""
	if last != nil {
		next = cursorOf(last)
		t.compare(&c, last, "<=")
	}
	tag, err := tx.PGX.Exec(ctx, statement(c.sql), append([]any{ownPlan}, c.args...)...)
	return tag.RowsAffected(), next, err
}

// last is the key of the last of the first limit rows; nil if there are fewer.
// What lies up to it is a range of an index, where `limit` inside a change
// would be a join.
func (t *table) last(ctx context.Context, tx pgx.Tx, c condition, limit int) ([]string, error) {
	if len(t.keys) == 0 {
		return nil, nil // a person has one row here
	}
	texts := make([]string, len(t.keys))
	key, into := make([]string, len(t.keys)), make([]any, len(t.keys))
	for i, k := range t.keys {
		into[i] = &key[i]
		// Named anew: `order by` takes the name of what comes out before that of
		// a column, and would sort all of the person's rows as text.
		texts[i] = "(" + k.expr + ")::text as key_" + strconv.Itoa(i)
	}
	err := tx.QueryRow(ctx, "select "+strings.Join(texts, ", ")+" from "+t.from+" where "+c.sql+t.order("")+" limit 1 offset "+strconv.Itoa(limit-1),
		append([]any{ownPlan}, c.args...)...).Scan(into...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return key, err
}
