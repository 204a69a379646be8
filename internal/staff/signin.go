package staff

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/security"
)

// StepLife is how long one may take from the password to the code.
const StepLife = 5 * time.Minute

const stepPurpose = "staff sign-in step"

// SignIn is the first step: address and password. It gives a signed token for
// the second, worth nothing by itself. Whatever is wrong, the answer and the
// work are the same. TooMany as at the door of people: account.Service.SignIn.
func (s *Service) SignIn(ctx context.Context, email, password string, from account.Visit) (string, error) {
	at, _ := address.Parse(email) // none is an address that no member has
	row, there, err := byAddress(ctx, s.deps.DB.Gorm(ctx), at.String())
	if err != nil {
		return "", err
	}
	counted := security.Account{Key: at.String()}
	if there {
		counted.Key = row.ID.String()
	}
	guess, out, err := s.deps.Limits.Guess(ctx, passwordTries, counted, s.deps.Accounts.Source(from, row.owner()))
	if err := account.Busy(out, err); err != nil {
		return "", err
	}
	ok, err := s.deps.Hasher.Match(ctx, row.PasswordHash, password)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", guess.Wrong(ctx, fault.Invalidate(fault.Field("email", "staff.signInWrong")))
	}
	if err := guess.Right(ctx); err != nil {
		return "", err
	}
	until := s.deps.Now().Add(StepLife).Unix()
	payload := binary.BigEndian.AppendUint64(append([]byte{}, row.ID[:]...), uint64(until)) //nolint:gosec // after 1970
	return s.deps.Ring.Sign(stepPurpose, payload), nil
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
	return s.byCode(ctx, id, code, from, old)
}

// Prove gives a member of staff who is signed in a new session for their old one,
// by a code of their authenticator: they are there now. TooMany as for Code.
func (s *Service) Prove(ctx context.Context, id uuid.UUID, code string, from account.Visit, old string) (string, error) {
	return s.byCode(ctx, id, code, from, old)
}

func (s *Service) byCode(ctx context.Context, id uuid.UUID, code string, from account.Visit, old string) (string, error) {
	row, there, err := byID(ctx, s.deps.DB.Gorm(ctx), id)
	if err == nil && !there {
		err = fault.New(fault.Gone, "staff.stepGone")
	}
	if err != nil {
		return "", err
	}
	guess, out, err := s.deps.Limits.Guess(ctx, codeTries, security.Account{Key: id.String()}, s.deps.Accounts.Source(from, row.owner()))
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
	return s.deps.Accounts.StartSession(ctx, account.SessionOwner{Staff: id}, from, old)
}

// Awaits tells whether a first step still waits for its code. Gone if not.
func (s *Service) Awaits(step string) error {
	_, err := s.stepOf(step)
	return err
}

func (s *Service) stepOf(step string) (uuid.UUID, error) {
	payload, err := s.deps.Ring.Verify(stepPurpose, step)
	if err != nil {
		return uuid.Nil, fault.Wrap(err, fault.Gone, "staff.stepGone")
	}
	if len(payload) != 24 || int64(binary.BigEndian.Uint64(payload[16:])) <= s.deps.Now().Unix() { //nolint:gosec // written by us
		return uuid.Nil, fault.New(fault.Gone, "staff.stepGone")
	}
	return uuid.UUID(payload[:16]), nil
}

// useCode burns a code: of two browsers with the same one, one gets in.
func (s *Service) useCode(ctx context.Context, row memberRow, code string) error {
	wrong := fault.Invalidate(fault.Field("code", "staff.codeWrong"))
	if len(row.SealedTOTP) == 0 { // without an authenticator no code is right
		return wrong
	}
	seed, err := s.deps.Ring.Open(totpPurpose, row.ID[:], row.SealedTOTP)
	if err != nil {
		return fmt.Errorf("opening the second factor of a member of staff: %w", err)
	}
	step, ok, err := matchStep(seed, code, s.deps.Now(), row.TOTPStep)
	if err != nil {
		return err
	}
	if !ok {
		return wrong
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		burnt, err := useStep(ctx, tx, row.ID, step)
		if err == nil && !burnt {
			err = wrong
		}
		return err
	})
}
