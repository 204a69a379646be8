package breach

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Term is how long there is to tell the supervisory authority (GDPR art. 33(1)).
const Term = 72 * time.Hour

// State is where a breach stands with the supervisory authority.
type State string

// The states of a breach.
const (
	Open   State = "open"
	Told   State = "told"   // the authority was told
	Closed State = "closed" // it need not be
)

// MayBecome tells whether a state may become another; the database refuses any other
// step (breach_transition).
func (s State) MayBecome(to State) bool {
	return slices.Contains(map[State][]State{Open: {Told, Closed}, Closed: {Open}}[s], to)
}

// Facts are what is known of a breach so far.
type Facts struct {
	Nature       string   // what happened
	Categories   []string // of the register; none: it is not known yet
	People       *int64   // about how many; nil: it is not known yet
	Consequences string
	Measures     string
	HighRisk     bool // to people's rights and freedoms: they are told, too (art. 34(1))
}

// Breach is one breach of personal data.
type Breach struct {
	Facts
	ID        uuid.UUID
	State     State
	FoundAt   time.Time // from here the clock runs
	Version   int       // how often the facts were written
	NotedBy   uuid.UUID // of the staff
	NotedAt   time.Time
	ToldAt    *time.Time
	Reference string // the authority's, or how it was told
	Late      string // why it was told later than it should have been
	ClosedAt  *time.Time
	Reason    string // why it need not be told
}

// Due is when the authority has to know of it.
func (b Breach) Due() time.Time { return b.FoundAt.Add(Term) }
