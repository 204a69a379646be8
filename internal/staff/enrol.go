package staff

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/security"
)

const (
	totpPurpose  = "staff totp"
	offerPurpose = "staff totp offered"
)

// Invitation is what the enrolment page shows.
type Invitation struct {
	Email  string
	Name   string
	Role   Role
	Secret string // for typing in, base32
	KeyURL string // for the QR code
	Seed   string // the secret, sealed: what Enrol is given back
}

// Enrolment is what somebody invited chose and proved.
type Enrolment struct {
	Password string
	Code     string // of the authenticator
	Seed     string // with which it was set up: Invitation's
}

// Invitation reads an invitation and changes nothing, however often: mail
// scanners follow links. Each reading offers a secret of its own, so that
// whoever reads the link later does not see the one that was set up; seed, of
// an earlier reading, offers that one again. Gone if the invitation has been
// used or has lapsed.
func (s *Service) Invitation(ctx context.Context, token, seed string) (Invitation, error) {
	row, err := invited(ctx, s.deps.DB.Gorm(ctx), token, s.deps.Now())
	if err != nil {
		return Invitation{}, err
	}
	plain, err := s.openSeed(row, seed)
	if err != nil {
		plain = make([]byte, seedSize)
		rand.Read(plain)
		sealed, err := s.deps.Ring.Seal(offerPurpose, row.InviteHash, plain)
		if err != nil {
			return Invitation{}, err
		}
		seed = base64.RawURLEncoding.EncodeToString(sealed)
	}
	secret := secretOf(plain)
	return Invitation{
		Email: row.Email, Name: row.Name, Role: row.Role,
		Secret: secret, KeyURL: keyURL(s.deps.Issuer, row.Email, secret), Seed: seed,
	}, nil
}

// openSeed reads a secret that was offered for this invitation.
func (s *Service) openSeed(row memberRow, seed string) ([]byte, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(seed)
	if err != nil {
		return nil, fmt.Errorf("reading an offered secret: %w", err)
	}
	return s.deps.Ring.Open(offerPurpose, row.InviteHash, sealed)
}

// Enrol uses an invitation: it sets the password and, by a code that proves
// that the authenticator was set up, the second factor. The link survives an
// answer that is refused. That code has been used: signing in takes the next.
// Wrong guesses before it count no more.
func (s *Service) Enrol(ctx context.Context, token string, e Enrolment, from account.Visit) (Member, error) {
	row, err := invited(ctx, s.deps.DB.Gorm(ctx), token, s.deps.Now())
	if err != nil {
		return Member{}, err
	}
	guess, out, err := s.deps.Limits.Guess(ctx, enrolTries, security.Account{Key: row.ID.String()}, limit.Source{Addr: from.IP})
	if err := account.Busy(out, err); err != nil {
		return Member{}, err
	}
	problems := s.deps.Accounts.Weakness("password", e.Password, row.Email, row.Name)
	var step int64
	seed, unread := s.openSeed(row, e.Seed)
	ok := unread == nil
	if ok {
		if step, ok, err = matchStep(seed, e.Code, s.deps.Now(), 0); err != nil {
			return Member{}, err
		}
	}
	if !ok {
		return Member{}, guess.Wrong(ctx, fault.Invalidate(append(problems, fault.Field("code", "staff.codeWrong"))...))
	}
	if len(problems) > 0 {
		return Member{}, fault.Invalidate(problems...)
	}
	if err := guess.Right(ctx); err != nil {
		return Member{}, err
	}
	hash, err := s.deps.Hasher.Hash(ctx, e.Password)
	if err != nil {
		return Member{}, err
	}
	sealed, err := s.deps.Ring.Seal(totpPurpose, row.ID[:], seed)
	if err != nil {
		return Member{}, err
	}
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		now := s.deps.Now()
		invitation := row.InviteHash
		row.PasswordHash, row.SealedTOTP, row.TOTPStep, row.EnrolledAt = hash, sealed, step, &now
		row.InviteHash, row.InviteUntil = nil, nil
		if err := enrol(ctx, tx, row, invitation); err != nil {
			return err
		}
		if err := s.deps.Accounts.EndStaff(ctx, tx, row.ID); err != nil { // of an earlier enrolment
			return fmt.Errorf("signing a member of staff out: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{At: now, Actor: audit.ByStaff(row.ID), Action: "staff.enrolled", Subject: row.ID.String()})
	})
	if err != nil {
		return Member{}, err
	}
	return row.member(), errors.Join(s.deps.Limits.ResetAccount(ctx, passwordTries, row.ID.String()), s.deps.Limits.ResetAccount(ctx, codeTries, row.ID.String()))
}

// Limits hold across all processes of the portal.
var (
	passwordTries = limit.Bounds{Name: "staff sign-in", Account: 10, Line: 60, Block: 200, Window: 15 * time.Minute, Door: security.StaffSignIn} //nolint:gochecknoglobals // a constant in all but name
	codeTries     = limit.Bounds{Name: "staff code", Account: 5, Line: 60, Block: 200, Window: 15 * time.Minute, Door: security.StaffCode}       //nolint:gochecknoglobals // a constant in all but name
	enrolTries    = limit.Bounds{Name: "staff enrolment", Account: 5, Window: 15 * time.Minute, Door: security.Invitation}                       //nolint:gochecknoglobals // a constant in all but name
)
