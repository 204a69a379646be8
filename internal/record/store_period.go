package record

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

func (t *table) takeNext(ctx context.Context, tx postgres.Tx, person uuid.UUID, of Period, how register.Action, after string, limit int) (int64, string, error) {
	if after == "" {
		if err := lockIngest(ctx, tx, t.category.ID); err != nil {
			return 0, "", err
		}
	}
	statement := t.deleting()
	if how == register.Anonymise {
		statement = t.moving
	}
	n, next, err := t.change(ctx, tx, t.mine(person).within(t, of), after, limit, statement)
	if err != nil || next != "" || n == 0 && after == "" || !t.summed() {
		return n, next, err
	}
	return n, next, t.sumAgain(ctx, tx, person, of)
}

// any tells whether a person has a row of a period.
func (t *table) any(ctx context.Context, tx postgres.Tx, person uuid.UUID, of Period) (is bool, err error) {
	c := t.mine(person).within(t, of)
	err = tx.PGX.QueryRow(ctx, "select exists (select from "+t.from+" where "+c.sql+")", append([]any{ownPlan}, c.args...)...).Scan(&is)
	return is, err
}

// within narrows rows to a period.
func (c condition) within(t *table, of Period) condition {
	if at := quote(t.holding.Time); t.holding.Time != "" {
		if !of.Since.IsZero() {
			c.sql += " and " + at + " >= " + c.bind(of.Since)
		}
		if !of.Until.IsZero() {
			c.sql += " and " + at + " < " + c.bind(of.Until)
		}
	}
	return c
}

// sumAgain takes away what somebody's rows of a period came to, all of which are
// gone, and sums anew what is left of the months that it cuts. Sums that are being
// made may have counted them: they are made anew, too.
func (t *table) sumAgain(ctx context.Context, tx postgres.Tx, person uuid.UUID, of Period) error {
	if err := lockIngest(ctx, tx, t.category.ID); err != nil {
		return err
	}
	first, end := monthOf(of.Since), of.Until
	if end.IsZero() {
		end = endOfTime
	}
	if _, err := tx.PGX.Exec(ctx, "delete from record_month where person_id = $1 and category = $2 and month >= $3 and month < $4", person, t.category.ID, first, end); err != nil {
		return err
	}
	if _, err := tx.PGX.Exec(ctx, "update record_period set summing = null where source = $1 and since >= $2 and since < $3", t.holding.Table, first, end); err != nil {
		return err
	}
	var cut []time.Time
	if !first.Equal(of.Since) {
		cut = append(cut, first)
	}
	if last := monthOf(end); !last.Equal(end) {
		cut = append(cut, last)
	}
	rows, _ := tx.PGX.Query(ctx, "select since, summed_until from record_period where source = $1 and since = any ($2) and summed_until > since", t.holding.Table, cut) // CollectRows gives its error
	months, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Since, Until time.Time }])
	if err != nil {
		return err
	}
	for _, m := range months {
		if _, err := tx.PGX.Exec(ctx, "insert into record_month (person_id, category, month, rows, amount, first_at, last_at) select "+t.person+", "+literal(t.category.ID)+", $2, "+t.sums()+
			" from "+t.partition(m.Since)+" where "+t.own+" and "+quote(t.holding.Time)+" >= $2 and "+quote(t.holding.Time)+" < $3 group by "+t.person, ownPlan, person, m.Since, m.Until); err != nil {
			return err
		}
	}
	return nil
}
