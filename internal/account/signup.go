package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/limit"
	outbox "plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/views/text"
)

// SignUp is what the form asks for. The password is asked for when the address
// is proved: one chosen by whoever typed somebody else's address must not open
// the account that its owner confirms.
type SignUp struct {
	Email    string
	Name     string
	Password string    // of those whose address is proved already: Open
	Born     time.Time // the day; only the age band is kept
	Country  string
	State    string // of the United States; ignored anywhere else
	Topics   []string
}

// region is where in its country an account begins: some states have a law of
// their own.
func (f SignUp) region() string {
	if f.Country != text.UnitedStates || !text.IsState(f.State) {
		return ""
	}
	return f.State
}

// name is the name as it is kept.
func (f SignUp) name() string {
	name, _ := input.Line("name", f.Name, maxOf("full_name"))
	return name
}

// TooYoung is the key of the fault for somebody under 13. Nothing of theirs
// is kept.
const TooYoung = "account.tooYoung"

// pendingSignUp is what waits, sealed, for its link to be opened.
type pendingSignUp struct {
	Email, Spelling, Name, Country, Region, Lang string
	Band                                         AgeBand
	Topics                                       []string
}

// ageOn is the age in whole years on a day.
func ageOn(day, born time.Time) int {
	age := day.Year() - born.Year()
	if day.Month() < born.Month() || day.Month() == born.Month() && day.Day() < born.Day() {
		age--
	}
	return age
}

// SignUp begins an account: a link goes to the address, and the account
// begins when a password is chosen there. An address that has an account already gets a
// different mail and the browser the same answer. Somebody under 13 is
// refused (Forbidden, TooYoung) and nothing is kept.
func (s *Service) SignUp(ctx context.Context, f SignUp, from Visit) error {
	now := s.deps.Now()
	problems := f.problems(now)
	if len(problems) > 0 {
		return fault.Invalidate(problems...)
	}
	band, err := bandOf(ageOn(now, f.Born))
	if err != nil {
		return err
	}
	at, err := s.writable(ctx, f.Email)
	if err != nil {
		return err
	}
	email := at.String()
	written, err := address.Written(f.Email)
	if err != nil {
		return err
	}
	if err := Busy(s.deps.Limits.Spend(ctx, mailsFrom, limit.Source{Addr: from.IP})); err != nil {
		return err
	}
	pending := pendingSignUp{
		Email: email, Spelling: written, Name: f.name(), Country: f.Country, Region: f.region(),
		Lang: from.Lang, Band: band, Topics: f.Topics,
	}
	if err := s.allow(ctx, mailsTo, email); fault.Is(err, fault.TooMany) {
		return nil // whoever floods an address with mail learns nothing by it
	} else if err != nil {
		return err
	}
	owner, err := s.ByAddress(ctx, email)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if owner != uuid.Nil {
			if err := Hold(ctx, tx, owner); fault.Is(err, fault.Conflict) {
				return nil // nothing is written any more to somebody being erased
			} else if err != nil {
				return err
			}
			row, err := findAddress(ctx, tx.Gorm, email)
			if err != nil {
				return err
			}
			who, err := findPerson(ctx, tx.Gorm, owner)
			if err != nil {
				return err
			}
			if !who.HasJoined() {
				return s.mailSignUp(ctx, tx, pending, row.mailTo())
			}
			to := outbox.Recipient{Owner: owner, Address: row.mailTo(), Lang: from.Lang}
			return s.deps.Mail.Post(ctx, tx, to, outbox.Message{Kind: "alreadyJoined", Topic: "account-verification", Link: s.deps.BaseURL + "/forgot"})
		}
		return s.mailSignUp(ctx, tx, pending, written)
	})
}

// mailSignUp keeps what was answered, sealed, and mails the link that begins the account.
func (s *Service) mailSignUp(ctx context.Context, tx postgres.Tx, pending pendingSignUp, mailTo string) error {
	token, tokenHash := keyring.NewToken()
	plain, err := json.Marshal(pending)
	if err != nil {
		return err
	}
	row := signUpRow{TokenHash: tokenHash, ExpiresAt: s.deps.Now().Add(SignUpLife)}
	if row.Sealed, err = s.deps.Ring.Seal("sign-up", tokenHash, plain); err != nil {
		return err
	}
	if err := insertSignUp(ctx, tx, row); err != nil {
		return err
	}
	// Without the name: whoever typed it could have us send their words to a stranger.
	to := outbox.Recipient{Address: mailTo, Lang: pending.Lang}
	return s.deps.Mail.Post(ctx, tx, to, outbox.Message{Kind: "verify", Topic: "account-verification", Link: s.deps.BaseURL + "/verify/" + token})
}

func (f SignUp) problems(now time.Time) []fault.Problem {
	var ps []fault.Problem
	if _, err := address.Parse(f.Email); err != nil {
		ps = append(ps, address.Problem("email", err))
	}
	if name, bad := input.Line("name", f.Name, maxOf("full_name")); len(bad) > 0 {
		ps = append(ps, bad...)
	} else if name == "" {
		ps = append(ps, fault.Field("name", "account.nameBad"))
	}
	switch age := ageOn(now, f.Born); {
	case f.Born.IsZero():
		ps = append(ps, fault.Field("born", "account.bornBad"))
	case age < 3 || age > 130: // who can write is older: this year for the year of birth is a slip
		ps = append(ps, fault.Field("born", "account.bornYear"))
	}
	return append(ps, CheckPlace(f.Country, f.State)...)
}

