package sso

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/security"
)

// Return is a browser that came back from a provider.
type Return struct {
	Provider string
	State    string
	Code     string
	Error    string // the provider's, instead of a code
	Issuer   string // the parameter iss of RFC 9207, if the provider sends it
	Browser  string // the secret in its cookie
	Person   uuid.UUID
	Session  uuid.UUID
	Token    string // of its session: a new one takes its place
	From     account.Visit
}

// Done is what came of a round trip.
type Done struct {
	Purpose  Purpose
	Service  string // its name
	Token    string // the new token of the browser's session; empty: as before
	SignUp   string // what a sign-up that waits is found by, with the browser's secret
	Next     string // the path to go on to
	Declined bool   // the person said no at the provider: nothing changed
	// Undated says that the provider did not tell when the person signed in
	// there, so that it proved nothing new: they confirm in another way.
	Undated bool
	// SignInFirst says that the address, which the provider vouches for,
	// belongs to an account here: it signs in as usual, then links.
	SignInFirst bool

	whose uuid.UUID // the account that was not let into, if it is known
}

// Finish ends a round trip: it checks what the provider says, and signs in,
// links or confirms. Gone for an attempt that has been used, has lapsed, or is
// another browser's; Unavailable if the provider does not answer or can't be
// believed; Conflict for an identity that is linked to somebody else. What is
// refused is noted in the security log; that a provider is silent is not.
func (s *Service) Finish(ctx context.Context, r Return) (Done, error) {
	done, err := s.complete(ctx, r)
	f, is := errors.AsType[*fault.Error](err)
	if !is || f.Kind == fault.NotFound || f.Key == silent {
		return done, err
	}
	if done.whose == uuid.Nil {
		done.whose = r.Person
	}
	return done, s.refused(ctx, security.Refused, done.whose, r.From, err)
}

// silent is the fault of a provider that does not answer.
const silent = "sso.down"

// refused notes an attempt that failed, and gives the answer to it.
func (s *Service) refused(ctx context.Context, outcome security.Outcome, person uuid.UUID, from account.Visit, answer error) error {
	attempt := security.Attempt{Door: security.Service, Outcome: outcome, Network: limit.Source{Addr: from.IP}.Block()}
	if person != uuid.Nil {
		attempt.Account = security.OfPerson(person)
	}
	if err := s.deps.Security.Note(ctx, attempt); err != nil {
		return err
	}
	return answer
}

// complete is Finish, without the note.
func (s *Service) complete(ctx context.Context, r Return) (Done, error) {
	c, err := s.provider(r.Provider)
	if err != nil {
		return Done{}, err
	}
	row, a, err := s.take(ctx, r)
	if err != nil {
		return Done{}, err
	}
	done := Done{Purpose: row.Purpose, Service: c.Name, Next: a.Next}
	switch ours, err := c.sent(ctx, r); {
	case err != nil:
		return done, fault.Wrap(err, fault.Unavailable, silent, "Service", c.Name)
	case !ours:
		return done, fault.New(fault.Forbidden, "sso.unbelievable", "Service", c.Name)
	case r.Error != "":
		return s.decline(ctx, r, row, done)
	}
	before := c.silences.Load()
	who, err := c.identify(ctx, r.Code, a)
	switch {
	case err != nil && c.silences.Load() > before:
		return done, fault.Wrap(err, fault.Unavailable, silent, "Service", c.Name)
	case err != nil:
		return done, fault.Wrap(err, fault.Unavailable, "sso.unbelievable", "Service", c.Name)
	}
	if err := s.deps.Limits.Refund(ctx, beginnings, limit.Source{Addr: r.From.IP}, a.Began); err != nil {
		return done, err
	}
	switch row.Purpose {
	case Link:
		return done, s.link(ctx, row, r, who)
	case Confirm:
		return s.confirm(ctx, row, r, a, who, done)
	case SignIn, signUp:
	}
	return s.signIn(ctx, row, r, a, who, done)
}

// sent tells whether it was this provider that sent a browser back, error or
// not: one that says it names itself always does (RFC 9207 section 2.4).
func (f *client) sent(ctx context.Context, r Return) (bool, error) {
	if r.Issuer != "" {
		return r.Issuer == f.Issuer, nil
	}
	d, err := f.discover(ctx)
	return err == nil && !d.NamesItself, err
}

