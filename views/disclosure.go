package views

import (
	"time"

	"plusultra.link/privacy/views/text"
)

// LookupsPage shows a person who on the staff looked at their data.
type LookupsPage struct {
	Shell
	Keep    text.Span // how long an entry stays
	Looks   []LookRow
	Privacy string // whom to tell if a reason looks wrong
	Older   string
	Given   []GivenRow // in cases of their own
	Others  []TaskRow  // who was told of what they deleted
}

// LookedAt is what of a person somebody opened: "person", "request".
type LookedAt string

// LookRow is one look. Why speaks to the person; Reason is its name among the
// staff.
type LookRow struct {
	At          time.Time
	Role        StaffRole
	What        LookedAt
	Why, Reason string
	Words       string
}
