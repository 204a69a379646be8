package record

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

// Holding is how much of a category is held about a person. First and Last
// are zero if nothing is, or if its rows have no time.
type Holding struct {
	Category    string
	Rows        int64
	First, Last time.Time
}

// Overview tells of every category how much is held, in the register's order.
// Categories that belong to no account are left out.
func (s *Service) Overview(ctx context.Context, person uuid.UUID) ([]Holding, error) {
	return s.overviewBy(ctx, s.deps.DB.Reads(), person)
}

// ReadOverview reads what Overview gives.
func (s *Service) ReadOverview(r *postgres.Reads, person uuid.UUID) *[]Holding {
	return s.readOverview(r, person)
}

// ReadHolding reads how much of one category is held.
func (s *Service) ReadHolding(r *postgres.Reads, person uuid.UUID, category string) *Holding {
	return s.readHolding(r, person, category)
}

// ReadDays reads the days of a category on which a person has rows, in order.
func (s *Service) ReadDays(r *postgres.Reads, person uuid.UUID, category string) *[]Day {
	return readDays(r, person, category)
}

// OverviewIn is Overview, read in tx.
func (s *Service) OverviewIn(ctx context.Context, tx postgres.Tx, person uuid.UUID) ([]Holding, error) {
	return s.overviewBy(ctx, tx.Reads(), person)
}

func (s *Service) overviewBy(ctx context.Context, r *postgres.Reads, person uuid.UUID) ([]Holding, error) {
	all := s.ReadOverview(r, person)
	err := r.Send(ctx)
	return *all, err
}

func (h Holding) and(rows int64, first, last *time.Time) Holding {
	h.Rows += rows
	if first != nil && (h.First.IsZero() || first.Before(h.First)) {
		h.First = first.UTC()
	}
	if last != nil && last.After(h.Last) {
		h.Last = last.UTC()
	}
	return h
}

// Day is how many rows a category has on one day, in UTC, and the sum of what
// it measures: bytes for the connection log.
type Day struct {
	Date   time.Time
	Rows   int64
	Amount int64
}
