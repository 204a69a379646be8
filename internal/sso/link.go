package sso

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
)

// LinkedService is a service that a person linked, live or revoked.
type LinkedService struct {
	LinkID
	Provider   string
	Name       string
	Configured bool // whether one can still sign in with it
	Scopes     []string
	Claims     map[string]any // what it gave us
	LinkedAt   time.Time
	UsedAt     time.Time
	Paused     bool      // it signs nobody in until its owner keeps it: see Pause
	RevokedAt  time.Time // zero while it lives
	Outcome    Outcome
}

// ReadLinks adds the services of a person, the living first, then the latest.
// Those of a provider that has gone from the configuration are among them.
func (s *Service) ReadLinks(r *postgres.Reads, person uuid.UUID) *[]LinkedService {
	rows, out := readLinks(r, person), &[]LinkedService{}
	r.Then(func(*postgres.Reads) (err error) {
		*out, err = s.services(*rows)
		return err
	})
	return out
}

func (s *Service) services(rows []linkRow) ([]LinkedService, error) {
	out := make([]LinkedService, len(rows))
	for i, r := range rows {
		_, configured := s.clients[r.Provider]
		out[i] = LinkedService{
			LinkID: LinkID{r.PersonID, r.ID}, Provider: r.Provider, Name: s.Name(r.Provider), Configured: configured,
			Scopes: r.Scopes, LinkedAt: r.LinkedAt, UsedAt: r.UsedAt, Paused: r.PausedAt != nil, Outcome: r.Outcome,
		}
		if r.RevokedAt != nil {
			out[i].RevokedAt = *r.RevokedAt
		}
		if err := json.Unmarshal(r.Claims, &out[i].Claims); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// link adds an identity to the account of somebody signed in.
func (s *Service) link(ctx context.Context, row attemptRow, r Return, who identity) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := account.Hold(ctx, tx, r.Person); err != nil {
			return err
		}
		if err := finish(ctx, tx, row); err != nil {
			return err
		}
		found, err := liveLink(ctx, tx, who)
		if err != nil {
			return err
		}
		if found != nil && found.PersonID != r.Person {
			return fault.New(fault.Conflict, "sso.linkedElsewhere", "Service", s.Name(row.Provider))
		}
		if found != nil {
			return s.refresh(ctx, tx, *found, who)
		}
		return s.add(ctx, tx, r.Person, row.Provider, who)
	})
}

// add writes a new link down and tells its owner by mail.
func (s *Service) add(ctx context.Context, tx postgres.Tx, person uuid.UUID, provider string, who identity) error {
	if err := account.HasJoined(ctx, tx, person); err != nil { // a service is a way into an account
		return err
	}
	now := s.deps.Now()
	row := linkRow{
		PersonID: person, ID: postgres.NewID(), Provider: provider, Issuer: who.Issuer, Subject: who.Subject,
		Scopes: who.Scopes, LinkedAt: now, UsedAt: now,
	}
	var err error
	if row.Claims, err = json.Marshal(who.Claims); err != nil {
		return err
	}
	if row.SealedTokens, err = s.seal(sealTokens, row.ID[:], []grantToken{who.Token}); err != nil {
		return err
	}
	switch err := insertLink(ctx, tx, row); {
	case errors.Is(err, gorm.ErrDuplicatedKey): // linked in another browser just now
		return fault.New(fault.Conflict, "sso.linkedElsewhere", "Service", s.Name(provider))
	case err != nil:
		return err
	}
	if err := deleteAttempts(ctx, tx, person); err != nil {
		return err
	}
	if err := s.write(ctx, tx, person, "serviceLinked", provider); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{
		At: now, Actor: audit.ByPerson(person), Action: "sso.linked", PersonID: person, Subject: row.ID.String(), Detail: map[string]any{"provider": provider},
	})
}

// maxTokens is how many refresh tokens of one link are kept: some providers
// give one at each sign-in, and each has to be revoked in the end.
const maxTokens = 20

// refresh keeps what a provider said when its link was used again.
func (s *Service) refresh(ctx context.Context, tx postgres.Tx, row linkRow, who identity) error {
	var tokens []grantToken
	if err := s.open(sealTokens, row.ID[:], row.SealedTokens, &tokens); err != nil {
		return err
	}
	sealed, err := s.seal(sealTokens, row.ID[:], together(tokens, who.Token))
	if err != nil {
		return err
	}
	row.Scopes, row.SealedTokens, row.UsedAt = row.Scopes.with(who.Scopes), sealed, s.deps.Now()
	if row.Claims, err = json.Marshal(who.Claims); err != nil {
		return err
	}
	return updateLink(ctx, tx, row, "claims", "scopes", "sealed_tokens", "used_at")
}

// with are the scopes of a link after another sign-in: what was allowed once
// stays allowed until it is revoked.
func (a textArray) with(scopes []string) textArray {
	all := slices.Clone(a)
	for _, scope := range scopes {
		if !slices.Contains(all, scope) {
			all = append(all, scope)
		}
	}
	return all
}

// together keeps every refresh token and the newest access token.
func together(tokens []grantToken, token grantToken) []grantToken {
	kept := []grantToken{}
	for _, t := range tokens {
		if t.Refresh != "" && t.Refresh != token.Refresh {
			kept = append(kept, grantToken{Refresh: t.Refresh})
		}
	}
	kept = append(kept, token)
	return kept[max(0, len(kept)-maxTokens):]
}

// write tells a person by mail what happened to a way into their account.
func (s *Service) write(ctx context.Context, tx postgres.Tx, person uuid.UUID, kind, provider string) error {
	to, err := s.deps.Accounts.RecipientIn(ctx, tx, person)
	if err != nil {
		return err
	}
	return s.deps.Mail.Post(ctx, tx, to, mail.Message{
		Kind: kind, Topic: "security-notices", Args: map[string]string{"Service": s.Name(provider)}, Link: s.deps.BaseURL + "/security",
	})
}
