package account

import (
	"context"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/limit"
	outbox "plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/security"
)

// SignIn proves a person by address and password and gives the token of a new
// session; old, the token the browser came with, dies. Whatever is wrong, the
// answer and the work are the same. TooMany after ten wrong tries for one
// account from browsers that it does not know, or ten from one that it knows,
// and after many from one line or network block, within a quarter of an hour.
func (s *Service) SignIn(ctx context.Context, email, password string, from Visit, old string) (string, error) {
	at, _ := address.Parse(email) // none is an address that nobody has
	who, phc, err := findPassword(ctx, s.deps.DB.Pool, at.String())
	if err != nil {
		return "", err
	}
	counted := security.Account{Key: at.String()}
	if who.ID != uuid.Nil {
		counted = security.OfPerson(who.ID)
	}
	guess, out, err := s.deps.Limits.Guess(ctx, signIns, counted, s.Source(from, who))
	if err := Busy(out, err); err != nil {
		return "", err
	}
	ok, err := s.deps.Hasher.Match(ctx, phc, password)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", guess.Wrong(ctx, fault.Invalidate(fault.Field("email", "account.signInWrong")))
	}
	if err := guess.Right(ctx); err != nil {
		return "", err
	}
	return s.StartSession(ctx, SessionOwner{Person: who.ID}, from, old)
}

// Prove checks the password of somebody signed in and gives their session a
// new token that is fresh (step-up).
func (s *Service) Prove(ctx context.Context, person uuid.UUID, password, token string, from Visit) (string, error) {
	has, err := s.HasPassword(ctx, person)
	if err == nil && !has {
		err = fault.Invalidate(fault.Field("password", "account.passwordWrong"))
	}
	if err != nil {
		return "", err
	}
	if err := s.knows(ctx, person, "password", password, from); err != nil {
		return "", err
	}
	return s.Renew(ctx, person, token)
}

// knows holds somebody signed in to their password, if they have one; field is
// where a form asks for it. Whoever is signed in is no more trusted in a browser
// that was used before: it may be that very browser which somebody else has.
func (s *Service) knows(ctx context.Context, person uuid.UUID, field, password string, from Visit) error {
	_, phc, err := findPasswordOf(ctx, s.deps.DB.Pool, person)
	if err != nil || phc == "" {
		return err
	}
	guess, out, err := s.deps.Limits.Guess(ctx, proofs, security.OfPerson(person), limit.Source{Addr: from.IP})
	if err := Busy(out, err); err != nil {
		return err
	}
	ok, err := s.deps.Hasher.Match(ctx, phc, password)
	if err != nil {
		return err
	}
	if !ok {
		return guess.Wrong(ctx, fault.Invalidate(fault.Field(field, "account.passwordWrong")))
	}
	return guess.Right(ctx)
}

// HasPassword tells whether a person can sign in by password.
func (s *Service) HasPassword(ctx context.Context, person uuid.UUID) (bool, error) {
	return postgres.Read(ctx, s.deps.DB.Reads(), func(r *postgres.Reads) *bool { return readHasPassword(r, person) })
}

// ReadHasPassword adds whether a person can sign in by password.
func (*Service) ReadHasPassword(r *postgres.Reads, person uuid.UUID) *bool {
	return readHasPassword(r, person)
}

// HasPasswordIn is HasPassword in a transaction.
func (*Service) HasPasswordIn(ctx context.Context, tx postgres.Tx, person uuid.UUID) (bool, error) {
	return postgres.Read(ctx, tx.Reads(), func(r *postgres.Reads) *bool { return readHasPassword(r, person) })
}

// AskReset mails a link to set a new password, if the address has an account;
// if not, a mail says so to the address. The answer is the same.
func (s *Service) AskReset(ctx context.Context, email string, from Visit) error {
	unknown := outbox.Message{Kind: "resetUnknown", Topic: "account-verification", Link: s.deps.BaseURL + "/sign-up"}
	return s.ask(ctx, email, from, asking{
		door: security.Reset, to: resetsTo, by: resetsBy, unknown: unknown,
		known: func(ctx context.Context, tx postgres.Tx, id uuid.UUID, address string) (outbox.Message, error) {
			if p, err := findPerson(ctx, tx.Gorm, id); err != nil || !p.HasJoined() { // who has no account has no password to set
				return unknown, err
			}
			token, hash := keyring.NewToken()
			err := insertProof(ctx, tx, emailProofRow{TokenHash: hash, PersonID: id, Purpose: forReset, Address: address, ExpiresAt: s.deps.Now().Add(ResetLife)})
			return outbox.Message{Kind: "reset", Topic: "account-verification", Link: s.deps.BaseURL + "/reset/" + token}, err
		},
	})
}

