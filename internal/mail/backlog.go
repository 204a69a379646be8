package mail

import (
	"time"

	"plusultra.link/privacy/internal/postgres"
)

// Backlog is the mail that has not gone, and that will not go.
type Backlog struct {
	Waiting *postgres.Tally
	NoKey   *postgres.Tally // of those that wait: no key of this portal opens them
	Delayed *[]Trouble      // of those that wait: a try has failed
	Failed  *[]Trouble      // given up

	Signature Signature // on all of it
}

// Trouble is how much mail has not gone for one reason.
type Trouble struct {
	Why    Failure
	Number int64
	At     time.Time // what waits: when the first was written; what was given up: the last time
}

// ReadBacklog adds what an operator is told of mail, with what was given up
// since then. Each number stops at CountedTo + 1.
func (s *Service) ReadBacklog(r *postgres.Reads, since time.Time) Backlog {
	return Backlog{Waiting: readWaiting(r), NoKey: readNoKey(r, s.deps.Ring.OpensWith()), Delayed: readDelayed(r), Failed: readFailed(r, since), Signature: s.deps.Signature}
}
