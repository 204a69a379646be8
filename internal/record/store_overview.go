package record

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/postgres"
)

func (s *Service) readOverview(r *postgres.Reads, person uuid.UUID) *[]Holding {
	found, all := map[string]Holding{}, &[]Holding{}
	for _, sql := range s.overview {
		r.Each(s.collect(found), sql, person)
	}
	records := r.Apart(s.door, person)
	records.Each(s.collect(found), s.records, person)
	summed := slices.DeleteFunc(slices.Clone(s.tables), func(t *table) bool { return !t.summed() })
	readMonths(r, summed, person, noMore, func(t *table, months []month, silent bool) {
		found[t.category.ID] = found[t.category.ID].with(months, silent)
	})
	r.Then(func(more *postgres.Reads) error {
		for _, t := range s.tables {
			if t.holding.Records {
				found[t.category.ID] = found[t.category.ID].with(nil, records.Silent())
			}
		}
		more.Then(func(*postgres.Reads) error {
			for _, c := range s.deps.Register.Categories {
				if len(s.by[c.ID]) > 0 {
					h := found[c.ID]
					h.Category = c.ID
					*all = append(*all, h)
				}
			}
			return nil
		})
		return nil
	})
	return all
}

func (s *Service) readTimeline(r *postgres.Reads, person uuid.UUID, category string, asked span) *Timeline {
	found, timeline := map[string]Holding{}, &Timeline{}
	for _, t := range s.tables {
		switch {
		case t.category.ID != category:
		case t.counted():
			readMonths(r, []*table{t}, person, func(more *postgres.Part, t *table, all []month) {
				t.readDays(more, person, all, asked)
			}, func(_ *table, months []month, silent bool) {
				if timeline.Holding = timeline.with(months, silent); !silent {
					timeline.tell(months, asked)
				}
			})
		default:
			r.Each(s.collect(found), t.held(), person)
		}
	}
	r.Then(func(more *postgres.Reads) error {
		more.Then(func(*postgres.Reads) error {
			h := found[category]
			timeline.Holding = timeline.and(h.Rows, &h.First, &h.Last, &h.Oldest)
			timeline.Category = category
			return nil
		})
		return nil
	})
	return timeline
}

func (s *Service) collect(found map[string]Holding) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var h Holding
		var first, last, oldest *time.Time
		var newest map[string]*string
		if err := rows.Scan(&h.Category, &h.Rows, &first, &last, &oldest, &newest); err != nil {
			return err
		}
		all := found[h.Category].and(h.Rows, first, last, oldest)
		before := len(all.Glance)
		for _, f := range s.glance[h.Category] {
			if said := newest[f.ID]; said != nil && *said != "" {
				all.Glance = append(all.Glance, Glimpse{f, []byte(*said)})
			}
		}
		if len(all.Glance) > before {
			all.Told++
		}
		found[h.Category] = all
		return nil
	}
}

// tablesAtOnce is how many tables one statement counts. PostgreSQL keeps
// sixteen locks of a connection at hand; with more of them, tables and indexes,
// everybody who looks at their overview waits for everybody else.
const tablesAtOnce = 7

// held is a query for how much of a category is held in a table, where that is
// little for each person.
func (t *table) held() string {
	first, last := "null::timestamptz", "null::timestamptz"
	if t.holding.Time != "" {
		first, last = "min("+quote(t.holding.Time)+")", "max("+quote(t.holding.Time)+")"
	}
	newest := "null::json"
	if object := t.newest(); object != "" {
		order := ""
		if t.holding.Time != "" {
			order = " order by " + quote(t.holding.Time) + " desc"
		}
		newest = "(array_agg(" + object + order + "))[1]"
	}
	return "select " + literal(t.category.ID) + ", count(*), " + first + ", " + last + ", " + t.oldest() + ", " + newest + " from " + t.from + " where " + t.shown
}

// oldest is from when the keeping time of a table's rows counts, of that which counts
// longest: not of what goes with other rows, or is still at work.
func (t *table) oldest() string {
	clock := t.holding.KeepingClock()
	if clock == "" || t.holding.Under != nil {
		return "null::timestamptz"
	}
	if t.holding.Busy != "" {
		return "min(" + quote(clock) + ") filter (where " + quote(t.holding.Busy) + " is null)"
	}
	return "min(" + quote(clock) + ")"
}

// glance are the fields that stand for a category where it is one line.
func (t *table) glance() (some []dictionary.Field) {
	for _, f := range t.holding.Fields {
		if f.Glance {
			some = append(some, f)
		}
	}
	return some
}

// newest is a JSON object of them, or nothing if there are none.
func (t *table) newest() string {
	some := t.glance()
	if len(some) == 0 {
		return ""
	}
	members := make([]string, len(some))
	for i, f := range some {
		members[i] = literal(f.ID) + ", (" + t.read(f) + ")::text"
	}
	return "json_build_object(" + strings.Join(members, ", ") + ")"
}

// recordsSQL is held of what lies in the shared table.
func recordsSQL(tables []*table) string {
	newest := "null::json"
	for _, t := range tables {
		if object := t.newest(); t.holding.Records && object != "" {
			newest = "case category when " + literal(t.category.ID) + " then " + object + " else " + newest + " end"
		}
	}
	return "select category, count(*), min(at), max(at), min(at), (array_agg(" + newest + " order by at desc))[1] from " + quote(shared) + " where person_id = $1 group by category"
}

// overviewSQL is held of all tables in few queries, but for those that imports
// fill.
func overviewSQL(tables []*table) []string {
	var parts []string
	for _, t := range tables {
		if !t.counted() {
			parts = append(parts, t.held())
		}
	}
	var all []string
	for some := range slices.Chunk(parts, tablesAtOnce) {
		all = append(all, strings.Join(some, " union all "))
	}
	return all
}

func (t *table) readCount(r *postgres.Reads, person uuid.UUID) *int64 {
	n := new(int64)
	if t.summed() {
		readMonths(r, []*table{t}, person, noMore, func(_ *table, months []month, silent bool) {
			for _, m := range months {
				*n += m.rows
			}
			if silent { // nobody is told a number that is none
				r.Refuse(t.failed("count", postgres.ErrSilent))
			}
		})
		return n
	}
	r.Text(func(err error) error { return t.failed("count", err) }, func(rows pgx.Rows) (err error) {
		*n, err = strconv.ParseInt(string(rows.RawValues()[0]), 10, 64)
		return err
	}, "select count(*) from "+t.from+" where "+t.shown, person)
	return n
}
