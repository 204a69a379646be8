package views

import (
	"time"

	"plusultra.link/privacy/views/ui"
)

// StaffExtendPage asks why an answer takes longer.
type StaffExtendPage struct {
	Shell
	Seen         string // the version of the request that is decided by
	Reference    string
	Action, Back string
	First, Due   time.Time // days of the office's calendar: the date now, and the later one
	Why          []DueStep
	Not          string // the message of why it can't be any more; empty if it can
	Lang         string // the person's, named
	Words        string
	Problems     ui.Problems
}
