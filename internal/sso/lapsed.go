package sso

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
)

// endLapsed ends the grant behind a sign-up that lapsed, and forgets it: nobody
// joined, so we have no use for what the provider gave us. Unavailable while the
// provider does not answer, but for the last try. Safe to call twice.
func (s *Service) endLapsed(ctx context.Context, id uuid.UUID, try jobs.Try) (jobs.Note, error) {
	row, err := signUpOf(ctx, s.deps.DB.Gorm(ctx), id)
	if postgres.IsMissing(err) {
		return jobs.Done, nil // joined, or refused
	}
	if err != nil {
		return nil, err
	}
	if wait := row.ExpiresAt.Sub(s.deps.Now()); wait > 0 {
		return func(context.Context, postgres.Tx) (jobs.Next, error) { return jobs.Next{After: wait}, nil }, nil
	}
	var a attempt
	if err := s.open(sealAttempt, row.StateHash, row.Sealed, &a); err != nil {
		return nil, err
	}
	kept, err := s.refreshLinkOfOwner(ctx, row, *a.Identity)
	if err != nil || kept {
		return jobs.Done, err
	}
	if c, ok := s.clients[row.Provider]; ok {
		if _, err := c.revoke(ctx, []grantToken{a.Identity.Token}); err != nil && (ctx.Err() != nil || !try.Last()) {
			return nil, fault.Wrap(err, fault.Unavailable, silent, "Service", c.Name)
		}
	}
	return func(ctx context.Context, tx postgres.Tx) (jobs.Next, error) {
		err := finish(ctx, tx, row)
		if fault.Is(err, fault.Gone) {
			err = nil // joined meanwhile
		}
		return jobs.Next{Over: true}, err
	}, nil
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
		return s.deps.Plans.Add(ctx, tx, lapsedKind, row.plan(), time.Time{})
	})
}
