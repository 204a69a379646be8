package account

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/limit"
	outbox "plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/security"
)

// CodeLife is for how long a mailed code counts.
const CodeLife = 10 * time.Minute

var (
	codesTo   = limit.Rule{Name: "code to person", Max: 5, Window: time.Hour}                                      //nolint:gochecknoglobals // a constant in all but name
	codeTries = limit.Bounds{Name: "mailed code", Account: 5, Window: 15 * time.Minute, Door: security.MailedCode} //nolint:gochecknoglobals // a constant in all but name
)

// AskCode mails a code by which somebody signed in, who has no password, can
// prove who they are: in their session alone, once, for ten minutes. An earlier
// one dies. NotFound for somebody with a password, which proves more; TooMany
// after five codes within an hour.
func (s *Service) AskCode(ctx context.Context, person, session uuid.UUID) error {
	if err := s.codeless(ctx, person); err != nil {
		return err
	}
	if err := s.allow(ctx, codesTo, person.String()); err != nil {
		return err
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return fmt.Errorf("drawing a code: %w", err)
	}
	code := fmt.Sprintf("%06d", n)
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := Hold(ctx, tx, person); err != nil { // two at once leave one code
			return err
		}
		to, err := s.RecipientIn(ctx, tx, person)
		if err != nil {
			return err
		}
		if err := deleteCodes(ctx, tx, person); err != nil {
			return err
		}
		row := emailProofRow{
			TokenHash: s.codeHashes(session, code)[0], PersonID: person, Purpose: forConfirm, Address: to.Address, ExpiresAt: s.deps.Now().Add(CodeLife),
		}
		if err := insertProof(ctx, tx, row); err != nil {
			return err
		}
		return s.deps.Mail.Post(ctx, tx, to, outbox.Message{Kind: "confirmCode", Topic: "security-notices", Secrets: map[string]string{"Code": code}})
	})
}

// ProveByCode checks a mailed code and gives the session a new token that is
// fresh (step-up). TooMany after five tries within a quarter of an hour.
func (s *Service) ProveByCode(ctx context.Context, person, session uuid.UUID, code, token string, from Visit) (string, error) {
	if err := s.codeless(ctx, person); err != nil {
		return "", err
	}
	guess, out, err := s.deps.Limits.Guess(ctx, codeTries, security.OfPerson(person), limit.Source{Addr: from.IP})
	if err := Busy(out, err); err != nil {
		return "", err
	}
	var fresh string
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := Share(ctx, tx, person); err != nil {
			return err
		}
		used, err := useCode(ctx, tx, person, s.codeHashes(session, code), s.deps.Now())
		if err != nil {
			return err
		}
		if !used {
			return fault.Invalidate(fault.Field("code", "account.codeWrong"))
		}
		fresh, err = s.renew(ctx, tx, token)
		return err
	})
	if fault.Is(err, fault.Invalid) {
		err = guess.Wrong(ctx, err)
	}
	if err != nil {
		return "", err
	}
	return fresh, guess.Right(ctx)
}

func (s *Service) codeless(ctx context.Context, person uuid.UUID) error {
	has, err := s.HasPassword(ctx, person)
	if err == nil && has {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	return err
}

// codeHashes are keyed, for a million codes are soon tried, and the session's
// own; by each key of the ring, for another portal may have mailed it.
func (s *Service) codeHashes(session uuid.UUID, code string) [][]byte {
	return s.deps.Ring.Hashes("mailed code", append(session[:], input.Code(code)...))
}
