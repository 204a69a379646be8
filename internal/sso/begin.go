package sso

import (
	"context"
	"time"

	"github.com/google/uuid"
	"golang.org/x/oauth2"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/security"
)

// Start is what a browser wants of a provider.
type Start struct {
	Provider string
	Purpose  Purpose
	Browser  string    // the secret in the browser's cookie; empty: it gets one
	Person   uuid.UUID // who is signed in, for a link and a confirmation
	Session  uuid.UUID
	Next     string // the path to come back to
	From     account.Visit
}

// Trip is where to send the browser, and the secret it has to come back with.
type Trip struct{ URL, Browser string }

// Begin begins a round trip to a provider. NotFound for a provider that is not
// configured, Unavailable if it does not answer, TooMany for a line or
// network block that began many and finished none.
func (s *Service) Begin(ctx context.Context, st Start) (Trip, error) {
	c, err := s.provider(st.Provider)
	if err != nil {
		return Trip{}, err
	}
	if (st.Purpose == Link || st.Purpose == Confirm) && st.Person == uuid.Nil {
		return Trip{}, fault.New(fault.Unauthenticated, "fault.signIn")
	}
	if err := account.Busy(s.deps.Limits.Spend(ctx, beginnings, limit.Source{Addr: st.From.IP})); err != nil {
		return Trip{}, s.refused(ctx, security.Locked, st.Person, st.From, err)
	}
	d, err := c.discover(ctx)
	if err != nil {
		return Trip{}, fault.Wrap(err, fault.Unavailable, silent, "Service", c.Name)
	}
	if st.Browser == "" {
		st.Browser, _ = keyring.NewToken()
	}
	state, _ := keyring.NewToken()
	nonce, _ := keyring.NewToken()
	a := attempt{Nonce: nonce, Verifier: oauth2.GenerateVerifier(), Began: s.deps.Now(), Next: st.Next}
	to, err := c.authorization(d, st.Purpose, state, a)
	if err != nil {
		return Trip{}, err
	}
	row := attemptRow{StateHash: stateHash(st.Browser, state), Provider: c.ID, Purpose: st.Purpose, ExpiresAt: s.deps.Now().Add(AttemptLife)}
	if st.Purpose != SignIn {
		row.PersonID, row.SessionID = &st.Person, &st.Session
	}
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if row.PersonID != nil {
			if err := account.Share(ctx, tx, st.Person); err != nil {
				return err
			}
		}
		return s.keep(ctx, tx, row, a)
	})
	return Trip{URL: to, Browser: st.Browser}, err
}

// stateHash is the stored form of a state: with the secret of the browser that
// it belongs to, so that it is worth nothing in another.
func stateHash(browser, state string) []byte { return keyring.TokenHash(browser + "." + state) }

func (s *Service) keep(ctx context.Context, tx postgres.Tx, row attemptRow, a attempt) error {
	var err error
	if row.Sealed, err = s.seal(sealAttempt, row.StateHash, a); err != nil {
		return err
	}
	if err := deleteLapsed(ctx, tx.Gorm, s.deps.Now()); err != nil {
		return err
	}
	return insertAttempt(ctx, tx, row)
}

// take finds the attempt that a browser came back for and marks it, so that it
// works once. The row stays until its purpose is done: whoever links or revokes
// meanwhile deletes it, and what is under way then comes to nothing. Gone if
// there is none, or it is another browser's, or another session's.
func (s *Service) take(ctx context.Context, r Return) (attemptRow, attempt, error) {
	var row attemptRow
	var a attempt
	hash := stateHash(r.Browser, r.State)
	err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		row, err = takeAttempt(ctx, tx, hash, r, s.deps.Now())
		return err
	})
	if err != nil {
		return attemptRow{}, a, err
	}
	return row, a, s.open(sealAttempt, hash, row.Sealed, &a)
}

// leeway is by how much a provider's clock may be off ours.
const leeway = 30 * time.Second
