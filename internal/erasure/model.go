package erasure

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/register"
)

// State is how far an erasure has come.
type State string

// The states; see the drawing in doc.go.
const (
	Grace     State = "grace"
	Running   State = "running"
	Done      State = "done"
	Cancelled State = "cancelled"
	Refused   State = "refused"
)

// States are all of them.
func States() []State { return []State{Grace, Running, Done, Cancelled, Refused} }

// transitions are all that a state may become; the database refuses any other
// (migrations/00004_work.sql).
func transitions() map[State][]State {
	return map[State][]State{Grace: {Running, Cancelled, Refused}, Running: {Done}}
}

// MayBecome tells whether an erasure in this state can come to another.
func (s State) MayBecome(to State) bool { return slices.Contains(transitions()[s], to) }

// UnderWay tells whether there is still something to do.
func (s State) UnderWay() bool { return len(transitions()[s]) > 0 }

func underWay() []State {
	return slices.DeleteFunc(States(), func(s State) bool { return !s.UnderWay() })
}

// Erasure is one person's leaving.
type Erasure struct {
	PersonID   uuid.UUID `gorm:"primaryKey"`
	ID         uuid.UUID `gorm:"primaryKey"`
	State      State
	AskedAt    time.Time
	RunsAt     time.Time
	StartedAt  *time.Time
	FinishedAt *time.Time
	Sealed     []byte // the address for the receipt: wiped when it has gone
	Lang       string
	Unrevoked  bool       // a sign-in service could not be told
	Receipt    string     // signed; names nobody
	Waits      bool       // a legal hold keeps it from beginning
	ReleasesAt *time.Time // when the next of what is kept goes; nil: nothing waits for a date
}

// TableName is the table of erasures.
func (Erasure) TableName() string { return "erasure" }

// Step is what an erasure does to one category.
type Step struct {
	PersonID  uuid.UUID `gorm:"primaryKey"`
	ErasureID uuid.UUID `gorm:"primaryKey"`
	Position  int       `gorm:"primaryKey"`
	Category  string
	Action    register.Action
	RowsDue   int64 // when it began
	RowsDone  int64
	KeepUntil *time.Time // of what is kept; nil has no end date
	Source    string     // which it is at, of the category's
	Resume    string     // where it goes on there; empty is the beginning
	DoneAt    *time.Time
	// ReleasedAt is when what was kept went; nil while it is, and where single
	// rows go by their own time (internal/retention).
	ReleasedAt *time.Time
}

// TableName is the table of steps.
func (Step) TableName() string { return "erasure_step" }

// Part is what somebody has deleted of a category while their account stays: what
// is from Since on, and before Until. It begins at once: nothing else of theirs
// changes, and they prove who they are first.
type Part struct {
	PersonID   uuid.UUID `gorm:"primaryKey"`
	ID         uuid.UUID `gorm:"primaryKey"`
	Category   string
	Since      *time.Time // nil: from the beginning
	Until      time.Time
	AskedAt    time.Time
	FinishedAt *time.Time
	RowsDue    int64
	RowsDone   int64
	Resume     string
	Receipt    string     // signed, once it is finished; names nobody
	Waits      bool       // a legal hold keeps it from going on
	Refuses    *bool      // late rows; nil: none can come any more
	Told       bool       // the person has been written to
	RequestID  *uuid.UUID // by which staff began it; nil: the person did
}

// TableName is the table of parts.
func (Part) TableName() string { return "erasure_part" }
