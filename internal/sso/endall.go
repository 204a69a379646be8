package sso

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// EndAll ends every link of somebody who is being erased, the last way in
// too, and revokes each at its provider. What a provider did not take is in
// the error, so that it is tried again. Safe to call twice.
func (s *Service) EndAll(ctx context.Context, person uuid.UUID) error {
	err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		return revokeAll(tx, person, s.deps.Now())
	})
	if err != nil {
		return err
	}
	links, err := s.Links(ctx, person)
	if err != nil {
		return err
	}
	var failed []error
	for _, link := range links {
		if err := s.EndAtProvider(ctx, link.LinkID, false); err != nil && !fault.Is(err, fault.Gone) {
			failed = append(failed, fmt.Errorf("%s: %w", link.Provider, err))
		}
	}
	return errors.Join(failed...)
}
