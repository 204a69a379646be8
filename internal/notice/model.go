package notice

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/document"
)

// State is where a version stands.
type State string

// The states of a version.
const (
	Draft     State = "draft"
	Published State = "published"
	Withdrawn State = "withdrawn"
)

// transitions are all that a state may become; the database refuses any other
// (policy_version_transition).
func transitions() map[State][]State {
	return map[State][]State{Draft: {Published}, Published: {Withdrawn}}
}

// MayBecome tells whether a state may become another.
func (s State) MayBecome(to State) bool { return slices.Contains(transitions()[s], to) }

// Version is the policy as it stands, or will stand, from one day on.
type Version struct {
	ID        string
	State     State
	Effective deadline.Day // of a draft: what its folder proposes
	Changes   document.Text
	Renews    []string // topics of which a yes from before counts no more

	DraftedAt   time.Time
	ReviewedAt  *time.Time
	ReviewedBy  *uuid.UUID
	PublishedAt *time.Time
	PublishedBy *uuid.UUID // nil: found at the first start
	WithdrawnAt *time.Time
	WithdrawnBy *uuid.UUID

	rests map[string]rest
}

// rest is a topic on whose yes something rests, as a version has it.
type rest struct {
	Yes     bool          `json:"yes"` // nothing but a yes allows it
	Wording document.Text `json:"wording"`
}

// Announced tells whether a version has been published and its day has not come.
func (v Version) Announced(today deadline.Day) bool {
	return v.State == Published && v.Effective.After(today)
}

// Asking is a topic of which a new version says something else.
type Asking struct {
	Topic string
	Basis bool // the basis became consent: a yes from before was none, and counts no more
}

// asks are the topics of which a version says something else than the one before.
func (v Version) asks(before Version) (all []Asking) {
	for id, is := range v.rests {
		was, ok := before.rests[id]
		basis := is.Yes && !was.Yes
		if ok && (basis || !maps.Equal(was.Wording, is.Wording)) {
			all = append(all, Asking{id, basis})
		}
	}
	slices.SortFunc(all, func(a, b Asking) int { return strings.Compare(a.Topic, b.Topic) })
	return all
}

// Seen is how somebody came to see a version.
type Seen string

// The ways to see a version.
const (
	AtSignUp     Seen = "sign-up"      // before the account began
	Shown        Seen = "shown"        // opened by somebody signed in
	Acknowledged Seen = "acknowledged" // they said so
)

// News is a version that somebody has not seen.
type News struct {
	ID        string
	Before    string // the version before it
	Effective deadline.Day
}

// Seen tells what a draft says from what it says once it was drafted anew.
func (v Version) Seen() string { return strconv.FormatInt(v.DraftedAt.UnixMicro(), 36) }
