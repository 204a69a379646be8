package record

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"plusultra.link/privacy/internal/postgres"
)

// wholly is the table as whoever reads all people's rows sees it: in the order of
// its whole key.
func (t *table) wholly() *table {
	all := *t
	all.keys = nil
	for _, name := range t.relation.key {
		all.keys = append(all.keys, keyColumn{expr: quote(name), sqlType: t.relation.columns[name].sqlType})
	}
	return &all
}

// scope are the rows that a category has in a table.
func (t *table) scope() string {
	if t.holding.Records {
		return "category = " + literal(t.category.ID)
	}
	return "true"
}

// over are the rows whose time is over.
func (t *table) over(c *condition, sw Sweep) {
	c.sql += " and " + quote(t.holding.KeepingClock()) + " < " + c.bind(sw.Before) +
		" and (" + t.person + " = any (" + c.bind(sw.Spared) + "::uuid[])) is not true"
	if t.holding.Busy != "" {
		c.sql += " and " + quote(t.holding.Busy) + " is null"
	}
}

// sweepRows looks at the next rows of everybody, in the order of the key, and
// deletes those whose time is over. No statement looks further than a batch, and
// where nothing is over none writes.
func (t *table) sweepRows(ctx context.Context, tx postgres.Tx, sw Sweep) (Swept, error) {
	c := condition{sql: t.scope()}
	if t.relation.partitioned { // of the month at whose end time is over, and of those before it that stay
		c.sql += " and " + quote(t.holding.Time) + " < " + c.bind(monthOf(sw.Before).AddDate(0, 1, 0))
	}
	all := t.wholly()
	if err := all.beyond(&c, sw.Resume, ">"); err != nil {
		return Swept{}, err
	}
	last, err := all.last(ctx, tx.PGX, c, sw.Limit)
	if err != nil {
		return Swept{}, err
	}
	before := sw.Resume
	sw.Resume = ""
	if last != nil {
		sw.Resume = cursorOf(last)
		all.compare(&c, last, "<=")
	}
	t.over(&c, sw)
	var oldest *time.Time
	if err := tx.PGX.QueryRow(ctx, "select min("+quote(t.holding.KeepingClock())+") from "+t.from+" where "+c.sql, append([]any{ownPlan}, c.args...)...).Scan(&oldest); err != nil || oldest == nil {
		return Swept{Sweep: sw}, err
	}
	if t.counted() { // before any row, as an import does
		if err := lockIngest(ctx, tx, t.category.ID); err != nil {
			return Swept{}, err
		}
	}
	tag, err := tx.PGX.Exec(ctx, "delete from "+t.from+" where "+c.sql, append([]any{ownPlan}, c.args...)...)
	if err != nil {
		return Swept{}, err
	}
	sw.took(tag.RowsAffected(), oldest)
	if t.summed() {
		err = t.forgetSums(ctx, tx, all, before, last, *oldest, sw.Before)
	}
	return Swept{Sweep: sw}, err
}

// countDue counts the rows whose time is over, and the months that would go whole.
func (t *table) countDue(ctx context.Context, db postgres.Reader, sw Sweep) (due Due, err error) {
	c := condition{sql: t.scope()}
	t.over(&c, sw)
	err = db.QueryRow(ctx, "select count(*), min("+quote(t.holding.KeepingClock())+") from "+t.from+" where "+c.sql, append([]any{ownPlan}, c.args...)...).Scan(&due.Rows, &due.Oldest)
	if err == nil && t.summed() {
		err = db.QueryRow(ctx, "select count(*) from record_period where source = $1 and until <= $2", t.holding.Table, sw.Before).Scan(&due.Partitions)
	}
	return due, err
}

// forgetSums takes away what some people's rows came to in the months from which
// some went, and has those months summed anew.
func (t *table) forgetSums(ctx context.Context, tx postgres.Tx, all *table, after string, last []string, oldest, before time.Time) error {
	c := condition{sql: "category = " + literal(t.category.ID)}
	first, end := c.bind(monthOf(oldest)), c.bind(before)
	c.sql += " and month >= " + first + " and month < " + end
	if after != "" {
		key, err := all.parse(after)
		if err != nil {
			return err
		}
		c.sql += " and person_id >= " + c.bind(key[0]) + "::uuid"
	}
	if last != nil {
		c.sql += " and person_id <= " + c.bind(last[0]) + "::uuid"
	}
	if _, err := tx.PGX.Exec(ctx, "delete from record_month where "+c.sql, append([]any{ownPlan}, c.args...)...); err != nil {
		return err
	}
	_, err := tx.PGX.Exec(ctx, "update record_period set written_at = $2, remake = true, summed_until = since, summing = null where source = $1 and since >= $3 and since < $4",
		t.holding.Table, t.deps.Now(), monthOf(oldest), before)
	return err
}

// retireMonths has no page told of the months any more all of which is over, but
// for those in which somebody is spared.
func (t *table) retireMonths(ctx context.Context, tx postgres.Tx, sw Sweep) (int, error) {
	if err := lockIngest(ctx, tx, t.category.ID); err != nil {
		return 0, err
	}
	rows, _ := tx.PGX.Query(ctx, "select since from record_period where source = $1 and until <= $2 order by since", t.holding.Table, sw.Before) // CollectRows gives its error
	months, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return 0, err
	}
	if len(sw.Spared) > 0 {
		var whole []time.Time
		for _, month := range months {
			var held bool
			if err := tx.PGX.QueryRow(ctx, "select exists (select from "+t.partition(month)+" where "+t.person+" = any ($1))", sw.Spared).Scan(&held); err != nil {
				return 0, err
			}
			if !held {
				whole = append(whole, month)
			}
		}
		months = whole
	}
	_, err = tx.PGX.Exec(ctx, "delete from record_period where source = $1 and since = any ($2)", t.holding.Table, months)
	return len(months), err
}

