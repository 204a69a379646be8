package account

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
	outbox "plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
)

// SignUp is what the form asks for.
type SignUp struct {
	Email    string
	Name     string
	Password string
	Born     time.Time // the day; only the age band is kept
	Country  string
	Topics   []string
}

// TooYoung is the key of the fault for somebody under 13. Nothing of theirs
// is kept.
const TooYoung = "account.tooYoung"

// pendingSignUp is what waits, sealed, for its link to be opened.
type pendingSignUp struct {
	Email, Name, Hash, Country, Lang string
	Band                             AgeBand
	Topics                           []string
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
// begins when it is opened. An address that has an account already gets a
// different mail and the browser the same answer. Somebody under 13 is
// refused (Forbidden, TooYoung) and nothing is kept.
func (s *Service) SignUp(ctx context.Context, f SignUp, from Visit) error {
	now := s.Now()
	problems := f.problems(now)
	if len(problems) > 0 {
		return fault.Invalidate(problems...)
	}
	age := ageOn(now, f.Born)
	if age < 13 {
		return fault.New(fault.Forbidden, TooYoung)
	}
	email, _ := NormalAddress(f.Email)
	if err := s.allow(ctx, mailsFrom, from.Source()); err != nil {
		return err
	}
	hash, err := s.Hasher.Hash(ctx, f.Password)
	if err != nil {
		return err
	}
	pending := pendingSignUp{
		Email: email, Name: strings.TrimSpace(f.Name), Hash: hash, Country: f.Country, Lang: from.Lang,
		Band: Adult, Topics: f.Topics,
	}
	if age < 18 {
		pending.Band = Minor
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
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		if owner != uuid.Nil {
			if err := s.Hold(ctx, tx, owner); fault.Is(err, fault.Conflict) {
				return nil // nothing is written any more to somebody being erased
			} else if err != nil {
				return err
			}
			to := outbox.Recipient{Owner: owner, Address: email, Lang: from.Lang}
			return s.Mail.Post(ctx, tx, to, outbox.Message{Kind: "alreadyJoined", Topic: "account-verification", Link: s.BaseURL + "/forgot"})
		}
		token, tokenHash := keyring.NewToken()
		plain, err := json.Marshal(pending)
		if err != nil {
			return err
		}
		row := signUpRow{TokenHash: tokenHash, ExpiresAt: now.Add(SignUpLife)}
		if row.Sealed, err = s.Ring.Seal("sign-up", tokenHash, plain); err != nil {
			return err
		}
		if err := tx.Gorm.Create(&row).Error; err != nil {
			return err
		}
		to := outbox.Recipient{Address: email, Lang: from.Lang}
		return s.Mail.Post(ctx, tx, to, outbox.Message{
			Kind: "verify", Topic: "account-verification", Args: map[string]string{"Name": pending.Name}, Link: s.BaseURL + "/verify/" + token,
		})
	})
}

func (f SignUp) problems(now time.Time) []fault.Problem {
	var ps []fault.Problem
	email, ok := NormalAddress(f.Email)
	if !ok {
		ps = append(ps, fault.Field("email", "account.emailBad"))
	}
	if n := len(strings.TrimSpace(f.Name)); n == 0 || n > 200 {
		ps = append(ps, fault.Field("name", "account.nameBad"))
	}
	ps = append(ps, weakness("password", f.Password, email, f.Name)...)
	if f.Born.IsZero() || f.Born.After(now) || ageOn(now, f.Born) > 130 {
		ps = append(ps, fault.Field("born", "account.bornBad"))
	}
	return ps
}

// ConfirmSignUp opens the account of a mailed link and gives its address.
// Gone if the link has been used or has lapsed.
func (s *Service) ConfirmSignUp(ctx context.Context, token string) (string, error) {
	var email string
	err := s.DB.InTx(ctx, func(tx postgres.Tx) error {
		now := s.Now()
		p, err := s.takeSignUp(ctx, tx, token, now)
		if err != nil {
			return err
		}
		email = p.Email
		taken, err := gorm.G[EmailAddress](tx.Gorm).Where("address = ?", p.Email).Count(ctx, "*")
		if err != nil {
			return err
		}
		if taken > 0 { // two sign-ups, the other link opened first
			return fault.New(fault.Gone, "fault.gone")
		}
		id, err := s.create(tx, p, now)
		if err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, audit.Entry{At: now, Actor: audit.ByPerson(id), Action: "account.opened", PersonID: id}); err != nil {
			return err
		}
		return s.Joined(ctx, tx, id, Joining{Topics: p.Topics, Lang: p.Lang, At: now})
	})
	return email, err
}

// takeSignUp takes a waiting sign-up out of the table: its link works once.
func (s *Service) takeSignUp(_ context.Context, tx postgres.Tx, token string, now time.Time) (pendingSignUp, error) {
	var p pendingSignUp
	var rows []signUpRow
	hash := keyring.TokenHash(token)
	if err := tx.Gorm.Raw(`delete from sign_up where token_hash = ? and expires_at > ? returning *`, hash, now).Scan(&rows).Error; err != nil {
		return p, err
	}
	if len(rows) == 0 {
		return p, fault.New(fault.Gone, "fault.gone")
	}
	plain, err := s.Ring.Open("sign-up", hash, rows[0].Sealed)
	if err != nil {
		return p, fmt.Errorf("a waiting sign-up: %w", err)
	}
	return p, json.Unmarshal(plain, &p)
}

// create writes the rows of a new person. hash may be empty: somebody who
// came by a sign-in service has no password.
func (s *Service) create(tx postgres.Tx, p pendingSignUp, now time.Time) (uuid.UUID, error) {
	id := postgres.NewID()
	rows := []any{
		&Person{ID: id, CreatedAt: now, Lang: p.Lang, AgeBand: p.Band},
		&Profile{PersonID: id, FullName: p.Name, Country: p.Country, UpdatedAt: now},
		&EmailAddress{PersonID: id, ID: postgres.NewID(), Address: p.Email, IsPrimary: true, VerifiedAt: now},
	}
	if p.Hash != "" {
		rows = append(rows, &passwordRow{PersonID: id, Hash: p.Hash, ChangedAt: now})
	}
	for _, row := range rows {
		if err := tx.Gorm.Create(row).Error; err != nil {
			return id, fmt.Errorf("opening an account: %w", err)
		}
	}
	return id, nil
}

// Open begins an account whose address is proved already: by a sign-in
// service that vouches for it (email_verified), by the staff's import, or by
// the demo. An empty password gives an account without one.
func (s *Service) Open(ctx context.Context, tx postgres.Tx, f SignUp, lang string, band AgeBand) (uuid.UUID, error) {
	email, ok := NormalAddress(f.Email)
	if !ok {
		return uuid.Nil, fault.Invalidate(fault.Field("email", "account.emailBad"))
	}
	p := pendingSignUp{Email: email, Name: strings.TrimSpace(f.Name), Country: f.Country, Lang: lang, Band: band, Topics: f.Topics}
	if f.Password != "" {
		var err error
		if p.Hash, err = s.Hasher.Hash(ctx, f.Password); err != nil {
			return uuid.Nil, err
		}
	}
	now := s.Now()
	id, err := s.create(tx, p, now)
	if err != nil {
		return id, err
	}
	if err := audit.Record(ctx, tx, audit.Entry{At: now, Actor: audit.ByPerson(id), Action: "account.opened", PersonID: id}); err != nil {
		return id, err
	}
	return id, s.Joined(ctx, tx, id, Joining{Topics: p.Topics, Lang: lang, At: now})
}
