package inbound

import "time"

// Outcome is what became of a message that came in.
type Outcome string

// What is done for somebody.
const (
	Unsubscribed Outcome = "unsubscribed" // the topic ends
	Bounced      Outcome = "bounced"      // the address is none, and gets no bulk mail
	Returned     Outcome = "returned"     // the letter has not arrived, for a reason that is not the address's
	Complained   Outcome = "complained"   // the topic ends, and the address gets no bulk mail
)

// What is set aside: nothing changes.
const (
	Delayed   Outcome = "delayed"   // it is still being tried, or has arrived
	Automatic Outcome = "automatic" // an answer that nobody wrote
	Nobody    Outcome = "nobody"    // about a message that is known no more, or somebody who is gone
	Forged    Outcome = "forged"    // what it names is none of ours, or was altered
	Strange   Outcome = "strange"   // for something else, advertising mostly
	Oversized Outcome = "oversized"
	Unread    Outcome = "unread" // no message by any standard
)

// Tally is how many messages came to the same, and when the last did.
type Tally struct {
	Outcome Outcome
	Number  int64
	Last    time.Time
}
