package export

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// Drop takes a person's downloads away: they are being erased. A build under
// way loses its export, so that it can't offer a file afterwards, and deletes
// what it wrote. The rows themselves go with the rest of what is held. A row
// keeps its file's name until the file is gone: safe to call twice.
func (s *Service) Drop(ctx context.Context, person uuid.UUID) error {
	db := s.DB.Gorm(ctx)
	err := db.Exec(`update export set state = 'expired' where person_id = ? and state in ('waiting', 'building', 'ready')`, person).Error
	if err != nil {
		return fmt.Errorf("withdrawing a person's downloads: %w", err)
	}
	var keys []string
	if err := db.Raw(`select blob_key from export where person_id = ? and blob_key <> ''`, person).Scan(&keys).Error; err != nil {
		return fmt.Errorf("finding a person's downloads: %w", err)
	}
	var failed []error
	for _, key := range keys {
		err := s.drop(ctx, key)
		if err == nil {
			err = db.Exec(`update export set blob_key = '' where person_id = ? and blob_key = ?`, person, key).Error
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}