// retired are the months of which there is a partition and no page is told.
func (t *table) retired(ctx context.Context, tx postgres.Tx, before time.Time) ([]time.Time, error) {
	rows, _ := tx.PGX.Query(ctx, "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = $1::text::regclass", t.from) // CollectRows gives its error
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	var months []time.Time
	for _, name := range names {
		month, err := time.Parse(t.holding.Table+"_2006_01", name)
		if err == nil && !month.AddDate(0, 1, 0).After(before) {
			months = append(months, month)
		}
	}
	rows, _ = tx.PGX.Query(ctx, "select m from unnest($1::timestamptz[]) m where not exists (select from record_period p where p.source = $2 and p.since = m) order by m", months, t.holding.Table) // as above
	return pgx.CollectRows(rows, pgx.RowTo[time.Time])
}

// dropMonth drops the next partition of which no page is told any more, unless
// somebody reads the table just now.
func (t *table) dropMonth(ctx context.Context, tx postgres.Tx, sw Sweep) (Swept, error) {
	months, err := t.retired(ctx, tx, sw.Before)
	if err != nil || len(months) == 0 {
		sw.Resume = ""
		return Swept{Sweep: sw}, err
	}
	var rows int64
	var oldest *time.Time
	if err := tx.PGX.QueryRow(ctx, "select count(*), min("+quote(t.holding.Time)+") from "+t.partition(months[0])).Scan(&rows, &oldest); err != nil {
		return Swept{}, err
	}
	sw.Resume = "more"
	err = tx.Try(ctx, func(postgres.Reader) error {
		_, err := tx.PGX.Exec(ctx, "select drop_partition($1::text::regclass, $2, $3)", t.from, months[0], sw.Run)
		return err
	})
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "55P03" { // the lock was not to be had
		return Swept{Sweep: sw, Wait: lockedFor}, nil
	}
	if err != nil {
		return Swept{}, err
	}
	sw.Partitions++
	sw.took(rows, oldest)
	return Swept{Sweep: sw}, nil
}

// sweepSums takes away the next sums of months that are gone.
func (t *table) sweepSums(ctx context.Context, tx postgres.Tx, sw Sweep) (Swept, error) {
	sums := &table{from: quote(sumsTable), keys: []keyColumn{{expr: "person_id", sqlType: "uuid"}, {expr: "category", sqlType: "text"}, {expr: "month", sqlType: "timestamptz"}}}
	c := condition{sql: "category = " + literal(t.category.ID)}
	c.sql += " and month < " + c.bind(monthOf(sw.Before))
	if err := sums.beyond(&c, sw.Resume, ">"); err != nil {
		return Swept{}, err
	}
	last, err := sums.last(ctx, tx.PGX, c, sw.Limit)
	if err != nil {
		return Swept{}, err
	}
	sw.Resume = ""
	if last != nil {
		sw.Resume = cursorOf(last)
		sums.compare(&c, last, "<=")
	}
	rows, _ := tx.PGX.Query(ctx, "select since from record_period where source = $1 and until <= $2", t.holding.Table, sw.Before) // CollectRows gives its error
	stay, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return Swept{}, err
	}
	c.sql += " and (month = any (" + c.bind(stay) + "::timestamptz[])) is not true"
	_, err = tx.PGX.Exec(ctx, "delete from record_month where "+c.sql, append([]any{ownPlan}, c.args...)...)
	return Swept{Sweep: sw}, err
}

// sweepLedger has the database take away rows of what is append-only, as a run on
// record says.
func (t *table) sweepLedger(ctx context.Context, tx postgres.Tx, sw Sweep) (Swept, error) {
	var parent, link *string
	if under := t.holding.Under; under != nil {
		parent, link = new(quote(under.Table)), &under.Column
	}
	return t.took(sw, tx.PGX.QueryRow(ctx, "select done, oldest from sweep_ledger($1::text::regclass, $2, $3, $4::text::regclass, $5, $6, $7)",
		t.from, sw.Run, t.holding.KeepingClock(), parent, link, sw.Spared, sw.Limit))
}

// sweepOrphans takes away rows under rows that are gone.
func (t *table) sweepOrphans(ctx context.Context, tx postgres.Tx, sw Sweep) (Swept, error) {
	under := t.holding.Under
	return t.took(sw, tx.PGX.QueryRow(ctx, "with gone as (delete from "+t.from+" where ctid = any (array("+
		"select o.ctid from "+t.from+" o where not exists (select from "+quote(under.Table)+" p where p.person_id = o.person_id and p.id = o."+quote(under.Column)+") limit $1))"+
		" returning "+quote(t.holding.KeepingClock())+" as at) select count(*), min(at) from gone", sw.Limit))
}

func (t *table) took(sw Sweep, row pgx.Row) (Swept, error) {
	var n int64
	var oldest *time.Time
	err := row.Scan(&n, &oldest)
	sw.took(n, oldest)
	sw.Resume = ""
	if n == int64(sw.Limit) {
		sw.Resume = "the rest"
	}
	return Swept{Sweep: sw}, err
}
