package record

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Register *register.Register
	Now      func() time.Time
	// Refusers are those of people who have said no to what it rests on that rows
	// of a category are taken in (SaidNo), or are too young to say yes (TooYoung).
	Refusers func(ctx context.Context, tx postgres.Tx, category string, people []uuid.UUID) (map[uuid.UUID]Reason, error)
	// Barred are the times of which some people want no rows of a category; nil: none.
	Barred func(ctx context.Context, tx postgres.Tx, category string, people []uuid.UUID) (map[uuid.UUID][]Bar, error)
}

// Service is what is promised about what is held.
type Service struct {
	deps  Deps
	taken taken

	sources    []Source
	by         map[string][]Source
	tables     []*table
	ingestable map[string]*ingestTable
	overview   []string // statements, for whatever a person has that is not imported
	records    string   // the same for the shared table
	glance     map[string][]dictionary.Field
	door       *postgres.Bulkhead // to what is imported, which may lie on other machines
}

// New reads the register's holdings and holds them to the database. Its error
// names every table and column that is not there.
func New(ctx context.Context, d Deps) (*Service, error) {
	s := &Service{deps: d, by: map[string][]Source{}, ingestable: map[string]*ingestTable{}, glance: map[string][]dictionary.Field{}, door: d.DB.Bulkhead()}
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
			t, err := newTable(d, s.door, category, holding, catalogue[holding.Table])
			if err != nil {
				faults = append(faults, fmt.Errorf("category %s: %w", category.ID, err))
				continue
			}
			s.tables = append(s.tables, t)
			s.glance[category.ID] = append(s.glance[category.ID], t.glance()...)
			s.sources = append(s.sources, t)
			s.by[category.ID] = append(s.by[category.ID], t)
			if holding.Ingest {
				if s.ingestable[category.ID], err = newIngestTable(t); err != nil {
					faults = append(faults, fmt.Errorf("category %s: %w", category.ID, err))
				}
			}
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	s.overview, s.records = overviewSQL(s.tables), recordsSQL(s.tables)
	return s, nil
}

// All gives every source, in the register's order.
func (s *Service) All() []Source { return s.sources }

// For gives a category's sources; none for a category that nobody holds rows
// of, such as those that belong to no account.
func (s *Service) For(category string) []Source { return s.by[category] }
