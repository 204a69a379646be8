package views

import "plusultra.link/privacy/views/ui"

// StaffAssignPage asks to whom a request is given.
type StaffAssignPage struct {
	Shell
	Reference, Action, Back string
	Colleagues              []ui.Option // by their names, and until when they are away
	Away                    bool        // whoever is chosen is
	Problems                ui.Problems
}

// StaffAwayPage asks a member of the staff when they are away.
type StaffAwayPage struct {
	Shell
	Action      string
	From, Until string // days
	Away        bool   // they have said so
	Problems    ui.Problems
}
