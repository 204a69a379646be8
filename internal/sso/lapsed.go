package sso

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// EndLapsed ends the grant behind a sign-up that lapsed, and forgets it: nobody
// joined, so we have no use for what the provider gave us. Unavailable while the
// provider does not answer; giveUp ends the trying. It gives how long the
// sign-up still waits, if it does. Safe to call twice.
func (s *Service) EndLapsed(ctx context.Context, state []byte, giveUp bool) (time.Duration, error) {
	row, err := findSignUp(ctx, s.deps.DB.Gorm(ctx), state)
	if postgres.IsMissing(err) {
		return 0, nil // joined, or refused
	}
	if err != nil {
		return 0, err
	}
	if wait := row.ExpiresAt.Sub(s.deps.Now()); wait > 0 {
		return wait, nil
	}
	var a attempt
	if err := s.open(sealAttempt, row.StateHash, row.Sealed, &a); err != nil {
		return 0, err
	}
	kept, err := s.refreshLinkOfOwner(ctx, row, *a.Identity)
	if err != nil || kept {
		return 0, err
	}
	if c, ok := s.clients[row.Provider]; ok {
		if _, err := c.revoke(ctx, []grantToken{a.Identity.Token}); err != nil && !giveUp {
			return 0, fault.Wrap(err, fault.Unavailable, silent, "Service", c.Name)
		}
	}
	return 0, s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error { return finish(ctx, tx, row) })
}

// refreshLinkOfOwner gives a grant to the link that its owner has made since, if they did: to
// end it would end what they gave us for the link.
func (s *Service) refreshLinkOfOwner(ctx context.Context, row attemptRow, who identity) (bool, error) {
	var kept bool
	err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		owner, err := linkOwner(ctx, tx, who)
		if err != nil || owner == uuid.Nil {
			return err
		}
		if err := account.Hold(ctx, tx, owner); fault.Is(err, fault.Conflict) {
			return nil // the link ends with them, too
		} else if err != nil {
			return err
		}
		found, err := liveLink(ctx, tx, who)
		if err != nil || found == nil {
			return err
		}
		kept = true
		if err := s.refresh(ctx, tx, *found, who); err != nil {
			return err
		}
		return finish(ctx, tx, row)
	})
	return kept, err
}

// expireNow ends the waiting of a sign-up at once.
func (s *Service) expireNow(ctx context.Context, row attemptRow) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		row.ExpiresAt = s.deps.Now()
		if err := updateAttempt(ctx, tx, row, "expires_at"); err != nil {
			return err
		}
		return s.deps.Queue.Add(ctx, tx, lapsedArgs{row.StateHash})
	})
}
