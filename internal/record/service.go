package record

import (
	"context"
	"errors"
	"fmt"
	"time"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Register *register.Register
	Now      func() time.Time
}

// Service is what is promised about what is held.
type Service struct {
	Deps

	sources  []Source
	by       map[string][]Source
	tables   []*table
	intakes  map[string]*intake
	overview string // one statement, whatever the number of categories
}

// New reads the register's holdings and holds them to the database. Its error
// names every table and column that is not there.
func New(ctx context.Context, d Deps) (*Service, error) {
	s := &Service{Deps: d, by: map[string][]Source{}, intakes: map[string]*intake{}}
	catalogue, err := readCatalogue(ctx, d.DB)
	if err != nil {
		return nil, fmt.Errorf("read the database's catalogue: %w", err)
	}
	var faults []error
	for _, category := range d.Register.Categories {
		for _, holding := range category.Holdings {
			if holding.Person == "" { // belongs to no account: there is nobody to show it to
				continue
			}
			t, err := newTable(d, category, holding, catalogue[holding.Table])
			if err != nil {
				faults = append(faults, fmt.Errorf("category %s: %w", category.ID, err))
				continue
			}
			s.tables = append(s.tables, t)
			s.sources = append(s.sources, t)
			s.by[category.ID] = append(s.by[category.ID], t)
			if holding.Ingest {
				if s.intakes[category.ID], err = newIntake(t); err != nil {
					faults = append(faults, fmt.Errorf("category %s: %w", category.ID, err))
				}
			}
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	s.overview = overviewSQL(s.tables)
	return s, nil
}

// All gives every source, in the register's order.
func (s *Service) All() []Source { return s.sources }

// For gives a category's sources; none for a category that nobody holds rows
// of, such as those that belong to no account.
func (s *Service) For(category string) []Source { return s.by[category] }

// Intakes are the categories into which rows may be imported, in the
// register's order.
func (s *Service) Intakes() []register.Category {
	var open []register.Category
	for _, c := range s.Register.Categories {
		if _, ok := s.intakes[c.ID]; ok {
			open = append(open, c)
		}
	}
	return open
}
