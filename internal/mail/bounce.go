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

// ComeBack notes that a message has not arrived, Bounced or Lapsed, and is false if
// that was known.
func (s *Service) ComeBack(ctx context.Context, tx postgres.Tx, id uuid.UUID, g Gone, why Failure) (bool, error) {
	return setBounced(ctx, tx.PGX, id, domainOf(g.Address), why, s.deps.Now())
}

// When a mailbox that could not take mail for the time being is taken for none. The
// number and the span are this portal's: each of these letters was tried for days by
// the mail server (RFC 5321, 4.5.4.1) before it lapsed, so three of them, of which the
// last went three days or more after the first, are no night's outage.
const (
	lapsesMost  = 3
	lapsesSpan  = 3 * 24 * time.Hour
	lapsesSince = 90 * 24 * time.Hour // an older letter says nothing any more
	arrivedBy   = deferFor            // what has not come back by then has arrived, as far as can be known
)

// Deaf tells whether letters to somebody's address have lapsed so often, and none
// between them has arrived, that it is to get no more bulk mail; and since when.
func (s *Service) Deaf(ctx context.Context, tx postgres.Tx, g Gone) (since time.Time, deaf bool, err error) {
	now := s.deps.Now()
	letters, err := lastGone(ctx, tx.PGX, g, now.Add(-lapsesSince))
	if err != nil {
		return since, false, err
	}
	since, deaf = deafSince(letters, now)
	return since, deaf, nil
}

// deafSince is Deaf of letters, the latest first.
func deafSince(letters []wentOff, now time.Time) (since time.Time, deaf bool) {
	lapsed := 0
	for _, l := range letters {
		switch {
		case l.Failure == Lapsed:
			if lapsed == 0 {
				since = l.At
			}
			if lapsed++; lapsed >= lapsesMost && since.Sub(l.At) >= lapsesSpan {
				return since, true
			}
		case l.Failure == "" && now.Sub(l.At) >= arrivedBy:
			return time.Time{}, false
		}
	}
	return time.Time{}, false
}

// Lapses tells whether an answer is about the mailbox as it is for the time being:
// full, or not reached in time (RFC 3463: 4.x.x, x.2.2), and neither about a policy
// nor about the message.
func Lapses(code int, more string) bool {
	if strings.HasPrefix(more, "4.") {
		return !strings.HasPrefix(more, "4.7.") && !strings.HasPrefix(more, "4.6.")
	}
	return more == "5.2.2" || more == "" && (code == 552 || code >= 400 && code < 500)
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
