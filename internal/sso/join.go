package sso

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// Waiting is a sign-up that a provider has begun.
type Waiting struct{ Service, Email, Name string }

// Waiting reads a sign-up that waits in this browser. Gone if it has lapsed,
// was finished, or is another browser's.
func (s *Service) Waiting(ctx context.Context, browser, token string) (Waiting, error) {
	row, a, err := s.waiting(ctx, browser, token)
	if err != nil {
		return Waiting{}, err
	}
	return Waiting{s.Name(row.Provider), a.Identity.Email, a.Identity.Name}, nil
}

func (s *Service) waiting(ctx context.Context, browser, token string) (attemptRow, attempt, error) {
	var a attempt
	row, err := findSignUp(ctx, s.deps.DB.Gorm(ctx), stateHash(browser, token))
	if postgres.IsMissing(err) || err == nil && !row.ExpiresAt.After(s.deps.Now()) {
		return row, a, fault.New(fault.Gone, "sso.stale")
	}
	if err != nil {
		return row, a, err
	}
	return row, a, s.open(sealAttempt, row.StateHash, row.Sealed, &a)
}

// Join opens the account of a sign-up that waits, links its service, and signs
// the browser in. The address is the one that the service vouches for,
// whatever the form says. Somebody under 13 is refused (Forbidden,
// account.TooYoung): nothing is kept here, and the service is asked to forget
// us.
func (s *Service) Join(ctx context.Context, browser, token string, form account.SignUp, from account.Visit, old string) (Done, error) {
	row, a, err := s.waiting(ctx, browser, token)
	if err != nil {
		return Done{}, err
	}
	who := *a.Identity
	form.Email, form.Password = who.Email, ""
	band, err := form.Band(s.deps.Now())
	if fault.Is(err, fault.Forbidden) {
		return Done{}, s.forget(ctx, row, who, err)
	}
	if err != nil {
		return Done{}, err
	}
	done := Done{Purpose: SignIn, Service: s.Name(row.Provider), Next: a.Next}
	var person uuid.UUID
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := finish(ctx, tx, row); err != nil {
			return err
		}
		if person, err = s.deps.Accounts.Open(ctx, tx, form, from.Lang, band); err != nil {
			return err
		}
		return s.add(ctx, tx, person, row.Provider, who)
	})
	if errors.Is(err, account.ErrTaken) || fault.Is(err, fault.Conflict) { // joined meanwhile in another way
		done.SignInFirst = true
		return done, s.expireNow(ctx, row)
	}
	if err != nil {
		return done, err
	}
	done.Token, err = s.deps.Accounts.StartSession(ctx, account.SessionOwner{Person: person}, from, old)
	return done, err
}

// forget lets go of somebody who may not join, for the reason why.
func (s *Service) forget(ctx context.Context, row attemptRow, who identity, why error) error {
	if err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error { return finish(ctx, tx, row) }); err != nil {
		return err
	}
	if c, ok := s.clients[row.Provider]; ok {
		// One try: to try again later we would have to keep what we may not.
		_, _ = c.revoke(ctx, []grantToken{who.Token})
	}
	return why
}