// AskChoices mails a link that opens somebody's choices without signing in, if
// the address has an account; if not, a mail says so to the address. The answer
// is the same. link gives the link of a person.
func (s *Service) AskChoices(ctx context.Context, email string, from Visit, link func(uuid.UUID) string) error {
	return s.ask(ctx, email, from, asking{
		door: security.Choices, to: choicesTo, by: choicesBy,
		unknown: outbox.Message{Kind: "choicesUnknown", Topic: "account-verification", Link: s.deps.BaseURL + "/privacy-choices"},
		known: func(_ context.Context, _ postgres.Tx, id uuid.UUID, _ string) (outbox.Message, error) {
			return outbox.Message{Kind: "choices", Topic: "account-verification", Link: link(id)}, nil
		},
	})
}

// asking is what somebody asks for who has nothing but an address: a link that
// goes there.
type asking struct {
	door    security.Door
	to, by  limit.Rule     // for an address, and for the browser of its owner
	unknown outbox.Message // for an address without an account
	known   func(ctx context.Context, tx postgres.Tx, id uuid.UUID, address string) (outbox.Message, error)
}

func (s *Service) ask(ctx context.Context, email string, from Visit, a asking) error {
	at, err := s.writable(ctx, email)
	if err != nil {
		return err
	}
	id, err := s.ByAddress(ctx, at.String())
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	err = s.mayAsk(ctx, id, at.String(), from, a)
	switch {
	case fault.Is(err, fault.TooMany):
		return s.refused(ctx, a.door, security.Locked, security.Account{}, from, err)
	case fault.Is(err, fault.Conflict): // the links of the flood work, too
		asked := security.Account{Key: at.String()}
		if id != uuid.Nil {
			asked = security.OfPerson(id)
		}
		return s.refused(ctx, a.door, security.Locked, asked, from, nil)
	case err != nil:
		return err
	}
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := (SessionOwner{Person: id}).share(ctx, tx); err != nil {
			return err
		}
		if id == uuid.Nil {
			written, err := address.Written(email)
			if err != nil {
				return err
			}
			return s.deps.Mail.Post(ctx, tx, outbox.Recipient{Address: written, Lang: from.Lang}, a.unknown)
		}
		message, err := a.known(ctx, tx, id, at.String())
		if err != nil {
			return err
		}
		its, err := findAddress(ctx, tx.Gorm, at.String())
		if err != nil {
			return err
		}
		return s.deps.Mail.Post(ctx, tx, outbox.Recipient{Owner: id, Address: its.mailTo(), Lang: from.Lang}, message)
	})
	if fault.Is(err, fault.Conflict) {
		return nil // nothing is written any more to somebody being erased
	}
	return err
}

// mayAsk holds asking to its limits: TooMany for whoever has strangers written
// to, Conflict for an address that has been written to enough. A browser that
// the owner used before has a limit of its own.
func (s *Service) mayAsk(ctx context.Context, id uuid.UUID, address string, from Visit, a asking) error {
	owner, err := s.Owner(ctx, id)
	if err != nil {
		return err
	}
	source := s.Source(from, owner)
	if source.Device != "" {
		return s.allow(ctx, a.by, address+"\x00"+source.Device)
	}
	if err := Busy(s.deps.Limits.Spend(ctx, mailsFrom, source)); err != nil {
		return err
	}
	err = s.allow(ctx, a.to, address)
	if fault.Is(err, fault.TooMany) {
		return fault.Wrap(err, fault.Conflict, "fault.tooMany")
	}
	return err
}

// ResetWaits gives the address that a mailed link can still set a password for,
// and changes nothing. Gone if the link has been used or has lapsed.
func (s *Service) ResetWaits(ctx context.Context, token string) (string, error) {
	row, err := s.waitingReset(ctx, token)
	return row.Address, err
}

func (s *Service) waitingReset(ctx context.Context, token string) (emailProofRow, error) {
	return findProof(ctx, s.deps.DB.Gorm(ctx), forReset, keyring.TokenHash(token), s.deps.Now())
}

