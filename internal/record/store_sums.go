package record

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

// sum is what some rows come to.
type sum struct {
	rows, amount int64
	first, last  *time.Time // nil for no rows
}

func (s *sum) add(more sum) {
	s.rows, s.amount = s.rows+more.rows, s.amount+more.amount
	if more.first != nil && (s.first == nil || more.first.Before(*s.first)) {
		s.first = more.first
	}
	if more.last != nil && (s.last == nil || more.last.After(*s.last)) {
		s.last = more.last
	}
}

// month is what a table holds of a person in one month.
type month struct {
	sum

	since time.Time
	open  *time.Time // from then on its rows are in no sum yet; nil: all of them are

	days []Step // of what is asked for, if it is told by day
}

func (m month) until() time.Time { return m.since.AddDate(0, 1, 0) }

// summed tells whether there are sums of the table's months. What has no months
// is counted: a person has little there.
func (t *table) summed() bool { return t.counted() && t.relation.partitioned }

// partition is that of a month, quoted.
func (t *table) partition(since time.Time) string {
	if !t.relation.partitioned {
		return t.from
	}
	return quote(t.holding.Table + since.UTC().Format("_2006_01"))
}

// sums is a select list: what rows come to.
func (t *table) sums() string {
	amount := "0::bigint"
	if f, ok := t.holding.Field(t.holding.Tally); ok {
		amount = "coalesce(sum((" + t.read(f) + ")::bigint), 0)::bigint"
	}
	at := quote(t.holding.Time)
	return "count(*), " + amount + ", min(" + at + "), max(" + at + ")"
}

// written is what a batch brought into one month.
type written struct{ since, first, last time.Time }

// lockIngest lets one batch at a time write into a category.
func lockIngest(ctx context.Context, tx postgres.Tx, category string) error {
	_, err := tx.PGX.Exec(ctx, "select pg_advisory_xact_lock(hashtextextended($1, 0))", "portal ingest "+category)
	return err
}

// noteWritten notes what came into which month. A row before the end of the
// sums makes them untrue: they are made again.
func (t *table) noteWritten(ctx context.Context, tx postgres.Tx, all []written) error {
	if !t.summed() || len(all) == 0 {
		return nil
	}
	since, first, last := make([]time.Time, len(all)), make([]time.Time, len(all)), make([]time.Time, len(all))
	for i, w := range all {
		since[i], first[i], last[i] = w.since, w.first, w.last
	}
	_, err := tx.PGX.Exec(ctx, `update record_period p set written_at = $2, reach = greatest(p.reach, w.last + interval '1 microsecond'),
			summing = case when w.first >= p.summing_until then p.summing end,
			remake = p.remake or w.first < p.summed_until,
			summed_until = case when w.first < p.summed_until then p.since else p.summed_until end
		from unnest($3::timestamptz[], $4::timestamptz[], $5::timestamptz[]) w (since, first, last) where p.source = $1 and p.since = w.since`,
		t.holding.Table, t.deps.Now(), since, first, last)
	return err
}

// dropSums takes away what somebody's rows came to, all of which are gone. Sums
// that are being made may have counted them: they are made anew.
func (t *table) dropSums(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	if err := lockIngest(ctx, tx, t.category.ID); err != nil {
		return err
	}
	if _, err := tx.PGX.Exec(ctx, "delete from record_month where person_id = $1 and category = $2", person, t.category.ID); err != nil {
		return err
	}
	_, err := tx.PGX.Exec(ctx, "update record_period set summing = null where source = $1 and summing is not null", t.holding.Table)
	return err
}

// settling is a month whose rows are to be summed up to a time.
type settling struct {
	Since, From, To time.Time
	Remake          bool
}

// settled are the months of which something is to be summed: where nothing came
// in for a while, all there is; where rows come in all the time, once a day what
// is older than that.
func (t *table) settled(ctx context.Context, db postgres.Reader, now time.Time, quiet time.Duration) ([]settling, error) {
	rows, _ := db.Query(ctx, `select since, summed_until, upto, remake from (
			select p.*, case when quiet then reach else least(reach, date_trunc('day', $2::timestamptz, 'UTC') - interval '1 day') end as upto
			from (select *, written_at <= $2::timestamptz - $3::interval or written_at > $2 as quiet from record_period where source = $1) p) q
		where upto > summed_until and (quiet or summed_at <= $2::timestamptz - interval '1 day') order by since desc`, t.holding.Table, now, quiet) // CollectRows gives its error
	return pgx.CollectRows(rows, pgx.RowToStructByPos[settling])
}

// lockSums has one at a time sum a month; false while another does.
func (t *table) lockSums(ctx context.Context, tx postgres.Tx, s settling) (ours bool, err error) {
	err = tx.PGX.QueryRow(ctx, "select pg_try_advisory_xact_lock(hashtextextended($1, 0))", "portal sums "+t.partition(s.Since)).Scan(&ours)
	return ours, err
}

// announce notes that rows up to a time are being summed. Whoever writes one
// before it, or takes somebody's away, takes the note back.
func (t *table) announce(ctx context.Context, tx postgres.Tx, by uuid.UUID, s settling) error {
	_, err := tx.PGX.Exec(ctx, "update record_period set summing = $3, summing_until = $4 where source = $1 and since = $2 and summed_until = $5 and remake = $6",
		t.holding.Table, s.Since, by, s.To, s.From, s.Remake)
	return err
}

// sumUp adds what came in between two times to the sums of a month, or makes
// them anew.
func (t *table) sumUp(ctx context.Context, tx postgres.Tx, s settling) error {
	at := quote(t.holding.Time)
	set := "rows = m.rows + excluded.rows, amount = m.amount + excluded.amount, first_at = least(m.first_at, excluded.first_at), last_at = greatest(m.last_at, excluded.last_at)"
	if s.Remake { // what is as it was is not written again
		set = "rows = excluded.rows, amount = excluded.amount, first_at = excluded.first_at, last_at = excluded.last_at" +
			" where (m.rows, m.amount, m.first_at, m.last_at) is distinct from (excluded.rows, excluded.amount, excluded.first_at, excluded.last_at)"
	}
	_, err := tx.PGX.Exec(ctx, strings.Join([]string{
		"insert into record_month as m (person_id, category, month, rows, amount, first_at, last_at)",
		"select", t.person, ",", literal(t.category.ID), ", $1,", t.sums(), "from", t.partition(s.Since), "where", at, ">= $2 and", at, "< $3",
		"group by", t.person, "order by", t.person,
		"on conflict (person_id, category, month) do update set", set,
	}, " "), ownPlan, s.Since, s.From, s.To)
	return err
}

// publish has readers believe the sums, if the note still stands.
func (t *table) publish(ctx context.Context, tx postgres.Tx, by uuid.UUID, s settling, now time.Time) (bool, error) {
	if err := lockIngest(ctx, tx, t.category.ID); err != nil {
		return false, err
	}
	tag, err := tx.PGX.Exec(ctx, "update record_period set summed_until = $4, summed_at = $5, remake = false, summing = null where source = $1 and since = $2 and summing = $3",
		t.holding.Table, s.Since, by, s.To, now)
	return tag.RowsAffected() == 1, err
}

func makePartition(ctx context.Context, tx postgres.Tx, table string, at time.Time) error {
	_, err := tx.PGX.Exec(ctx, "select make_partition($1::text::regclass, $2)", quote(table), at)
	return err
}
