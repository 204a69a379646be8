package mail

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// bouncePurpose signs the number of a message, which stands in its Message-ID and
// in the address that it comes back to.
const bouncePurpose = "mail bounce"

func (s *Service) token(id uuid.UUID) string { return s.deps.Ring.Sign(bouncePurpose, id[:]) }

// ReadBounce gives the message whose token this is. NotFound if it is none of
// ours; a key that leaked vouches for none.
func (s *Service) ReadBounce(token string) (uuid.UUID, error) {
	payload, err := s.deps.Ring.Verify(bouncePurpose, token)
	if err != nil {
		return uuid.Nil, fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	id, err := uuid.FromBytes(payload)
	if err != nil {
		return uuid.Nil, fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	return id, nil
}

// Gone is a message that the mail server took.
type Gone struct {
	Person  uuid.UUID // whose it is; uuid.Nil: of nobody with an account
	Address string    // empty where Person is
	Topic   string
	At      time.Time // when it went
}

// Find gives a message that went. NotFound if there is none any more.
func (s *Service) Find(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Gone, error) {
	return findGone(ctx, tx.PGX, id)
}

// ComeBack notes that a message has not arrived, and is false if that was known.
func (s *Service) ComeBack(ctx context.Context, tx postgres.Tx, id uuid.UUID, g Gone) (bool, error) {
	return setBounced(ctx, tx.PGX, id, domainOf(g.Address), s.deps.Now())
}

// Unknown tells whether an answer for good is about the address, which then is
// none: by its code of three digits, or the second one that says more (RFC 3463).
func Unknown(code int, more string) bool {
	switch {
	case more == "5.1.7", more == "5.1.8": // the sender's address
		return false
	case strings.HasPrefix(more, "5.1."), more == "5.2.1", more == "5.6.7":
		return true
	}
	return more == "" && (code == 550 || code == 551 || code == 553 || code == 556 || code == 501)
}
