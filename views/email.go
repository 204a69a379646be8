package views

import (
	"time"

	"plusultra.link/privacy/views/ui"
)

// EmailPage is what we may write to somebody about, topic by topic.
type EmailPage struct {
	Shell
	Address  string
	Topics   []EmailTopic
	Locked   []EmailTopic
	Barred   []string      // names of those that a parent or guardian has to agree to first
	AllOff   bool          // everything that can be off is
	Events   []EmailEvent  // those that were about everything
	Stopped  *EmailStopped // nil: the mailbox has stopped nothing
	Problems ui.Problems
}

// EmailStopped is mail that the reader's own mailbox has stopped.
type EmailStopped struct {
	Complained bool // it took a message for spam; else it took none
	At         time.Time
	Topics     []string // names of what nobody else stopped
}

// EmailTopic is one of them. About says what it is or, if it is locked, why.
type EmailTopic struct {
	ID     string
	Name   string
	About  string
	On     bool
	Seen   string    // the topic and the version of how it stands, for the form to say
	Since  time.Time // it stands as it does; zero: nobody has said anything
	How    Channel   // by what
	Events []EmailEvent
}

// Channel is the way by which a yes or a no came: see the messages
// email.how.
type Channel string

// SuppressedChannel is the way of an address that must not be written to again.
const SuppressedChannel Channel = "suppressed"

// EmailEvent is one line of the ledger.
type EmailEvent struct {
	At      time.Time
	Yes     bool
	How     Channel
	Wording string // the words that were read; a no by a link has none
	Lang    string // of the words
	Receipt string // where its receipt is; empty if there is none for this reader
}
