package task

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Act is what somebody is told of, or Asked.
type Act string

// The acts.
const (
	Corrected  Act = "corrected"
	Restricted Act = "restricted"
	Allowed    Act = "allowed" // what was restricted may be used again
	Erased     Act = "erased"
	Asked      Act = "asked" // by staff, in words
)

// State is how far a task has come; see the drawing in doc.go.
type State string

// The states.
const (
	Open     State = "open" // nobody has been written to: it is done by hand
	Told     State = "told"
	Answered State = "answered"
	Failed   State = "failed"  // the letter came back, or nobody answered in time
	Skipped  State = "skipped" // it is impossible, or the effort out of proportion: GDPR art. 19
)

// transitions are all that a state may become; the database refuses any other.
func transitions() map[State][]State {
	return map[State][]State{Open: {Told, Skipped}, Told: {Answered, Failed, Skipped}, Failed: {Told, Answered, Skipped}}
}

// MayBecome tells whether a task in this state can come to another.
func (s State) MayBecome(to State) bool { return slices.Contains(transitions()[s], to) }

// Over tells whether nobody is waited for any more.
func (s State) Over() bool { return s != Open && s != Told }

// Outcome is what was answered.
type Outcome string

// The outcomes.
const (
	Complied Outcome = "complied"
	Nothing  Outcome = "nothing" // they hold nothing of it
	Declined Outcome = "declined"
)

// Outcomes are all of them.
func Outcomes() []Outcome { return []Outcome{Complied, Nothing, Declined} }

// Task is one thing that somebody else is told of or asked for.
type Task struct {
	PersonID  uuid.UUID  `gorm:"primaryKey"`
	ID        uuid.UUID  `gorm:"primaryKey"`
	RequestID *uuid.UUID // nil: it follows from what the person did without asking anybody
	At        time.Time
	Act       Act
	Recipient string   // of the register; "" for whoever staff ask
	Address   string   // that was written to; "" for nobody's
	Lang      string   // in which
	About     []string `gorm:"serializer:json"` // categories of the register; none: all there is
	Words     string   // what staff ask
	State     State
	DueAt     time.Time // by when an answer is wanted
	Reminded  int16     // how often
	ToldAt    *time.Time
	EndedAt   *time.Time
	Outcome   Outcome
	Answer    string // in words: of who was asked, or of staff, why it was skipped or how it was told
	Sealed    []byte // a subject, until it is over
}

// TableName is the table of tasks.
func (Task) TableName() string { return "task" }

// Late tells whether an answer should have come.
func (t Task) Late(now time.Time) bool { return !t.State.Over() && now.After(t.DueAt) }

// Subject is whom and what a task is about, as whoever has it needs to know.
type Subject struct {
	Name    string
	Address string
	Changes []Change
}

// Change is one field that was corrected.
type Change struct {
	Category string // of the register
	Field    string // of the category
	Was, Now string
}
