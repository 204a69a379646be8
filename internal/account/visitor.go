package account

import (
	"context"
	"net/url"
	"time"

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

// A visitor is somebody who has proved an address and asked for something, and has no
// account: no password, no service, nobody asked their age. They get in by a link that
// is mailed to that address, and may join later, with all that is theirs.

// LinkLife is how long a link lives that signs a visitor in.
const LinkLife = time.Hour

var (
	linksTo = limit.Rule{Name: "sign-in link to address", Max: 5, Window: time.Hour} //nolint:gochecknoglobals // apart: no flood of resets mutes it
	linksBy = limit.Rule{Name: "sign-in link by browser", Max: 5, Window: time.Hour} //nolint:gochecknoglobals // a constant in all but name
)

// HasJoined tells whether a person has an account, and not only asked for something.
func (p Person) HasJoined() bool { return p.AgeBand != "" }

// Visitor is what somebody says of themselves who asks without an account.
type Visitor struct {
	Email, Spelling string // the address in its one form, and as it is written
	Lang            string
	Country, Region string
}

// WritableBy readies mail to an address that somebody without a session typed, and
// tells nobody whose it is: the work is the same. Where it goes is as its owner wrote it
// when they proved it, or else as it is written now. Invalid for none; TooMany for
// whoever has strangers written to; false if the address has been written to enough,
// which nobody is told either.
func (s *Service) WritableBy(ctx context.Context, email string, from Visit, rule limit.Rule) (v Visitor, ok bool, err error) {
	at, err := s.writable(ctx, email)
	if err != nil {
		return v, false, err
	}
	written, err := address.Written(email)
	if err != nil {
		return v, false, err
	}
	if err := Busy(s.deps.Limits.Spend(ctx, mailsFrom, limit.Source{Addr: from.IP})); err != nil {
		return v, false, err
	}
	v = Visitor{Email: at.String(), Spelling: written, Lang: from.Lang}
	row, err := findAddress(ctx, s.deps.DB.Gorm(ctx), v.Email)
	if err == nil {
		v.Spelling = row.mailTo()
	} else if !fault.Is(err, fault.NotFound) {
		return v, false, err
	}
	err = s.allow(ctx, rule, v.Email)
	if fault.Is(err, fault.TooMany) {
		return v, false, nil
	}
	return v, err == nil, err
}

// Admit finds who has proved an address, whom tx then holds, or notes down a visitor who
// just has. It tells whether they have an account. Conflict (account.erasing) for
// somebody being erased; ErrTaken if another noted them just now: tx can only be rolled
// back then.
func (s *Service) Admit(ctx context.Context, tx postgres.Tx, v Visitor) (id uuid.UUID, joined bool, err error) {
	row, err := findAddress(ctx, tx.Gorm, v.Email)
	if err == nil {
		if err := Hold(ctx, tx, row.PersonID); err != nil {
			return row.PersonID, false, err
		}
		p, err := findPerson(ctx, tx.Gorm, row.PersonID)
		return p.ID, p.HasJoined(), err
	}
	if !fault.Is(err, fault.NotFound) {
		return id, false, err
	}
	id, now := postgres.NewID(), s.deps.Now()
	err = insertAccount(ctx, tx, Person{ID: id, CreatedAt: now, Lang: v.Lang},
		Profile{PersonID: id, Country: v.Country, Region: v.Region, UpdatedAt: now},
		EmailAddress{PersonID: id, ID: postgres.NewID(), Address: v.Email, Spelling: v.Spelling, IsPrimary: true, VerifiedAt: now}, passwordRow{})
	if err != nil {
		return id, false, err
	}
	return id, false, audit.Record(ctx, tx, audit.Entry{At: now, Actor: audit.ByPerson(id), Action: "account.visited", PersonID: id})
}

// WayTo is the link of a letter to a page that asks who is there: for a visitor it leads
// to where another link is mailed to them.
func (s *Service) WayTo(ctx context.Context, tx postgres.Tx, person uuid.UUID, path string) (string, error) {
	p, err := findPerson(ctx, tx.Gorm, person)
	if err == nil && !p.HasJoined() {
		path = "/sign-in/by-mail?next=" + url.QueryEscape(path)
	}
	return s.deps.BaseURL + path, err
}

// Visitors are people who have not joined, the next after one by their ids.
func (s *Service) Visitors(ctx context.Context, after uuid.UUID, most int) ([]uuid.UUID, error) {
	return nextVisitors(ctx, s.deps.DB.Pool, after, most)
}

// HasJoined is a Conflict (account.joinFirst) for a visitor, whose age nobody asked: they
// get neither a way into an account nor say yes to anything before they join.
func HasJoined(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	p, err := findPerson(ctx, tx.Gorm, person)
	if err == nil && !p.HasJoined() {
		err = fault.New(fault.Conflict, "account.joinFirst")
	}
	return err
}

// HasAccount tells whether an address is that of somebody who has joined.
func (s *Service) HasAccount(ctx context.Context, email string) (bool, error) {
	id, err := s.ByAddress(ctx, email)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	p, err := s.Person(ctx, id)
	return p.HasJoined(), err
}

// AskSignIn mails a visitor a link that signs them in, to go on at next. Whoever has an
// account is told by mail to sign in as ever, and an address that is nobody's that it
// is. The answer is the same.
func (s *Service) AskSignIn(ctx context.Context, email string, from Visit, next string) error {
	return s.ask(ctx, email, from, asking{
		door: security.MailedLink, to: linksTo, by: linksBy,
		unknown: outbox.Message{Kind: "signInUnknown", Topic: "account-verification", Link: s.deps.BaseURL + "/ask"},
		known: func(ctx context.Context, tx postgres.Tx, id uuid.UUID, address string) (outbox.Message, error) {
			p, err := findPerson(ctx, tx.Gorm, id)
			if err != nil || p.HasJoined() {
				return outbox.Message{Kind: "signInUsual", Topic: "account-verification", Link: s.deps.BaseURL + "/sign-in" + next}, err
			}
			token, hash := keyring.NewToken()
			err = insertProof(ctx, tx, emailProofRow{TokenHash: hash, PersonID: id, Purpose: forSignIn, Address: address, ExpiresAt: s.deps.Now().Add(LinkLife)})
			return outbox.Message{Kind: "signInLink", Topic: "account-verification", Link: s.deps.BaseURL + "/sign-in/by-mail/" + token + next}, err
		},
	})
}

// SignInWaits gives the address of the visitor whom a mailed link still signs in, and
// changes nothing. Gone if the link has been used or has lapsed.
func (s *Service) SignInWaits(ctx context.Context, token string) (string, error) {
	row, err := findProof(ctx, s.deps.DB.Gorm(ctx), forSignIn, keyring.TokenHash(token), s.deps.Now())
	return row.Address, err
}

// SignInByLink signs a visitor in by a mailed link, once, and gives the session's token;
// old, the token that the browser came with, dies. Gone if the link has been used or has
// lapsed, or the address is not theirs any more.
func (s *Service) SignInByLink(ctx context.Context, token string, from Visit, old string) (session string, err error) {
	hash := keyring.TokenHash(token)
	waiting, err := findProof(ctx, s.deps.DB.Gorm(ctx), forSignIn, hash, s.deps.Now())
	if err != nil {
		return "", err
	}
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := Hold(ctx, tx, waiting.PersonID); err != nil {
			return err
		}
		if err := useProof(ctx, tx, forSignIn, hash, s.deps.Now()); err != nil {
			return err
		}
		if at, err := findAddress(ctx, tx.Gorm, waiting.Address); err != nil || at.PersonID != waiting.PersonID {
			return fault.New(fault.Gone, "fault.gone")
		}
		if p, err := findPerson(ctx, tx.Gorm, waiting.PersonID); err != nil {
			return err
		} else if p.HasJoined() {
			return fault.New(fault.Gone, "fault.gone")
		}
		session, err = s.startSession(ctx, tx, SessionOwner{Person: waiting.PersonID}, from, old)
		return err
	})
	return session, err
}

