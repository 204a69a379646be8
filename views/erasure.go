package views

import (
	"time"

	"plusultra.link/privacy/views/ui"
)

// ErasurePage shows what an erasure would do, before it is asked for.
type ErasurePage struct {
	Shell
	Goes, Anonymised, Stays []ErasureLine
	Runs                    time.Time
	Problems                ui.Problems
}

// ErasureLine is what happens to one category.
type ErasureLine struct {
	Name     string
	Rows     int64
	Until    time.Time // of what stays; zero: without end
	Why, Law string
	Warning  string // what an erasure here can't reach
}

// ErasureScheduledPage is an erasure in its grace period.
type ErasureScheduledPage struct {
	Shell
	Asked, Runs time.Time
	CancelTo    string
}

// ErasureRunningPage is an erasure at work; its reader is signed out.
type ErasureRunningPage struct {
	Shell
	Done, Due int64  // rows
	Poll      string // where it says how far it is
}

// ErasureDonePage is all that is left, for whoever holds its address.
type ErasureDonePage struct {
	Shell
	When    time.Time
	ID      string
	Receipt string // where its file is
}

// ErasureStoppedPage is an erasure that was called off or refused.
type ErasureStoppedPage struct {
	Shell
	When    time.Time
	Refused bool
}
