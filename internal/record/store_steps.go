package record

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

// Up to how long rows may span to be told by day, and by month.
const (
	mostDays   = 62
	mostMonths = 24 * 31 // days
)

// span is the time between two moments, the first included and the second not;
// zero is open. Its days are those of a zone.
type span struct {
	from, to time.Time
	zone     *time.Location
}

func (s span) meets(m month) bool {
	return m.until().After(s.from) && (s.to.IsZero() || m.since.Before(s.to))
}

// cuts tells whether a month may have rows within and without.
func (s span) cuts(m month) bool {
	first, last := m.since, m.until().Add(-time.Microsecond) // of what is in no sum anything may be
	if m.open == nil {
		first, last = *m.first, *m.last
	}
	return first.Before(s.from) || !s.to.IsZero() && !last.Before(s.to)
}

// within is what of another time lies in s.
func (s span) within(from, to time.Time) (since, until time.Time) {
	if s.to.IsZero() {
		return later(s.from, from), to
	}
	return later(s.from, from), earlier(s.to, to)
}

// unit is the step by which the rows of some months are told within s: the shorter
// they span, the shorter.
func (s span) unit(all []month) Unit {
	var whole sum
	for _, m := range all {
		whole.add(m.sum)
	}
	if whole.rows == 0 {
		return ByDay
	}
	since, until := s.within(*whole.first, whole.last.Add(time.Microsecond))
	switch days := until.Sub(since).Hours() / 24; {
	case days > mostMonths:
		return ByYear
	case days > mostDays:
		return ByMonth
	default:
		return ByDay
	}
}

// days are those of the zone into which a time falls, each from when it begins
// within it.
func (s span) days(since, until time.Time) (all []time.Time) {
	for at := since; at.Before(until); {
		all = append(all, at)
		y, m, d := at.In(s.zone).Date()
		at = time.Date(y, m, d+1, 0, 0, 0, 0, s.zone)
	}
	return all
}

// calendar is the first day of the unit in which a moment of the zone lies.
func (s span) calendar(at time.Time, by Unit) time.Time {
	y, m, d := at.In(s.zone).Date()
	switch by {
	case ByYear:
		m, d = time.January, 1
	case ByMonth:
		d = 1
	case ByDay:
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// readDays reads day by day what is asked for of those months that are told by
// day, or of which s cuts a part away, in the same round trip in which what is in
// no sum yet is counted: what the sums say is enough to know which. A month that
// is read whole needs no counting.
func (t *table) readDays(r *postgres.Part, person uuid.UUID, all []month, s span) {
	long := s.unit(all) != ByDay // and longer with what is in no sum
	for i := range all {
		m := &all[i]
		if m.open == nil && m.rows == 0 || !s.meets(*m) || long && !s.cuts(*m) {
			continue
		}
		since, until := s.within(m.since, m.until())
		if !since.Before(until) {
			continue
		}
		whole := m.open != nil && !s.cuts(*m)
		if whole {
			m.sum, m.open = sum{}, nil
		}
		days := s.days(since, until)
		r.Each(func(rows pgx.Rows) error {
			var day int
			var of sum
			err := rows.Scan(&day, &of.rows, &of.amount, &of.first, &of.last)
			if err == nil {
				m.days = append(m.days, Step{s.calendar(days[day-1], ByDay), of.rows, of.amount})
			}
			if whole {
				m.add(of)
			}
			return err
		}, t.daysSQL(m.since), person, since, until, days)
	}
}

func (t *table) daysSQL(since time.Time) string {
	at := quote(t.holding.Time)
	return "select width_bucket(" + at + ", $4::timestamptz[]), " + t.sums() + " from " + t.partition(since) +
		" where " + t.shown + " and " + at + " >= $2 and " + at + " < $3 group by 1 order by 1"
}

// tell adds the steps of some months, with what was in no sum. A month is told
// where its middle lies for the reader, or that of what s leaves of it.
func (timeline *Timeline) tell(all []month, s span) {
	timeline.By = s.unit(all)
	for _, m := range all {
		if !s.meets(m) {
			continue
		}
		if timeline.By == ByDay {
			for _, day := range m.days {
				timeline.step(day)
			}
			continue
		}
		since, until := s.within(m.since, m.until())
		step := Step{s.calendar(since.Add(until.Sub(since)/2), timeline.By), m.rows, m.amount}
		if s.cuts(m) {
			step.Rows, step.Amount = 0, 0
			for _, d := range m.days {
				step.Rows, step.Amount = step.Rows+d.Rows, step.Amount+d.Amount
			}
		}
		timeline.step(step)
	}
}

// step adds one behind the others, or to the last one if it is the same: a
// reader's day may lie in two months.
func (timeline *Timeline) step(step Step) {
	last := len(timeline.Steps) - 1
	switch {
	case step.Rows == 0:
	case last >= 0 && timeline.Steps[last].Start.Equal(step.Start):
		timeline.Steps[last].Rows += step.Rows
		timeline.Steps[last].Amount += step.Amount
	default:
		timeline.Steps = append(timeline.Steps, step)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
