package record

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

// RankedAtOnce is of how many rows, the newest, it is counted what comes up most:
// a page costs no more for a million of them.
const RankedAtOnce = 1_000

func (t *table) ReadRanks(r *postgres.Reads, person uuid.UUID, q PageQuery) *Ranks {
	ranks := &Ranks{}
	for _, f := range t.holding.Fields {
		if !f.Ranked.Empty() {
			ranks.Fields = append(ranks.Fields, Rank{Field: f})
		}
	}
	q.Older, q.Newer, q.Limit = "", "", RankedAtOnce
	switch {
	case len(ranks.Fields) == 0 || t.holding.Time == "":
		return &Ranks{}
	case !t.summed():
		t.readRanks(r, person, [][]string{{t.from}}, q, ranks)
	default:
		readSums(r, t, person, func(more *postgres.Reads, _ *table, sums []month, silent bool) {
			months, err := t.shownOn(sums, q)
			if more.Refuse(err); !silent {
				t.readRanks(more, person, slices.Collect(slices.Chunk(months, tablesAtOnce)), q, ranks)
			}
		})
	}
	return ranks
}

// part is what some tables say: how often each value comes up, by field.
type part struct {
	looked, rows int64
	values       []map[string]int64
}

// readRanks adds the queries that count values, one for some tables each, in the
// order of the page.
func (t *table) readRanks(r *postgres.Reads, person uuid.UUID, from [][]string, q PageQuery, ranks *Ranks) {
	each, silent := r.Each, func() bool { return false }
	if t.counted() {
		apart := r.Apart(t.door, person)
		each, silent = apart.Each, apart.Silent
	}
	parts := make([]part, len(from))
	for i, tables := range from {
		p := &parts[i]
		for range ranks.Fields {
			p.values = append(p.values, map[string]int64{})
		}
		sql, args := t.ranksSQL(tables, person, q, ranks.Fields)
		each(func(rows pgx.Rows) error {
			var at int
			var value *string
			var looked, hits int64
			err := rows.Scan(&at, &value, &looked, &hits)
			switch {
			case at < 0:
				p.looked, p.rows = looked, hits
			case value != nil && *value != "" && hits > 0:
				p.values[at][*value] = hits
			}
			return err
		}, sql, args...)
	}
	r.Then(func(*postgres.Reads) error {
		if !silent() {
			ranks.add(parts)
		}
		return nil
	})
}

// add puts together what was counted, as far as nothing between is left out.
func (ranks *Ranks) add(parts []part) {
	all, looked := make([]map[string]int64, len(ranks.Fields)), int64(0)
	for i := range all {
		all[i] = map[string]int64{}
	}
	for _, p := range parts {
		looked, ranks.Rows = looked+p.looked, ranks.Rows+p.rows
		for i, values := range p.values {
			for value, n := range values {
				all[i][value] += n
			}
		}
		if p.looked == RankedAtOnce {
			ranks.Newest = looked
			break
		}
	}
	for i, values := range all {
		rank := &ranks.Fields[i]
		for value, n := range values {
			rank.Values = append(rank.Values, Counted{value, n})
		}
		slices.SortFunc(rank.Values, func(a, b Counted) int {
			return cmp.Or(cmp.Compare(b.Rows, a.Rows), strings.Compare(a.Value, b.Value))
		})
	}
}

// ranksSQL counts the values of some fields in the newest rows of some tables; of
// the field -1, the rows themselves.
func (t *table) ranksSQL(tables []string, person uuid.UUID, q PageQuery, fields []Rank) (string, []any) {
	c := condition{sql: t.shown, args: []any{person}}.within(t, Period{q.From, q.To})
	hit := "true"
	if q.Search.Words != "" {
		hit = "coalesce(" + t.matches(&c, q.Search) + ", false)"
	}
	list, values := quote(t.holding.Time)+" as at_, "+hit+" as hit_", []string{"(-1, null::text)"}
	for i, f := range fields {
		name := "v" + strconv.Itoa(i)
		list += ", (" + t.read(f.Field) + ")::text as " + name
		values = append(values, "("+strconv.Itoa(i)+", "+name+")")
	}
	limit := " limit " + strconv.Itoa(RankedAtOnce)
	arms := make([]string, len(tables))
	for i, table := range tables {
		arms[i] = "(select " + list + " from " + table + " where " + c.sql + t.order(" desc") + limit + ")" // by the key: no month is read through
	}
	return "select n, v, count(*), count(*) filter (where hit_) from (select * from (" + strings.Join(arms, " union all ") + ") found order by at_ desc" + limit +
		") looked, lateral (values " + strings.Join(values, ", ") + ") said (n, v) group by n, v", c.args
}
