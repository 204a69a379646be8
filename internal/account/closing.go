package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

// Close shuts an account whose erasure has begun: its person is signed out
// everywhere and nobody signs in to it any more. It gives the addresses that
// were theirs. To call it again changes nothing.
func (s *Service) Close(_ context.Context, tx postgres.Tx, id uuid.UUID) ([]string, error) {
	err := tx.Gorm.Model(&Person{}).Where("id = ? and closing_at is null", id).Update("closing_at", s.Now()).Error
	if err != nil {
		return nil, fmt.Errorf("closing an account: %w", err)
	}
	if err := endOthers(tx, id, uuid.Nil); err != nil {
		return nil, fmt.Errorf("ending sessions: %w", err)
	}
	var addresses []string
	if err := tx.Gorm.Model(&EmailAddress{}).Where("person_id = ?", id).Order("address").Pluck("address", &addresses).Error; err != nil {
		return nil, fmt.Errorf("reading addresses: %w", err)
	}
	return addresses, nil
}
