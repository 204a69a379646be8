package sso

import (
	"context"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/postgres"
)

// Pause keeps every service that is linked to a person from signing anybody in
// until the person has looked at it: they have recovered their account by mail,
// and whoever had it before may have linked a service of their own. It runs in
// the transaction of the recovery.
func (s *Service) Pause(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	if err := pauseLinks(ctx, tx, person, s.deps.Now()); err != nil {
		return err
	}
	return deleteAttempts(ctx, tx, person)
}

// Keep lets a paused service sign its owner in again. NotFound if the person
// has no such service that is live.
func (s *Service) Keep(ctx context.Context, person, id uuid.UUID) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := account.Hold(ctx, tx, person); err != nil {
			return err
		}
		if err := keepLink(ctx, tx, person, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: audit.ByPerson(person), Action: "sso.kept", PersonID: person, Subject: id.String()})
	})
}
