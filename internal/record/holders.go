package record

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

// Holders are those of some people of whom there are rows of any of these
// categories.
func (s *Service) Holders(ctx context.Context, tx postgres.Tx, categories []string, people []uuid.UUID) (map[uuid.UUID]bool, error) {
	named := postgres.UUIDsOf(people)
	found := map[uuid.UUID]bool{}
	for _, t := range s.tablesOf(categories) {
		if err := t.holders(ctx, tx, named, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// CountHolders is of how many people there are rows of any of these categories;
// of what is imported, as far as it has been added up.
func (s *Service) CountHolders(ctx context.Context, categories []string) (int64, error) {
	n, err := countHolders(ctx, s.deps.DB.Pool, s.tablesOf(categories))
	if err != nil {
		return 0, fmt.Errorf("counting of whom there are rows: %w", err)
	}
	return n, nil
}

func (s *Service) tablesOf(categories []string) (all []*table) {
	for _, t := range s.tables {
		for _, id := range categories {
			if t.category.ID == id {
				all = append(all, t)
			}
		}
	}
	return all
}
