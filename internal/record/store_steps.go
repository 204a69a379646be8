package record

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

// mostDays is how long rows may span to be told by day.
const mostDays = 62

// span is the time between two moments, the first included and the second not;
// zero is open.
type span struct{ from, to time.Time }

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

// long tells whether the rows of some months span too long within s to be told
// by day.
func (s span) long(all []month) bool {
	var whole sum
	for _, m := range all {
		whole.add(m.sum)
	}
	if whole.rows == 0 {
		return false
	}
	since, until := s.within(*whole.first, whole.last.Add(time.Microsecond))
	return until.Sub(since) > mostDays*24*time.Hour
}

// readDays reads day by day what is asked for of those months that are told by
// day, or of which s cuts a part away, in the same round trip in which what is in
// no sum yet is counted: what the sums say is enough to know which. A month that
// is read whole needs no counting.
func (t *table) readDays(r *postgres.Part, person uuid.UUID, all []month, s span) {
	long := s.long(all) // and longer with what is in no sum
	for i := range all {
		m := &all[i]
		if m.open == nil && m.rows == 0 || !s.meets(*m) || long && !s.cuts(*m) {
			continue
		}
		since, until := s.within(m.since, m.until())
		whole := m.open != nil && !s.cuts(*m)
		if whole {
			m.sum, m.open = sum{}, nil
		}
		r.Each(func(rows pgx.Rows) error {
			var step Step
			var of sum
			err := rows.Scan(&step.Start, &of.rows, &of.amount, &of.first, &of.last)
			step.Start, step.Rows, step.Amount = step.Start.UTC(), of.rows, of.amount
			m.days = append(m.days, step)
			if whole {
				m.add(of)
			}
			return err
		}, t.daysSQL(m.since), person, since, until)
	}
}

func (t *table) daysSQL(since time.Time) string {
	at := quote(t.holding.Time)
	return "select date_trunc('day', " + at + ", 'UTC'), " + t.sums() + " from " + t.partition(since) +
		" where " + t.shown + " and " + at + " >= $2 and " + at + " < $3 group by 1 order by 1"
}

// tell adds the steps of some months, with what was in no sum.
func (timeline *Timeline) tell(all []month, s span) {
	timeline.Monthly = s.long(all)
	for _, m := range all {
		switch {
		case !s.meets(m):
		case !timeline.Monthly:
			timeline.Steps = append(timeline.Steps, m.days...)
		case s.cuts(m):
			part := Step{Start: m.since.UTC()}
			for _, d := range m.days {
				part.Rows, part.Amount = part.Rows+d.Rows, part.Amount+d.Amount
			}
			if part.Rows > 0 {
				timeline.Steps = append(timeline.Steps, part)
			}
		default:
			timeline.Steps = append(timeline.Steps, Step{m.since.UTC(), m.rows, m.amount})
		}
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
