package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// Hold makes whoever else holds a person wait until tx ends, and so an erasure
// that would begin: what tx counts stays counted, and what it writes is erased
// with the rest. It comes before any other lock on what is theirs, in a
// statement of its own: the next one sees what was done while it waited.
// Conflict if an erasure has begun or the account is gone.
func (s *Service) Hold(_ context.Context, tx postgres.Tx, id uuid.UUID) error {
	err := tx.Gorm.Raw(`select id from person where id = ? and closing_at is null for no key update`, id).Row().Scan(&id)
	if postgres.IsMissing(err) {
		return fault.Wrap(err, fault.Conflict, "account.erasing")
	}
	if err != nil {
		return fmt.Errorf("holding an account: %w", err)
	}
	return nil
}

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
