package mail

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// Stuck is mail to one domain that has been tried in vain for one reason, or
// that was given up.
type Stuck struct {
	Domain string
	Why    Failure
	Number int64
	First  time.Time // when the longest waiting was written; when the last was given up
	Next   time.Time // when one is tried next; zero for what was given up
}

// StuckLetter is one message of it. Whom it goes to by name and address is on
// the page of the person, for whom that is to be known.
type StuckLetter struct {
	Owner, ID uuid.UUID
	Kind      string
	Queued    time.Time
	Next      time.Time
	Tries     int
}

// Desk is what the staff are told of mail that does not go.
type Desk struct {
	Waiting *[]Stuck // the longest waiting first
	GivenUp *[]Stuck // the latest first
	Slowed  *[]Slow
}

// Slow is a domain that asked for less, and is sent nothing till then.
type Slow struct {
	Domain string
	Until  time.Time
}

const (
	deskGroups  = 200
	deskLetters = 100
)

// ReadDesk adds what does not go, and what was given up since then.
func (s *Service) ReadDesk(r *postgres.Reads, since time.Time) Desk {
	return Desk{Waiting: readStuck(r, deskGroups), GivenUp: readGivenUp(r, since, deskGroups), Slowed: readSlow(r, s.deps.Now(), deskGroups)}
}

// Which letters are meant: all that wait for a domain for a reason, or with an
// id one of them.
type Which struct {
	Domain    string
	Why       Failure
	Owner, ID uuid.UUID
}

// ReadStuck adds the letters that are meant, the longest waiting first, at most
// a hundred.
func (*Service) ReadStuck(r *postgres.Reads, w Which) *[]StuckLetter {
	return readLetters(r, w, deskLetters)
}

// Retry has the letters that are meant tried again now, and forgets that their
// domain asked for less. It tells how many; Conflict if none waits any more.
func (s *Service) Retry(ctx context.Context, tx postgres.Tx, w Which) (int64, error) {
	n, err := retry(ctx, tx.PGX, w, s.deps.Now())
	if err == nil && n == 0 {
		return 0, fault.New(fault.Conflict, "operation.mailGone")
	}
	if err != nil {
		return 0, err
	}
	return n, s.deps.Plans.Call(ctx, tx, kind)
}

// Drop gives up the letters that are meant: they are wiped, and shown as given up
// by the staff. One that is being sent at this moment goes. It tells how many;
// Conflict if none waits any more.
func (s *Service) Drop(ctx context.Context, tx postgres.Tx, w Which) (int64, error) {
	n, err := drop(ctx, tx.PGX, w, s.deps.Now())
	if err == nil && n == 0 {
		return 0, fault.New(fault.Conflict, "operation.mailGone")
	}
	return n, err
}
