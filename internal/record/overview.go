package record

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// Holding is how much of a category is held about a person. First and Last
// are zero if nothing is, or if its rows have no time.
type Holding struct {
	Category    string
	Rows        int64
	First, Last time.Time
	Oldest      time.Time // from when the keeping time of what is held longest counts; zero: of nothing yet
	Silent      bool      // what holds it did not answer in time: there may be more
	Glance      []Glimpse
	Told        int64 // of how many rows Glance tells
}

// Glimpse is what the newest row says of a field that stands for the others.
type Glimpse struct {
	Field dictionary.Field
	Value []byte // PostgreSQL's text of it
}

// Overview tells of every category how much is held, in the register's order.
// Categories that belong to no account are left out. Unavailable if something
// does not answer.
func (s *Service) Overview(ctx context.Context, person uuid.UUID) ([]Holding, error) {
	return s.overviewBy(ctx, s.deps.DB.Reads(), person)
}

// ReadOverview reads what Overview gives; what does not answer says so itself.
func (s *Service) ReadOverview(r *postgres.Reads, person uuid.UUID) *[]Holding {
	return s.readOverview(r, person)
}

// ReadTimeline reads how much of one category is held, and when: of what lies
// between two times, the first included and the second not; zero is open. Its
// days are those of a zone.
func (s *Service) ReadTimeline(r *postgres.Reads, person uuid.UUID, category string, from, to time.Time, zone *time.Location) *Timeline {
	return s.readTimeline(r, person, category, span{from, to, zone})
}

// OverviewIn is Overview, read in tx.
func (s *Service) OverviewIn(ctx context.Context, tx postgres.Tx, person uuid.UUID) ([]Holding, error) {
	return s.overviewBy(ctx, tx.Reads(), person)
}

func (s *Service) overviewBy(ctx context.Context, r *postgres.Reads, person uuid.UUID) ([]Holding, error) {
	all := s.ReadOverview(r, person)
	err := r.Send(ctx)
	return *all, cmp.Or(err, Whole(*all))
}

// Whole is Unavailable if something of what is held did not answer: for whoever
// may not go by a part of it.
func Whole(held []Holding) error {
	if AnySilent(held) {
		return fault.Wrap(postgres.ErrSilent, fault.Unavailable, "fault.unavailable")
	}
	return nil
}

// AnySilent tells that something of what is held did not answer.
func AnySilent(held []Holding) bool {
	return slices.ContainsFunc(held, func(h Holding) bool { return h.Silent })
}

func (h Holding) and(rows int64, first, last, oldest *time.Time) Holding {
	h.Rows += rows
	if oldest != nil && !oldest.IsZero() && (h.Oldest.IsZero() || oldest.Before(h.Oldest)) {
		h.Oldest = oldest.UTC()
	}
	if first != nil && !first.IsZero() && (h.First.IsZero() || first.Before(h.First)) {
		h.First = first.UTC()
	}
	if last != nil && last.After(h.Last) {
		h.Last = last.UTC()
	}
	return h
}

func (h Holding) with(months []month, silent bool) Holding {
	h.Silent = h.Silent || silent
	for _, m := range months {
		h = h.and(m.rows, m.first, m.last, m.first)
	}
	return h
}

// Timeline is how much of a category is held, in all and step by step.
type Timeline struct {
	Holding

	// Steps are in order, and only those in which there is something. They are
	// of categories into which rows are imported.
	Steps []Step
	By    Unit // what a step is
}

// Unit is a step of a timeline.
type Unit int

// A day is one of the reader's zone. Months, and the years that are made of them,
// are summed in UTC: what lies within hours of their ends may be the next one's.
const (
	ByDay Unit = iota
	ByMonth
	ByYear
)

// Step is how many rows begin in a day, a month or a year, and the sum of what
// the category measures: bytes for the connection log. Start is its first day of
// the calendar, as a midnight of UTC.
type Step struct {
	Start        time.Time
	Rows, Amount int64
}
