package retention

import (
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
)

// Outcome is how a run ended.
type Outcome string

// The outcomes of a run; one that is under way has none.
const (
	Done    Outcome = "done"
	Stopped Outcome = "stopped" // the register has no such rule any more, or keeps more, or the clock was put back
)

// Run is one time that a rule took away what is over.
type Run struct {
	ID         uuid.UUID `gorm:"primaryKey"`
	Rule       string    // a category
	Keep       string    // as the register said then
	Before     time.Time // what is older goes
	StartedAt  time.Time
	EndedAt    *time.Time
	Outcome    Outcome
	Rows       int64
	Partitions int64      // of the rows, how many months went whole
	Oldest     *time.Time // of what went
	Place      string     // at what it is
	Resume     string     // where it goes on there
}

// TableName is the table of runs.
func (Run) TableName() string { return "retention_run" }

// Span is how long the rule said then.
func (r Run) Span() register.Span { return spanOf(r.Keep) }

// standing is how long a rule said when it ran last, or was confirmed, and the
// shorter time that waits for that.
type standing struct {
	Rule       string `gorm:"primaryKey"`
	Keep       string
	Waits      string
	Rows       int64
	Partitions int64
	Oldest     *time.Time
	CountedAt  *time.Time
}

// TableName is the table of rules.
func (standing) TableName() string { return "retention_rule" }

// Waiting is a rule that became shorter: it runs when an administrator has
// confirmed it.
type Waiting struct {
	Was, Now register.Span
	record.Due
}

// Rule is a rule of the register, and how it fares.
type Rule struct {
	Category register.Category
	Waiting  *Waiting // nil: it runs
	Sweeps   bool     // it has rows to take away here; else they go with the account, lapse by themselves, or stay
	Last     *Run     // that began last; nil: it never ran
	LastTook *Run     // the last that took anything away
	Next     time.Time
	Overdue  bool // it should have ended long ago
	Chosen   Chosen
}

// Choice is a shorter time for which a person has a category of theirs kept. What is
// older goes once a day.
type Choice struct {
	PersonID uuid.UUID `gorm:"primaryKey"`
	Category string    `gorm:"primaryKey"`
	ID       uuid.UUID
	Keep     string
	ChosenAt time.Time
	Rows     int64      // that went because of it
	SweptAt  *time.Time // when nothing older was left last
	Resume   string
}

// TableName is the table of choices.
func (Choice) TableName() string { return "retention_choice" }

// version tells one choice from the next, and from none.
func (c Choice) version() string { return c.ID.String() }

// Span is how long it is.
func (c Choice) Span() register.Span { return spanOf(c.Keep) }

// Chosen is how many people have a category kept for a shorter time, and how many
// rows went because of that.
type Chosen struct{ People, Rows int64 }
