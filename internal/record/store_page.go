package record

import (
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

func (t *table) ReadPage(r *postgres.Reads, person uuid.UUID, q PageQuery) *Page {
	page := &Page{}
	c := condition{sql: t.shown, args: []any{person}}.within(t, Period{q.From, q.To})
	cursor, than, direction := q.Older, "<", " desc"
	if q.Newer != "" {
		cursor, than, direction = q.Newer, ">", ""
	}
	if err := t.beyond(&c, cursor, than); err != nil {
		r.Refuse(err)
		return page
	}
	if q.Search.Words != "" {
		t.readSearch(r, person, c, t.order(direction), q, page)
		return page
	}
	behind := " where " + c.sql + t.order(direction) + " limit " + strconv.Itoa(q.Limit+1)
	switch {
	case !t.counted():
		t.readPage(r, r.Text, []string{t.from}, behind, c.args, q, page)
	case !t.summed():
		part := r.Apart(t.door, person)
		t.readPage(r, part.Text, []string{t.from}, behind, c.args, q, page)
		r.Then(func(*postgres.Reads) error { page.Silent = part.Silent(); return nil })
	default:
		readSums(r, t, person, func(more *postgres.Reads, _ *table, sums []month, silent bool) {
			months, err := t.shownOn(sums, q)
			if more.Refuse(err); silent {
				page.Silent = true
				return
			}
			part := more.Apart(t.door, person)
			t.readPage(more, part.Text, months, behind, c.args, q, page)
			more.Then(func(*postgres.Reads) error { page.Silent = part.Silent(); return nil })
		})
	}
	return page
}

// readPage adds the queries for a page, one for each table in which its rows may
// lie, in order.
func (t *table) readPage(r *postgres.Reads, text func(func(error) error, func(pgx.Rows) error, string, ...any), from []string, behind string, args []any, q PageQuery, page *Page) {
	var rows []Row
	for _, table := range from {
		text(func(err error) error { return t.failed("page", err) }, func(found pgx.Rows) error {
			if len(rows) <= q.Limit {
				rows = append(rows, t.keep(found.RawValues()))
			}
			return nil
		}, "select "+t.list+" from "+table+behind, args...)
	}
	r.Then(func(*postgres.Reads) error {
		*page = paginate(rows, q)
		return nil
	})
}

// shownOn are the partitions in which the rows of a page lie: of months in which
// the sums say that the person has any, as many as it takes to fill the page, and
// of those that have rows in no sum yet; in the order of the page. To name the
// table would visit all months, and lock them.
func (t *table) shownOn(all []month, q PageQuery) (partitions []string, err error) {
	from, to := q.From, q.To
	if to.IsZero() {
		to = endOfTime
	}
	var beyond time.Time // the moment of the row that the page goes on from
	if cursor := q.Older + q.Newer; cursor != "" {
		key, err := t.parse(cursor)
		if err != nil {
			return nil, err
		}
		var ok bool
		if beyond, ok = Time([]byte(key[0])); !ok {
			return nil, errCursor
		}
	}
	if q.Newer == "" {
		all = slices.Clone(all)
		slices.Reverse(all)
	}
	var sure int64 // rows that are on this page or behind it
	for _, m := range all {
		first, last := m.since, m.until().Add(-time.Microsecond) // of what is in no sum anything may be
		if m.open == nil {
			if m.rows == 0 {
				continue
			}
			first, last = *m.first, *m.last
		}
		outside := last.Before(from) || !first.Before(to) || q.Older != "" && first.After(beyond) || q.Newer != "" && last.Before(beyond)
		inside := !first.Before(from) && last.Before(to) && (q.Older == "" || last.Before(beyond)) && (q.Newer == "" || first.After(beyond))
		if outside {
			continue
		}
		if partitions = append(partitions, t.partition(m.since)); inside {
			sure += m.rows
		}
		if sure > int64(q.Limit) {
			break
		}
	}
	return partitions, nil
}

// endOfTime is later than any row.
var endOfTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant in all but name

// paginate makes a page of one row more than was asked for: newest first, with
// cursors where there is more.
func paginate(rows []Row, q PageQuery) Page {
	more := len(rows) > q.Limit
	if more {
		rows = rows[:q.Limit]
	}
	if q.Newer != "" {
		slices.Reverse(rows)
	}
	p := Page{Rows: rows}
	if len(rows) == 0 {
		return p
	}
	if more || q.Newer != "" {
		p.Older = rows[len(rows)-1].Key
	}
	if q.Older != "" || (more && q.Newer != "") {
		p.Newer = rows[0].Key
	}
	return p
}
