package export

import (
	"context"
	"fmt"

	"github.com/google/uuid"
)

// Drop deletes the files of a person's downloads: they are being erased. The
// rows go with the rest of what is held. Safe to call twice.
func (s *Service) Drop(ctx context.Context, person uuid.UUID) error {
	var keys []string
	err := s.DB.Gorm(ctx).Raw(`select blob_key from export where person_id = ? and blob_key <> ''`, person).Scan(&keys).Error
	if err != nil {
		return fmt.Errorf("finding a person's downloads: %w", err)
	}
	for _, key := range keys {
		if err := s.drop(ctx, key); err != nil {
			return err
		}
	}
	return nil
}