// decline ends an attempt without effect.
func (s *Service) decline(ctx context.Context, r Return, row attemptRow, done Done) (Done, error) {
	if err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error { return finish(ctx, tx, row) }); err != nil {
		return done, err
	}
	if r.Error == "access_denied" { // RFC 6749 section 4.1.2.1
		done.Declined = true
		return done, nil
	}
	if r.Error == "server_error" || r.Error == "temporarily_unavailable" {
		return done, fault.New(fault.Unavailable, silent, "Service", done.Service)
	}
	return done, fault.New(fault.Unavailable, "sso.unbelievable", "Service", done.Service)
}

// signIn lets somebody known in, and asks somebody unknown for what is left to
// ask.
func (s *Service) signIn(ctx context.Context, row attemptRow, r Return, a attempt, who identity, done Done) (Done, error) {
	var person uuid.UUID
	err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		owner, err := linkOwner(ctx, tx, who)
		if err == nil && owner != uuid.Nil {
			err = account.Hold(ctx, tx, owner)
		}
		if err == nil {
			err = finish(ctx, tx, row)
		}
		if err != nil || owner == uuid.Nil {
			return err
		}
		found, err := liveLink(ctx, tx, who)
		if err != nil || found == nil { // revoked while we waited
			return err
		}
		if found.PausedAt != nil {
			done.whose = owner
			return fault.New(fault.Forbidden, "sso.paused", "Service", done.Service)
		}
		person = owner
		return s.refresh(ctx, tx, *found, who)
	})
	if err != nil {
		return done, err
	}
	if person != uuid.Nil {
		done.Token, err = s.deps.Accounts.StartSession(ctx, account.SessionOwner{Person: person}, r.From, r.Token)
		return done, err
	}
	return s.offerSignUp(ctx, row.Provider, r.Browser, a, who, done)
}

// offerSignUp keeps an identity, sealed, until its owner has answered what the
// provider can't: their age, neutrally asked, and their choices. One that
// nothing can come of lapses at once, and its grant is ended.
func (s *Service) offerSignUp(ctx context.Context, provider, browser string, a attempt, who identity, done Done) (Done, error) {
	token, _ := keyring.NewToken()
	row := attemptRow{StateHash: stateHash(browser, token), Provider: provider, Purpose: signUp, ExpiresAt: s.deps.Now()}
	waiting := attempt{Began: a.Began, Next: a.Next, Identity: &who}
	var refused error
	switch has, err := s.deps.Accounts.HasAccount(ctx, who.Email); {
	case who.Email == "":
		refused = fault.New(fault.Conflict, "sso.noAddress", "Service", done.Service)
	case err != nil:
		return done, err
	case has:
		done.SignInFirst = true
	default:
		row.ExpiresAt = s.deps.Now().Add(SignUpLife)
		done.SignUp = token
	}
	err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := s.keep(ctx, tx, row, waiting); err != nil {
			return err
		}
		return s.deps.Plans.Add(ctx, tx, lapsedKind, row.plan(), row.ExpiresAt)
	})
	return done, errors.Join(err, refused)
}

// confirm takes a sign-in at a provider for a fresh proof of who somebody is:
// only if it is theirs, and was made after they were asked.
func (s *Service) confirm(ctx context.Context, row attemptRow, r Return, a attempt, who identity, done Done) (Done, error) {
	err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
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
		if found == nil || found.PersonID != r.Person {
			return fault.New(fault.Forbidden, "sso.notYours", "Service", done.Service)
		}
		if found.PausedAt != nil {
			return fault.New(fault.Forbidden, "sso.paused", "Service", done.Service)
		}
		done.Undated = who.ProvedAt.IsZero()
		if !done.Undated && (who.ProvedAt.Before(a.Began.Add(-leeway)) || who.ProvedAt.After(s.deps.Now().Add(leeway))) {
			return fault.New(fault.Forbidden, "sso.notFresh", "Service", done.Service)
		}
		return s.refresh(ctx, tx, *found, who)
	})
	if err != nil || done.Undated {
		return done, err
	}
	done.Token, err = s.deps.Accounts.Renew(ctx, r.Person, r.Token)
	return done, err
}

// orElse is err, or the fault if there is none.
func orElse(err error, otherwise *fault.Error) error {
	if err != nil {
		return err
	}
	return otherwise
}
