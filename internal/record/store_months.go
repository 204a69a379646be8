package record

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

// monthsSQL gives what a person has month by month, of tables of one kind. A
// month that is in no sum yet has the time from which on it is to be counted. The
// sums, which may lie on another machine, are fetched by themselves.
func monthsSQL(tables []*table) string {
	parts := make([]string, len(tables))
	for i, t := range tables {
		at := "select " + strconv.Itoa(i) + ", "
		if !t.summed() {
			parts[i] = at + "date_trunc('month', " + quote(t.holding.Time) + ", 'UTC'), " + t.sums() + ", null::timestamptz from " + t.from + " where " + t.shown + " group by 2"
			continue
		}
		parts[i] = at + "p.since, coalesce(s.rows, 0), coalesce(s.amount, 0), s.first_at, s.last_at, case when p.reach > p.summed_until then p.summed_until end" +
			" from record_period p left join s on s.category = " + literal(t.category.ID) + " and s.month = p.since and p.summed_until > p.since" +
			" where p.source = " + literal(t.holding.Table) + " and (s.month is not null or p.reach > p.summed_until)"
	}
	sums := ""
	if tables[0].summed() {
		sums = "with s as materialized (select category, month, rows, amount, first_at, last_at from record_month where person_id = $1) "
	}
	return sums + strings.Join(parts, " union all ") + " order by 1, 2"
}

// monthly is what tables hold of a person month by month, once it is read, and
// who waits for it.
type monthly struct {
	all    [][]month
	sums   []func(more *postgres.Reads, t *table, sums []month, silent bool)
	beside []func(more *postgres.Part, t *table, all []month)
	done   []func(t *table, all []month, silent bool)
}

// readMonths reads what tables hold of a person month by month, and has done
// handed those of each in which there is something, in order; silent tells that
// they could not be read. What is in no sum yet is counted in its own partition,
// in another round trip: to name the table would lock every month of it. What
// more may be read in that one is added by beside, by what the sums say.
func readMonths(r *postgres.Reads, tables []*table, person uuid.UUID, beside func(more *postgres.Part, t *table, all []month), done func(t *table, all []month, silent bool)) {
	if len(tables) > 0 {
		m := askMonths(r, tables, person)
		m.beside, m.done = append(m.beside, beside), append(m.done, done)
	}
}

// noMore adds nothing.
func noMore(*postgres.Part, *table, []month) {}

// readSums hands over what the sums say of a table's months; what is in no sum
// yet may hold anything.
func readSums(r *postgres.Reads, t *table, person uuid.UUID, done func(more *postgres.Reads, t *table, sums []month, silent bool)) {
	m := askMonths(r, []*table{t}, person)
	m.sums = append(m.sums, done)
}

// askMonths asks once for all who want to know.
func askMonths(r *postgres.Reads, tables []*table, person uuid.UUID) *monthly {
	sql := monthsSQL(tables)
	return postgres.Once(r, sql, func() *monthly {
		m := &monthly{all: make([][]month, len(tables))}
		sums := r.Apart(tables[0].door, person)
		sums.Each(func(rows pgx.Rows) error {
			var at int
			var one month
			err := rows.Scan(&at, &one.since, &one.rows, &one.amount, &one.first, &one.last, &one.open)
			m.all[at] = append(m.all[at], one)
			return err
		}, sql, person)
		r.Then(func(more *postgres.Reads) error {
			m.ask(more, tables, person, sums.Silent())
			return nil
		})
		return m
	})
}

// ask asks for what is behind the sums, once they are read.
func (m *monthly) ask(r *postgres.Reads, tables []*table, person uuid.UUID, silent bool) {
	for i, t := range tables {
		for _, want := range m.sums { // before what is open is said to be read
			want(r, t, m.all[i], silent)
		}
		part := r.Apart(t.door, person)
		for _, add := range m.beside {
			add(part, t, m.all[i])
		}
		t.countOpen(part, person, m.all[i])
		r.Then(func(*postgres.Reads) error {
			held := slices.DeleteFunc(m.all[i], func(m month) bool { return m.rows == 0 })
			for _, tell := range m.done {
				tell(t, held, silent || part.Silent())
			}
			return nil
		})
	}
}

// countOpen adds to months what of them is in no sum yet.
func (t *table) countOpen(r *postgres.Part, person uuid.UUID, all []month) {
	for i := range all {
		m := &all[i]
		if m.open == nil {
			continue
		}
		r.Each(func(rows pgx.Rows) error {
			var s sum
			err := rows.Scan(&s.rows, &s.amount, &s.first, &s.last)
			m.add(s)
			return err
		}, "select "+t.sums()+" from "+t.partition(m.since)+" where "+t.shown+" and "+quote(t.holding.Time)+" >= $2", person, *m.open)
	}
}
