package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
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
	row, err := s.invited(s.DB.Gorm(ctx), token)
	if err != nil {
		return Invitation{}, err
	}
	secret := secretOf(s.seed(token))
	return Invitation{
		Email: row.Email, Name: row.Name, Role: row.Role,
		Secret: secret, KeyURL: keyURL(s.Issuer, row.Email, secret),
	}, nil
}

func (s *Service) invited(db *gorm.DB, token string) (memberRow, error) {
	var row memberRow
	err := db.Where("invite_hash = ? and invite_until > ? and disabled_at is null", keyring.TokenHash(token), s.Now()).First(&row).Error
	if postgres.IsMissing(err) {
		return row, fault.Wrap(err, fault.Gone, "staff.inviteGone")
	}
	if err != nil {
		return row, fmt.Errorf("reading an invitation: %w", err)
	}
	return row, nil
}

// seed is derived from the invitation, so that the page can show it again
// without anything being written down before it is confirmed.
func (s *Service) seed(token string) []byte {
	return s.Ring.Hash(totpPurpose, []byte(token))[:seedSize]
}

// Enrol uses an invitation: it sets the password and, by a code that proves
// that the authenticator was set up, the second factor. The link survives an
// answer that is refused. That code has been used: signing in takes the next.
// Wrong guesses before it count no more.
func (s *Service) Enrol(ctx context.Context, token, password, code string) (Member, error) {
	row, err := s.invited(s.DB.Gorm(ctx), token)
	if err != nil {
		return Member{}, err
	}
	if err := account.Busy(s.Limits.Allow(ctx, enrolTries, row.ID.String())); err != nil {
		return Member{}, err
	}
	problems := s.Accounts.Weakness("password", password, row.Email, row.Name)
	seed := s.seed(token)
	step, ok, err := matchStep(seed, code, s.Now(), 0)
	if err != nil {
		return Member{}, err
	}
	if !ok {
		problems = append(problems, fault.Field("code", "staff.codeWrong"))
	}
	if len(problems) > 0 {
		return Member{}, fault.Invalidate(problems...)
	}
	if err := s.Limits.Forget(ctx, enrolTries, row.ID.String()); err != nil {
		return Member{}, err
	}
	hash, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return Member{}, err
	}
	sealed, err := s.Ring.Seal(totpPurpose, row.ID[:], seed)
	if err != nil {
		return Member{}, err
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		now := s.Now()
		row.EnrolledAt = &now
		done := tx.Gorm.Model(&memberRow{}).Where("id = ? and invite_hash = ?", row.ID, row.InviteHash).Updates(map[string]any{
			"password_hash": hash, "sealed_totp": sealed, "totp_step": step,
			"invite_hash": nil, "invite_until": nil, "enrolled_at": now,
		})
		if done.Error != nil {
			return fmt.Errorf("enrolling: %w", done.Error)
		}
		if done.RowsAffected == 0 {
			return fault.New(fault.Gone, "staff.inviteGone")
		}
		if err := s.Accounts.EndStaff(ctx, tx, row.ID); err != nil { // of an earlier enrolment
			return fmt.Errorf("signing a member of staff out: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{At: now, Actor: audit.ByStaff(row.ID), Action: "staff.enrolled", Subject: row.ID.String()})
	})
	if err != nil {
		return Member{}, err
	}
	return row.member(), errors.Join(s.Limits.Pardon(ctx, passwordTries, row.ID.String()), s.Limits.Pardon(ctx, codeTries, row.ID.String()))
}

// Limits hold across all processes of the portal.
var (
	passwordTries = limit.Bounds{Name: "staff sign-in", Account: 10, Line: 60, Block: 200, Window: 15 * time.Minute} //nolint:gochecknoglobals // a constant in all but name
	codeTries     = limit.Bounds{Name: "staff code", Account: 5, Line: 60, Block: 200, Window: 15 * time.Minute}     //nolint:gochecknoglobals // a constant in all but name
	enrolTries    = limit.Rule{Name: "staff enrolment", Max: 5, Window: 15 * time.Minute}                            //nolint:gochecknoglobals // a constant in all but name
)