// CheckPlace tells what is wrong with where somebody says that they live: a country, and
// a state of the United States; either may be empty.
func CheckPlace(country, state string) (ps []fault.Problem) {
	if country != "" && !text.IsCountry(country) {
		ps = append(ps, fault.Field("country", "account.countryBad"))
	}
	switch {
	case state == "":
	case country != text.UnitedStates:
		ps = append(ps, fault.Field("state", "account.stateElsewhere"))
	case !text.IsState(state):
		ps = append(ps, fault.Field("state", "account.stateBad"))
	}
	return ps
}

// SignUpWaits gives the address that a mailed link can still open an account
// for, and changes nothing. Gone if the link has been used or has lapsed.
func (s *Service) SignUpWaits(ctx context.Context, token string) (string, error) {
	p, err := s.waitingSignUp(ctx, token)
	return p.Email, err
}

// ConfirmSignUp opens the account of a mailed link with the password chosen
// there, signs the browser in, and gives the session's token; old, the token
// that it came with, dies. Gone if the link has been used or has lapsed, or the
// address has an account by now; the link survives a password that is refused.
func (s *Service) ConfirmSignUp(ctx context.Context, token, password string, from Visit, old string) (string, error) {
	p, err := s.waitingSignUp(ctx, token)
	if err != nil {
		return "", err
	}
	if ps := s.Weakness("password", password, p.Email, p.Name); len(ps) > 0 {
		return "", fault.Invalidate(ps...)
	}
	hash, err := s.deps.Hasher.Hash(ctx, password)
	if err != nil {
		return "", err
	}
	var session string
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := deleteSignUp(ctx, tx, keyring.TokenHash(token)); err != nil {
			return err
		}
		id, err := s.begin(ctx, tx, p, hash)
		if err != nil {
			return err
		}
		session, err = s.startSession(ctx, tx, SessionOwner{Person: id}, from, old)
		return err
	})
	if errors.Is(err, ErrTaken) { // two sign-ups, the other link used first
		err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
			return deleteSignUp(ctx, tx, keyring.TokenHash(token))
		})
		if err == nil {
			err = fault.New(fault.Gone, "fault.gone")
		}
		return "", err
	}
	return session, err
}

// waitingSignUp reads what waits for a link to be used.
func (s *Service) waitingSignUp(ctx context.Context, token string) (pendingSignUp, error) {
	var p pendingSignUp
	hash := keyring.TokenHash(token)
	row, err := findSignUp(ctx, s.deps.DB.Gorm(ctx), hash, s.deps.Now())
	if err != nil {
		return p, err
	}
	plain, err := s.deps.Ring.Open("sign-up", hash, row.Sealed)
	if err != nil {
		return p, fmt.Errorf("a waiting sign-up: %w", err)
	}
	return p, json.Unmarshal(plain, &p)
}

// ErrTaken says that a person could not begin: their address has an account.
var ErrTaken = errors.New("account: the address has an account already")

// joinedCountry is what is kept of where they said that they live, of whoever is young.
func (p pendingSignUp) joinedCountry() string {
	if p.Band == Adult {
		return ""
	}
	return p.Country
}

// begin writes the rows of a new person, or has a visitor join, and tells the other
// rooms. hash may be empty: somebody who came by a sign-in service has no password. After
// ErrTaken tx can only be rolled back.
func (s *Service) begin(ctx context.Context, tx postgres.Tx, p pendingSignUp, hash string) (uuid.UUID, error) {
	id, now := postgres.NewID(), s.deps.Now()
	visitor, err := findVisitor(ctx, tx, p.Email)
	switch {
	case err != nil:
	case visitor != uuid.Nil:
		id, err = visitor, s.join(ctx, tx, visitor, p, hash)
	default:
		err = insertAccount(ctx, tx, Person{ID: id, CreatedAt: now, Lang: p.Lang, AgeBand: p.Band, JoinedCountry: p.joinedCountry()},
			Profile{PersonID: id, FullName: p.Name, Country: p.Country, Region: p.Region, UpdatedAt: now},
			EmailAddress{PersonID: id, ID: postgres.NewID(), Address: p.Email, Spelling: p.Spelling, IsPrimary: true, VerifiedAt: now},
			passwordRow{PersonID: id, Hash: hash, ChangedAt: now})
	}
	if err != nil {
		return id, err
	}
	if err := audit.Record(ctx, tx, audit.Entry{At: now, Actor: audit.ByPerson(id), Action: "account.opened", PersonID: id}); err != nil {
		return id, err
	}
	return id, s.deps.Joined(ctx, tx, id, Joining{Topics: p.Topics, Lang: p.Lang, At: now})
}

// Open begins an account whose address is proved already: by a sign-in
// service that vouches for it (email_verified), by the staff's import, or by
// the demo. An empty password gives an account without one. ErrTaken if the
// address has one: tx can only be rolled back then.
func (s *Service) Open(ctx context.Context, tx postgres.Tx, f SignUp, lang string, band AgeBand) (uuid.UUID, error) {
	at, err := address.Parse(f.Email)
	if err != nil {
		return uuid.Nil, fault.Invalidate(address.Problem("email", err))
	}
	written, err := address.Written(f.Email)
	if err != nil {
		return uuid.Nil, err
	}
	p := pendingSignUp{Email: at.String(), Spelling: written, Name: f.name(), Country: f.Country, Region: f.region(), Lang: lang, Band: band, Topics: f.Topics}
	if f.Password == "" {
		return s.begin(ctx, tx, p, "")
	}
	hash, err := s.deps.Hasher.Hash(ctx, f.Password)
	if err != nil {
		return uuid.Nil, err
	}
	return s.begin(ctx, tx, p, hash)
}
