package views

import (
	"context"
	"slices"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// Colleague is a member of the staff whom something may be given to.
type Colleague struct {
	ID, Name  string
	AwayUntil time.Time // a day of the office's calendar; zero: they are here
	Chosen    bool
}

// colleagueOptions are all to choose from.
func colleagueOptions(ctx context.Context, all []Colleague) []ui.Option {
	options := []ui.Option{{Label: text.T(ctx, "staff.assignChoose")}}
	for _, c := range all {
		option := ui.Option{Value: c.ID, Label: c.Name, Selected: c.Chosen}
		if !c.AwayUntil.IsZero() {
			option.Label = text.T(ctx, "staff.awayUntil", "Name", c.Name, "When", text.Day(ctx, c.AwayUntil))
		}
		options = append(options, option)
	}
	return options
}

// chosenAway tells whether the one who is chosen is away.
func chosenAway(all []Colleague) bool {
	return slices.ContainsFunc(all, func(c Colleague) bool { return c.Chosen && !c.AwayUntil.IsZero() })
}

// StaffAssignPage asks to whom a request is given.
type StaffAssignPage struct {
	Shell
	Reference, Action, Back string
	Colleagues              []Colleague
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
