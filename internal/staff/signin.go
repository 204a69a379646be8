package staff

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// StepLife is how long one may take from the password to the code.
const StepLife = 5 * time.Minute

const stepPurpose = "staff sign-in step"

// SignIn is the first step: address and password. It gives a signed token for
// the second, worth nothing by itself. Whatever is wrong, the answer and the
// work are the same. TooMany as at the door of people: account.Service.SignIn.
func (s *Service) SignIn(ctx context.Context, email, password string, from account.Visit) (string, error) {
	at, _ := address.Parse(email) // none is an address that no member has
	row, err := gorm.G[memberRow](s.DB.Gorm(ctx)).
		Where("email = ? and enrolled_at is not null and disabled_at is null", at.String()).First(ctx)
	if err != nil && !postgres.IsMissing(err) {
		return "", fmt.Errorf("reading a member of staff: %w", err)
	}
	counted := at.String()
	if row.ID != uuid.Nil {
		counted = row.ID.String()
	}
	guess, out, err := s.Limits.Guess(ctx, passwordTries, counted, s.Accounts.Source(from, row.owner()))
	if err := account.Busy(out, err); err != nil {
		return "", err
	}
	ok, err := s.Hasher.Match(ctx, row.PasswordHash, password)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", guess.Wrong(ctx, fault.Invalidate(fault.Field("email", "staff.signInWrong")))
	}
	if err := guess.Right(ctx); err != nil {
		return "", err
	}
	until := s.Now().Add(StepLife).Unix()
	payload := binary.BigEndian.AppendUint64(append([]byte{}, row.ID[:]...), uint64(until)) //nolint:gosec // after 1970
	return s.Ring.Sign(stepPurpose, payload), nil
}

// Code is the second step: a code of the authenticator. It gives the token of
// a new session; old, the token that the browser came with, dies. A code works
// once. Gone if the first step is too long ago; TooMany after five codes
// within a quarter of an hour.
func (s *Service) Code(ctx context.Context, step, code string, from account.Visit, old string) (string, error) {
	id, err := s.stepOf(step)
	if err != nil {
		return "", err
	}
	row, err := gorm.G[memberRow](s.DB.Gorm(ctx)).
		Where("id = ? and enrolled_at is not null and disabled_at is null", id).First(ctx)
	if postgres.IsMissing(err) {
		return "", fault.Wrap(err, fault.Gone, "staff.stepGone")
	}
	if err != nil {
		return "", fmt.Errorf("reading a member of staff: %w", err)
	}
	guess, out, err := s.Limits.Guess(ctx, codeTries, id.String(), s.Accounts.Source(from, row.owner()))
	if err := account.Busy(out, err); err != nil {
		return "", err
	}
	if err := s.useCode(ctx, row, code); err != nil {
		if fault.Is(err, fault.Invalid) {
			err = guess.Wrong(ctx, err)
		}
		return "", err
	}
	if err := guess.Right(ctx); err != nil {
		return "", err
	}
	return s.Accounts.StartSession(ctx, account.SessionOwner{Staff: id}, from, old)
}

// Awaits tells whether a first step still waits for its code. Gone if not.
func (s *Service) Awaits(step string) error {
	_, err := s.stepOf(step)
	return err
}

func (s *Service) stepOf(step string) (uuid.UUID, error) {
	payload, err := s.Ring.Verify(stepPurpose, step)
	if err != nil {
		return uuid.Nil, fault.Wrap(err, fault.Gone, "staff.stepGone")
	}
	if len(payload) != 24 || int64(binary.BigEndian.Uint64(payload[16:])) <= s.Now().Unix() { //nolint:gosec // written by us
		return uuid.Nil, fault.New(fault.Gone, "staff.stepGone")
	}
	return uuid.UUID(payload[:16]), nil
}

// useCode burns a code: of two browsers with the same one, one gets in.
func (s *Service) useCode(ctx context.Context, row memberRow, code string) error {
	seed, err := s.Ring.Open(totpPurpose, row.ID[:], row.SealedTOTP)
	if err != nil {
		return fmt.Errorf("opening the second factor of a member of staff: %w", err)
	}
	step, ok, err := matchStep(seed, code, s.Now(), row.TOTPStep)
	if err != nil {
		return err
	}
	wrong := fault.Invalidate(fault.Field("code", "staff.codeWrong"))
	if !ok {
		return wrong
	}
	return s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		burnt := tx.Gorm.Model(&memberRow{}).Where("id = ? and totp_step < ?", row.ID, step).Update("totp_step", step)
		if burnt.Error != nil {
			return fmt.Errorf("using a code: %w", burnt.Error)
		}
		if burnt.RowsAffected == 0 {
			return wrong
		}
		return nil
	})
}
