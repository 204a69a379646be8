package mail

import (
	"errors"
	"fmt"
	"time"
)

// Failure is why a message has not gone, as its row has it.
type Failure string

// The kinds of failure. With those about the mail server all mail waits.
const (
	Refused       Failure = "refused"       // this address or message is refused for good (SMTP 5xx)
	Deferred      Failure = "deferred"      // refused for now
	Slowed        Failure = "slowed"        // refused for now, whatever it is: its domain wants less at a time
	Unreachable   Failure = "unreachable"   // no mail server answers
	Misconfigured Failure = "misconfigured" // the mail server does not take this portal's mail: sign-in, sender, relaying, policy
	Restored      Failure = "restored"      // waited in a backup: it may have gone before
	Unreadable    Failure = "unreadable"    // sealed with a key that no portal has had since
	Dropped       Failure = "dropped"       // given up by the staff
	Bounced       Failure = "bounced"       // taken by the mail server, and came back
	Lapsed        Failure = "lapsed"        // likewise, since the mailbox could not take it for the time being
	Declined      Failure = "declined"      // may be stopped, and was before it left
)

// NotSent is an error that says why. What a server answered stands in it by
// step and code alone: its words may name the recipient.
type NotSent struct {
	Kind  Failure
	Final bool // trying again can mend nothing: nobody else was asked
	why   error
}

// Error says it for the log.
func (n NotSent) Error() string { return fmt.Sprintf("mail: %s: %v", n.Kind, n.why) }

// Unwrap is the cause.
func (n NotSent) Unwrap() error { return n.why }

func notSent(err error) NotSent {
	if n, ok := errors.AsType[NotSent](err); ok {
		return n
	}
	return NotSent{Kind: Unreachable, why: err}
}

// all tells whether every message would meet the same.
func (n NotSent) all() bool { return n.Kind == Unreachable || n.Kind == Misconfigured }

const (
	// A relay that has lost its mind for a while says of everybody that they
	// are unknown: only who says it again and again is believed.
	sureTries = 5
	sureAfter = 10 * time.Minute
	// RFC 5321 section 4.5.4.1.
	deferFor   = 5 * 24 * time.Hour
	longest    = 30 * time.Minute
	keepTrying = 30 * 24 * time.Hour // while the fault is not the message's
)

// sure tells whether a refusal for good is believed, after so many tries in
// such a time.
func (n NotSent) sure(tries int, waited time.Duration) bool {
	return n.Final || n.Kind == Refused && tries >= sureTries && waited >= sureAfter
}

// next tells whether a message is given up, or else when it is tried again.
// The last try was the tries-th that was about this message.
func (n NotSent) next(before Failure, tries int, waited time.Duration) (after time.Duration, giveUp bool) {
	switch {
	case n.all():
		return min(max(waited/4, 2*time.Second), 2*time.Minute), waited >= keepTrying
	case n.Kind == Unreadable:
		return longest, waited >= keepTrying
	case n.Final || n.sure(tries, waited) && before == Refused:
		return 0, true
	}
	t := time.Duration(min(tries, 7))
	return min(t*t*t*t*time.Second, longest), waited >= deferFor && tries > sureTries
}
