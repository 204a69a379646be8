package consent

import (
	"strconv"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/register"
)

// All stands for every topic of mail, those that are thought of later too.
const All = "*"

// Channel is how something was said.
type Channel string

// The channels.
const (
	SignUp      Channel = "sign-up"
	Preferences Channel = "preferences"
	Undo        Channel = "undo"
	Beside      Channel = "beside-data"      // beside the purpose that rests on it, where somebody read of it
	Mailed      Channel = "mailed-link"      // the page behind a link that the person had mailed to them
	Signal      Channel = "signal"           // a browser's own no: Global Privacy Control, Do Not Track
	Despite     Channel = "despite-signal"   // the person's yes, in a browser that says no and knowing so
	OneClick    Channel = "one-click"        // the mailbox's own button (RFC 8058)
	Page        Channel = "unsubscribe-page" // the page behind a message's link
	Mailto      Channel = "mailto"           // a message to the address that stands beside the button's (RFC 2369)
	Complaint   Channel = "complaint"        // taken for spam, as their mailbox says (RFC 5965)
	Guardian    Channel = "guardian"         // a parent's or guardian's, behind the link that was mailed to them
	Staff       Channel = "staff"
	Erasing     Channel = "erasure"     // the person is being erased
	NewWording  Channel = "new-wording" // a yes to other words than the policy has now: it counts no more, and is asked again
	Suppressed  Channel = "suppressed"  // nothing was said, but the address is on the suppression list
)

// Imported is what another system said. No line of ours is written by it yet.
const Imported Channel = "import"

// ownWord tells whether a yes by this channel came from the person, and so
// counts for more than an older suppression of their address.
func (c Channel) ownWord() bool {
	return c == SignUp || c == Preferences || c == Undo || c == Mailed || c == Despite || c == Guardian
}

// Event is one line of the ledger: who, what, when, how, on which wording.
type Event struct {
	PersonID uuid.UUID `gorm:"primaryKey"`
	ID       uuid.UUID `gorm:"primaryKey"`
	At       time.Time
	Topic    string // All for every topic
	Given    bool
	Channel  Channel
	Wording  string // the topic's text as it was shown; empty where none was
	Lang     string
}

// TableName is the ledger's table.
func (Event) TableName() string { return "consent_event" }

// Preference is how a person stands to one topic now.
type Preference struct {
	Topic   register.Topic
	On      bool
	Since   time.Time // zero if nothing was ever said: it is as it is for everybody
	Channel Channel   // empty if nothing was ever said
	// Barred tells that the person is too young to say yes to it alone, and nobody
	// who may has agreed: it is off, whatever was said.
	Barred bool
}

// Version tells two states of a topic apart: it changes whenever something is
// said about it.
func (p Preference) Version() string {
	state := "off"
	if p.On {
		state = "on"
	}
	if p.Since.IsZero() {
		return state
	}
	return state + strconv.FormatInt(p.Since.UnixMicro(), 36)
}

// State is what the ledger comes to for a topic: its last line.
type State struct {
	PersonID uuid.UUID
	Topic    string
	Given    bool
	At       time.Time
	Channel  Channel
}

// TableName is the table of what it all comes to.
func (State) TableName() string { return "consent_state" }

// The reasons of a suppression.
const (
	unsubscribed = "unsubscribed"
	imported     = "imported"
	erased       = "erased"
	// Bounced and Complained say that mail went to no mailbox, or to one that took it
	// for spam.
	Bounced    Reason = "bounced"
	Complained Reason = "complained"
)

// Reason is why an address gets no bulk mail, where its mailbox said so.
type Reason string

type suppressionRow struct {
	Topic  string
	At     time.Time
	Reason string
}
