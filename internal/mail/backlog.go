package mail

import (
	"time"

	"plusultra.link/privacy/internal/postgres"
)

// CountedTo is where counting stops: beyond it there are "more than".
const CountedTo = 1000

// Backlog is the mail that has not gone, and that will not go.
type Backlog struct {
	Waiting *postgres.Tally
	NoKey   *postgres.Tally // of those that wait: no key of this portal opens them
	Failed  *[]Failed
}

// Failed is how much mail was given up for one reason.
type Failed struct {
	Why    Why
	Number int64
	Last   time.Time
}

// Why a message was given up.
type Why string

// The reasons; Otherwise is one of another release.
const (
	Rejected   Why = "rejected"
	Unreadable Why = "unreadable"
	NotTaken   Why = "not-taken"
	Otherwise  Why = "otherwise"
)

// why reads what stands in a row's failure.
func why(failure string) Why {
	switch failure {
	case rejectedForGood:
		return Rejected
	case unreadable:
		return Unreadable
	case notTaken:
		return NotTaken
	}
	return Otherwise
}

// ReadBacklog adds what an operator is told of mail, with what was given up
// since then. Each number stops at CountedTo + 1.
func (s *Service) ReadBacklog(r *postgres.Reads, since time.Time) Backlog {
	return Backlog{Waiting: readWaiting(r), NoKey: readNoKey(r, s.deps.Ring.OpensWith()), Failed: readFailed(r, since)}
}
