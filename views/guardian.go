package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// AskGuardianPage is where somebody who is too young to say yes alone says whom to ask.
type AskGuardianPage struct {
	Shell

	Topics          []ui.Option // none: they may decide all alone
	Email           string
	Asked, Answered time.Time // zero: not yet
	Waits           bool      // for an answer
	Unasked         bool      // what they ticked when they joined waits for it
	Problems        ui.Problems
}

// GuardianPage is what a parent or guardian is asked.
type GuardianPage struct {
	Shell

	Action   string
	Name     string // of who asks
	Topics   []ui.Option
	Answered time.Time // zero: not yet
	Seen     string    // the version of the answer
	Privacy  string    // whom to write to
	Problems ui.Problems
}

func (p AskGuardianPage) state(ctx context.Context) string {
	switch {
	case !p.Answered.IsZero():
		return text.T(ctx, "guardian.stateAnswered", "Date", p.Answered)
	case p.Waits:
		return text.T(ctx, "guardian.stateAsked", "Date", p.Asked)
	case !p.Asked.IsZero():
		return text.T(ctx, "guardian.stateOver", "Date", p.Asked)
	case p.Unasked:
		return text.T(ctx, "guardian.stateFirst")
	}
	return ""
}

func (p AskGuardianPage) lead(ctx context.Context) string {
	if len(p.Topics) == 0 {
		return text.T(ctx, "guardian.none")
	}
	return text.T(ctx, "guardian.askLead")
}
