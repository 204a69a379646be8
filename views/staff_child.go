package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// ChildPart is what the desk shows of a report about a child: the accounts that it is
// about.
type ChildPart struct {
	Accounts []ChildAccount
	Find     string // where one is looked for; empty once it is decided
}

// ChildAccount is an account that a report names.
type ChildAccount struct {
	Name   string // empty: it is gone
	Since  time.Time
	Deed   string    // what was done last: "parent", "erasure", "none"; empty: nothing
	DeedAt time.Time // zero: nothing was
	Ends   time.Time // when it was held no more; zero: it is held
	Person string    // its record at the desk; empty: it is gone
	Decide string    // where it is decided what becomes of it; empty for who may not
}

// say is what was done with it.
func (a ChildAccount) say(ctx context.Context) string {
	switch {
	case a.Deed == "":
		return text.T(ctx, "child.deed.none")
	case !a.Ends.IsZero() && a.Deed == "parent":
		return text.T(ctx, "child.deed.agreed", "Date", a.Ends)
	case a.Deed == "none":
		return text.T(ctx, "child.deed.ended", "Date", a.DeedAt)
	case a.Deed == "parent":
		return text.T(ctx, "child.deed.parent", "Date", a.DeedAt)
	}
	return text.T(ctx, "child.deed.erasure", "Date", a.DeedAt)
}

// StaffChildFindPage is where the account is looked for that a report is about.
type StaffChildFindPage struct {
	Shell
	Reference          string
	Action, None, Back string // None: where it is noted that there is none; empty once one was held
	Query, Reason, Why string
	Problems           ui.Problems
}

// StaffChildConfirmPage is an account that may be the one.
type StaffChildConfirmPage struct {
	Shell
	Reference           string
	Profile             StaffProfile
	Age                 string // as they said it
	Action, Other, Back string
}

// StaffChildDecidePage is what can be done with an account that is held.
type StaffChildDecidePage struct {
	Shell
	Reference    string
	Account      ChildAccount
	Seen         string // the version that is decided by
	Action, Back string
	Bands        []ui.Option
	Email, Why   string
	Problems     ui.Problems
}
