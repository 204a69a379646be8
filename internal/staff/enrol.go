package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/postgres"
)

const totpPurpose = "staff totp"

// Invitation is what the enrolment page shows.
type Invitation struct {
	Email  string
	Name   string
	Role   Role
	Secret string // for typing in, base32
	KeyURL string // for the QR code
}

// Invitation reads an invitation and changes nothing, however often: mail
// scanners follow links. Gone if it has been used or has lapsed.
func (s *Service) Invitation(ctx context.Context, token string) (Invitation, error) {
	row, err := invited(ctx, s.deps.DB.Gorm(ctx), token, s.deps.Now())
	if err != nil {
		return Invitation{}, err
	}
	secret := secretOf(s.seed(token))
	return Invitation{
		Email: row.Email, Name: row.Name, Role: row.Role,
		Secret: secret, KeyURL: keyURL(s.deps.Issuer, row.Email, secret),
	}, nil
}

// seed is derived from the invitation, so that the page can show it again
// without anything being written down before it is confirmed.
func (s *Service) seed(token string) []byte {
	return s.deps.Ring.Hash(totpPurpose, []byte(token))[:seedSize]
}

// Enrol uses an invitation: it sets the password and, by a code that proves
// that the authenticator was set up, the second factor. The link survives an
// answer that is refused. That code has been used: signing in takes the next.
// Wrong guesses before it count no more.
func (s *Service) Enrol(ctx context.Context, token, password, code string) (Member, error) {
	row, err := invited(ctx, s.deps.DB.Gorm(ctx), token, s.deps.Now())
	if err != nil {
		return Member{}, err
	}
	if err := account.Busy(s.deps.Limits.Allow(ctx, enrolTries, row.ID.String())); err != nil {
		return Member{}, err
	}
	problems := s.deps.Accounts.Weakness("password", password, row.Email, row.Name)
	seed := s.seed(token)
	step, ok, err := matchStep(seed, code, s.deps.Now(), 0)
	if err != nil {
		return Member{}, err
	}
	if !ok {
		problems = append(problems, fault.Field("code", "staff.codeWrong"))
	}
	if len(problems) > 0 {
		return Member{}, fault.Invalidate(problems...)
	}
	if err := s.deps.Limits.Forget(ctx, enrolTries, row.ID.String()); err != nil {
		return Member{}, err
	}
	hash, err := s.deps.Hasher.Hash(ctx, password)
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
	return row.member(), errors.Join(s.deps.Limits.Pardon(ctx, passwordTries, row.ID.String()), s.deps.Limits.Pardon(ctx, codeTries, row.ID.String()))
}

// Limits hold across all processes of the portal.
var (
	passwordTries = limit.Bounds{Name: "staff sign-in", Account: 10, Line: 60, Block: 200, Window: 15 * time.Minute} //nolint:gochecknoglobals // a constant in all but name
	codeTries     = limit.Bounds{Name: "staff code", Account: 5, Line: 60, Block: 200, Window: 15 * time.Minute}     //nolint:gochecknoglobals // a constant in all but name
	enrolTries    = limit.Rule{Name: "staff enrolment", Max: 5, Window: 15 * time.Minute}                            //nolint:gochecknoglobals // a constant in all but name
)
