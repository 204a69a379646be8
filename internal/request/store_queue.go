package request

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
)

// whose is a request's owner as the indexes have it.
const whose = "coalesce(owner_id, '00000000-0000-0000-0000-000000000000')"

// sorted is an order in SQL. A queue is read from parts, each of which lies in an
// index as it is sorted: of a state, and in the order by due date of a rank.
type sorted struct {
	parts string // a condition that ties rows to the part, by an index that has all of its states
	by    [2]string
	desc  bool
}

func (o Order) sorted() sorted {
	switch o {
	case ByReceived:
		return sorted{"state = part.state", [2]string{"received_at", "id"}, true}
	case ByClosed:
		return sorted{"state = part.state and state in ('done', 'refused', 'cancelled')", [2]string{"closed_at", "id"}, true}
	case ByDue:
	}
	return sorted{"state = part.state and rank = part.rank and state in ('open', 'approved')", [2]string{"due_on", "id"}, false}
}

// readPage reads a page of the queue, and one row more if there is another.
func (s *Service) readPage(r *postgres.Reads, by staff.Member, f Filter, after Cursor) *[]Request {
	if typed := strings.TrimSpace(f.Reference); typed != "" {
		reference, ok := NormalReference(typed)
		if !ok {
			return &[]Request{}
		}
		return listed(r, "where reference = $1", reference)
	}
	w := &postgres.Where{}
	w.And("id in (" + s.some(w, by, f, after, false, perPage+1) + ")")
	return listed(r, w.String()+f.Sorted().behind(false), w.Args...)
}

// behind sorts what the parts gave.
func (o Order) behind(back bool) string {
	how, first := o.sorted(), ""
	if o == ByDue {
		first = "rank" + direction(back) + ", "
	}
	end := direction(how.desc != back)
	return fmt.Sprintf(" order by %s%s%s, id%s", first, how.by[0], end, end)
}

func direction(desc bool) string {
	if desc {
		return " desc"
	}
	return ""
}

// some are the ids of as many requests as are asked for, of each part of the queue,
// behind a place in it or, backwards, before it.
func (s *Service) some(w *postgres.Where, by staff.Member, f Filter, from Cursor, back bool, limit int) string {
	order := f.Sorted()
	how := order.sorted()
	var states []State
	var ranks []int16
	for _, state := range f.states() {
		states, ranks = append(states, state), append(ranks, usual)
		if order == ByDue {
			states, ranks = append(states, state), append(ranks, urgent)
		}
	}
	parts := "unnest(" + w.Bind(states) + "::text[], " + w.Bind(ranks) + "::smallint[]) part (state, rank)"
	if f.Owner == Absents { // a part of each of them
		today := w.Bind(s.Today())
		parts += " join " + staff.Absences + " absent on absent.away_from <= " + today + " and absent.away_until >= " + today
	}
	inner := s.narrow(w, how.parts, by, f)
	if from != (Cursor{}) {
		than := ">"
		if how.desc != back {
			than = "<"
		}
		if order == ByDue {
			inner += fmt.Sprintf(" and (rank, due_on, id) %s (%s, %s, %s)", than, w.Bind(from.Rank), w.Bind(from.DueOn), w.Bind(from.ID))
		} else {
			inner += fmt.Sprintf(" and (%s, id) %s (%s, %s)", how.by[0], than, w.Bind(from.At), w.Bind(from.ID))
		}
	}
	end := direction(how.desc != back)
	return fmt.Sprintf("select found.id from %s cross join lateral (select id from request where %s order by %s%s, id%s limit %d) found", parts, inner, how.by[0], end, end, limit)
}

// narrow is what a filter asks of each part.
func (s *Service) narrow(w *postgres.Where, parts string, by staff.Member, f Filter) string {
	inner := parts
	and := func(sql string, arg any) { inner += " and " + sql + " " + w.Bind(arg) }
	if f.Kind != "" {
		and("kind =", f.Kind)
	}
	if f.Law != "" {
		and("jurisdiction =", f.Law)
	}
	switch f.Owner {
	case Everybodys:
	case Absents:
		inner += " and " + whose + " = absent.id"
	default:
		owner, err := f.Owner.owner(by)
		if err != nil {
			inner += " and false"
		}
		and(whose+" =", owner)
	}
	switch {
	case f.Due == Overdue:
		and("due_on <", s.Today())
	case f.Due > AnyDay:
		and("due_on <=", s.Today().Add(int(f.Due)))
	}
	if f.Answered {
		inner += " and said_at is not null"
	}
	return inner
}

// readBeside reads the nearest request on either side of a place.
func (s *Service) readBeside(r *postgres.Reads, by staff.Member, f Filter, at Cursor, into *Beside) {
	for _, back := range []bool{true, false} {
		one := &into.After
		if back {
			one = &into.Before
		}
		w := &postgres.Where{}
		w.And("id in (" + s.some(w, by, f, at, back, 1) + ")")
		r.Each(func(rows pgx.Rows) error { return rows.Scan(&one.ID, &one.Reference) },
			"select id, reference from request "+w.String()+f.Sorted().behind(back)+" limit 1", w.Args...)
	}
}

// readTally counts by bounded counts in one statement.
func (s *Service) readTally(r *postgres.Reads, member uuid.UUID) *Tally {
	t := &Tally{}
	today := s.Today()
	r.Each(func(rows pgx.Rows) error {
		return rows.Scan(&t.Open, &t.Overdue, &t.Soon, &t.Answered, &t.Mine, &t.Nobodys, &t.Absents)
	}, `select
		(select count(*) from (select from request where state = 'open' limit $1) x),
		(select count(*) from (select from request where state = 'open' and rank in (0, 1) and due_on < $2 limit $1) x),
		(select count(*) from (select from request where state = 'open' and rank in (0, 1) and due_on <= $3 limit $1) x),
		(select count(*) from (select from request where state = 'open' and said_at is not null limit $1) x),
		(select count(*) from (select from request where state = 'open' and `+whose+` = $4 limit $1) x),
		(select count(*) from (select from request where state = 'open' and `+whose+` = $5 limit $1) x),
		(select count(*) from (select from `+staff.Absences+` a join request on `+whose+` = a.id where state = 'open' and a.away_from <= $2 and a.away_until >= $2 limit $1) x)`,
		postgres.CountedTo+1, today.Time(), today.Add(int(Soon)).Time(), member, uuid.Nil)
	return t
}

// readOverdue counts those that are open past their day, by the index.
func (s *Service) readOverdue(r *postgres.Reads) *postgres.Tally {
	return postgres.Count(r, `select count(*), min(due_on)::timestamptz from (select due_on from request
		where state = 'open' and rank in (0, 1) and due_on < $2 limit $1) x`, postgres.CountedTo+1, s.Today().Time())
}
