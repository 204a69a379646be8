package webhook

import (
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/consent"
)

// Webhook is a subscription.
type Webhook struct {
	ID        uuid.UUID `gorm:"primaryKey"`
	Name      string
	URL       string
	Secret    []byte // sealed
	OldSecret []byte // sealed: signs beside the other
	OldUntil  *time.Time
	Cursor    string // behind the last line that was taken, or put aside
	CreatedAt time.Time
	TakenAt   *time.Time // when the last message was
	FailedAt  *time.Time // since when none is
	Failure   Failure
	Status    int // that the receiver answered with
	RemovedAt *time.Time
}

// TableName is the table of subscriptions.
func (Webhook) TableName() string { return "webhook" }

// Place is that of the last line that was taken, or put aside; 0 before the first.
func (w Webhook) Place() int64 {
	c, _ := consent.ParseCursor(w.Cursor) // as it was written
	return c.Position()
}

// Failure is why a message was not taken.
type Failure string

// The failures.
const (
	Answered    Failure = "answered"    // with Status
	Unreachable Failure = "unreachable" // or too slow, or its certificate is not valid
	Inside      Failure = "inside"      // its name leads to an address inside a network
)

// State is what becomes of a message.
type State string

// The states.
const (
	Waiting State = "waiting"
	Dead    State = "dead"
	Again   State = "again"
)

// MayBecome tells whether a message in this state can come to another; the database
// refuses any other (migrations/00004_work.sql).
func (s State) MayBecome(to State) bool {
	switch s {
	case Waiting, Again:
		return to == Dead
	case Dead:
		return to == Again
	}
	return false
}

// Message is some lines of the ledger on their way to a receiver: those behind
// one cursor, up to another.
type Message struct {
	WebhookID uuid.UUID `gorm:"primaryKey"`
	ID        uuid.UUID `gorm:"primaryKey"`
	State     State
	After     string
	UpTo      string `gorm:"column:up_to"`
	Lines     int
	MadeAt    time.Time
	Tries     int // that were refused, or found nobody
	Refused   int // of these, refused
	Failure   Failure
	Status    int
}

// TableName is the table of messages.
func (Message) TableName() string { return "webhook_message" }
