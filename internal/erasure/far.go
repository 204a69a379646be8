package erasure

import (
	"context"
	"fmt"
	"time"

	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

const patience = time.Hour // with services that can't be reached

// farEnds is what lies elsewhere: mail choices, so that other systems hear of
// them; sign-in services; files of downloads. Each may be done twice.
func (s *Service) farEnds(ctx context.Context, e Erasure) error {
	if _, err := s.Accounts.Person(ctx, e.PersonID); fault.Is(err, fault.NotFound) {
		return nil // done before the account went
	} else if err != nil {
		return err
	}
	off := consent.Choice{Actor: actor(), Person: e.PersonID, Channel: consent.Erasing, Lang: e.Lang}
	if _, err := s.Consents.AllOff(ctx, off); err != nil {
		return err
	}
	if err := s.revoke(ctx, e); err != nil {
		return err
	}
	if s.DropExports != nil {
		if err := s.DropExports(ctx, e.PersonID); err != nil {
			return fmt.Errorf("deleting downloads: %w", err)
		}
	}
	return nil
}

// revoke ends the grants at sign-in services. After an hour it goes on without,
// and notes that for the receipt.
func (s *Service) revoke(ctx context.Context, e Erasure) error {
	if s.Revoke == nil {
		return nil
	}
	err := s.Revoke(ctx, e.PersonID)
	if err != nil && (ctx.Err() != nil || s.Now().Sub(*e.StartedAt) < patience) {
		return fmt.Errorf("revoking at sign-in services: %w", err)
	}
	if err != nil {
		s.Log.WarnContext(ctx, "an erasure goes on without revoking at a sign-in service", "erasure", e.ID, "cause", err)
	}
	return s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		noted := tx.Gorm.Model(&Erasure{}).Where("person_id = ? and id = ? and unrevoked <> ?", e.PersonID, e.ID, err != nil).Update("unrevoked", err != nil).Error
		if noted != nil {
			return fmt.Errorf("noting a silent sign-in service: %w", noted)
		}
		return nil
	})
}