// refused notes an attempt that was no guess and failed all the same, and gives
// the answer to it.
func (s *Service) refused(ctx context.Context, door security.Door, outcome security.Outcome, account security.Account, from Visit, answer error) error {
	noted := s.deps.Security.Note(ctx, security.Attempt{Door: door, Outcome: outcome, Account: account, Network: limit.Source{Addr: from.IP}.Block()})
	if noted != nil {
		return noted
	}
	return answer
}

// about is what a password of somebody must not be made of: their name and
// address.
func (s *Service) about(ctx context.Context, person uuid.UUID) ([]string, error) {
	profile, err := s.Profile(ctx, person)
	if err != nil {
		return nil, err
	}
	to, err := s.Recipient(ctx, person)
	return []string{to.Address, profile.FullName}, err
}

// Reset sets a new password by a mailed link, once, ends every session of the
// person, whom it gives, and has their other ways in looked at (Deps.Recovered).
// Wrong guesses before it count no more: whoever reads the mail gets through.
// Conflict (account.erasing) if an erasure has begun. Gone if the link has been used or has lapsed;
// the link survives a password that is refused. Nothing is weighed, hashed or
// counted for who holds no link.
func (s *Service) Reset(ctx context.Context, token, password string, from Visit) (person uuid.UUID, err error) {
	waiting, err := s.waitingReset(ctx, token)
	if err != nil {
		return person, err
	}
	about, err := s.about(ctx, waiting.PersonID)
	if err != nil {
		return person, err
	}
	if ps := s.Weakness("password", password, append(about, waiting.Address)...); len(ps) > 0 {
		return person, fault.Invalidate(ps...)
	}
	hash, err := s.deps.Hasher.Hash(ctx, password)
	if err != nil {
		return person, err
	}
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		// Alone: a service that is being linked just now is seen by Recovered, or not linked.
		if err := Hold(ctx, tx, waiting.PersonID); err != nil {
			return err
		}
		if err := useProof(ctx, tx, forReset, keyring.TokenHash(token), s.deps.Now()); err != nil {
			return err
		}
		person = waiting.PersonID
		if err := s.setPassword(ctx, tx, person, hash, uuid.Nil); err != nil {
			return err
		}
		return s.deps.Recovered(ctx, tx, person)
	})
	if err != nil {
		return person, err
	}
	return person, s.deps.Limits.ResetAccount(ctx, signIns, person.String())
}

// ChangePassword sets a new password for somebody who knows the old one, and
// ends their other sessions: an open browser alone gives nobody the account.
// Somebody without a password has to have proved who they are. TooMany after
// ten tries within a quarter of an hour; Conflict for a visitor, who joins instead.
func (s *Service) ChangePassword(ctx context.Context, person, session uuid.UUID, old, password string, from Visit) error {
	if err := s.knows(ctx, person, "old", old, from); err != nil {
		return err
	}
	about, err := s.about(ctx, person)
	if err != nil {
		return err
	}
	if old == password {
		return fault.Invalidate(fault.Field("password", "account.passwordSame"))
	}
	if ps := s.Weakness("password", password, about...); len(ps) > 0 {
		return fault.Invalidate(ps...)
	}
	hash, err := s.deps.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := Hold(ctx, tx, person); err != nil {
			return err
		}
		if err := HasJoined(ctx, tx, person); err != nil {
			return err
		}
		return s.setPassword(ctx, tx, person, hash, session)
	})
}

// setPassword makes a password the person's, and ends what could still be done
// without it: sessions but keep, and mailed links and codes.
func (s *Service) setPassword(ctx context.Context, tx postgres.Tx, person uuid.UUID, hash string, keep uuid.UUID) error {
	now := s.deps.Now()
	if err := upsertPassword(ctx, tx, passwordRow{PersonID: person, Hash: hash, ChangedAt: now}); err != nil {
		return err
	}
	if err := endOthers(ctx, tx, SessionOwner{Person: person}, keep); err != nil {
		return err
	}
	if err := deleteProofs(ctx, tx, person); err != nil {
		return err
	}
	to, err := s.RecipientIn(ctx, tx, person)
	if err != nil {
		return err
	}
	if err := s.deps.Mail.Post(ctx, tx, to, outbox.Message{Kind: "passwordChanged", Topic: "security-notices", Link: s.deps.BaseURL + "/forgot"}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{At: now, Actor: audit.ByPerson(person), Action: "password.changed", PersonID: person})
}
