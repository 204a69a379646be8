package views

import "plusultra.link/privacy/views/ui"

// ErasurePage shows what an erasure would do, before it is asked for.
type ErasurePage struct {
	Shell
	Goes, Anonymised, Stays []ErasureLine
	Runs                    string
	Problems                ui.Problems
}

// ErasureLine is what happens to one category.
type ErasureLine struct {
	Name, Rows string
	Until      string // of what stays
	Why, Law   string
	Warning    string // what an erasure here can't reach
}

// ErasureScheduledPage is an erasure in its grace period.
type ErasureScheduledPage struct {
	Shell
	Asked, Runs string
	CancelTo    string
}

// ErasureRunningPage is an erasure at work; its reader is signed out.
type ErasureRunningPage struct {
	Shell
	Progress ui.ProgressProps
}

// ErasureDonePage is all that is left, for whoever holds its address.
type ErasureDonePage struct {
	Shell
	When    string
	ID      string
	Receipt string // where its file is
}

// ErasureStoppedPage is an erasure that was called off or refused.
type ErasureStoppedPage struct {
	Shell
	Text string
}