// join makes a visitor somebody with an account: what they were not asked before is
// theirs now, and links that were mailed to them sign nobody in any more.
func (s *Service) join(ctx context.Context, tx postgres.Tx, id uuid.UUID, p pendingSignUp, hash string) error {
	if err := Hold(ctx, tx, id); err != nil {
		return err
	}
	if now, err := findPerson(ctx, tx.Gorm, id); err != nil {
		return err
	} else if now.HasJoined() { // by another link, just now
		return ErrTaken
	}
	who := Person{ID: id, CreatedAt: s.deps.Now(), Lang: p.Lang, AgeBand: p.Band, JoinedCountry: p.joinedCountry()}
	if err := updatePerson(ctx, tx, who, "created_at", "lang", "age_band", "joined_country"); err != nil {
		return err
	}
	about, err := findProfile(ctx, tx.Gorm, id)
	if err != nil {
		return err
	}
	about.FullName, about.UpdatedAt = p.Name, who.CreatedAt
	if p.Country != "" {
		about.Country, about.Region = p.Country, p.Region
	}
	if err := updateProfile(ctx, tx, about); err != nil {
		return err
	}
	if hash != "" {
		if err := upsertPassword(ctx, tx, passwordRow{PersonID: id, Hash: hash, ChangedAt: who.CreatedAt}); err != nil {
			return err
		}
	}
	if err := endOthers(ctx, tx, SessionOwner{Person: id}, uuid.Nil); err != nil {
		return err
	}
	return deleteProofs(ctx, tx, id)
}
