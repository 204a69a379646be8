package sso

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
)

// Revoke ends a link at once, here, and asks a job to end it at the provider
// too. What the provider gave us is erased; its tokens go when the job is done
// with them. The person is told by mail. NotFound if the link is not theirs,
// Conflict if it is the last way into the account. Revoking
// again is no error.
func (s *Service) Revoke(ctx context.Context, actor audit.Actor, link LinkID) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := account.Hold(ctx, tx, link.Person); err != nil {
			return err
		}
		row, err := findLink(ctx, tx.Gorm, link)
		if postgres.IsMissing(err) {
			return fault.Wrap(err, fault.NotFound, "fault.notFound")
		}
		if err != nil || row.RevokedAt != nil {
			return err
		}
		if last, err := s.isLastWay(ctx, tx, row); err != nil || last {
			return orElse(err, fault.New(fault.Conflict, "sso.last.text", "Service", s.Name(row.Provider)))
		}
		now := s.deps.Now()
		row.RevokedAt, row.Outcome, row.Claims, row.Scopes = &now, Pending, []byte("{}"), nil
		if err := updateLink(ctx, tx, row, "revoked_at", "outcome", "claims", "scopes"); err != nil {
			return err
		}
		if err := deleteAttempts(ctx, tx, link.Person); err != nil {
			return err
		}
		if err := s.deps.Plans.Add(ctx, tx, kind, link.ID, time.Time{}); err != nil {
			return err
		}
		if err := s.write(ctx, tx, link.Person, "serviceRevoked", row.Provider); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			At: now, Actor: actor, Action: "sso.revoked", PersonID: link.Person, Subject: link.ID.String(), Detail: map[string]any{"provider": row.Provider},
		})
	})
}

// isLastWay tells whether a person could not sign in any more without a link.
// A provider that has gone from the configuration is no way in.
func (s *Service) isLastWay(ctx context.Context, tx postgres.Tx, row linkRow) (bool, error) {
	if _, configured := s.clients[row.Provider]; !configured {
		return false, nil
	}
	ids := []string{""}
	for id := range s.clients {
		ids = append(ids, id)
	}
	if has, err := s.deps.Accounts.HasPasswordIn(ctx, tx, row.PersonID); err != nil || has {
		return false, err
	}
	others, err := countLive(ctx, tx, row.PersonID, row.ID, ids)
	return others == 0, err
}

// endAtProvider revokes a grant at its provider, and has our tokens destroyed.
// Until the provider has answered it gives an error, so that it is tried again,
// but for the last try. Safe to call twice.
func (s *Service) endAtProvider(ctx context.Context, id uuid.UUID, try jobs.Try) (jobs.Note, error) {
	row, err := linkByID(ctx, s.deps.DB.Gorm(ctx), id)
	if postgres.IsMissing(err) || err == nil && row.Outcome != Pending {
		return jobs.Done, nil // erased meanwhile, or ended
	}
	if err != nil {
		return nil, err
	}
	ended := func(outcome Outcome) jobs.Note {
		return func(ctx context.Context, tx postgres.Tx) (jobs.Next, error) {
			return jobs.Next{Over: true}, s.settle(ctx, tx, row, outcome)
		}
	}
	var tokens []grantToken
	switch err := s.open(sealTokens, row.ID[:], row.SealedTokens, &tokens); {
	case errors.Is(err, keyring.ErrNoKey) && !try.Last():
		return nil, err // another portal may have the key
	case err != nil:
		return ended(Failed), nil
	}
	switch outcome, err := s.clientOf(row).revoke(ctx, tokens); {
	case err == nil:
		return ended(outcome), nil
	case ctx.Err() == nil && try.Last():
		return ended(Failed), nil
	default:
		return nil, err
	}
}

// clientOf is the provider of a link, also of one that has gone from the
// configuration: then it is asked without a client's secret, as Google allows.
func (s *Service) clientOf(row linkRow) *client {
	if c, ok := s.clients[row.Provider]; ok && c.Issuer == row.Issuer {
		return c
	}
	c := &client{Provider: Provider{ID: row.Provider, Name: row.Provider, Issuer: row.Issuer}, now: s.deps.Now}
	c.http = newHTTP(&c.silences)
	return c
}

func (s *Service) settle(ctx context.Context, tx postgres.Tx, row linkRow, outcome Outcome) error {
	now := s.deps.Now()
	if settled, err := settleLink(ctx, tx, row, outcome, now); err != nil || !settled {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{
		At: now, Actor: audit.BySystem("sso"), Action: "sso.ended", PersonID: row.PersonID, Subject: row.ID.String(),
		Detail: map[string]any{"provider": row.Provider, "outcome": string(outcome)},
	})
}

// Ways are those of a person's linked services that they can sign in with now.
func Ways(links []LinkedService) []LinkedService {
	return slices.DeleteFunc(slices.Clone(links), func(l LinkedService) bool { return !l.Configured || !l.RevokedAt.IsZero() })
}
