package views

import "plusultra.link/privacy/views/ui"

// ErasingNotice says that the account is about to go, and where to stop that.
type ErasingNotice struct{ Runs, Href string }

// OverviewPage is the first page of somebody signed in: what is held, what is
// under way, who looked, and what waits for them.
type OverviewPage struct {
	Shell
	Erasing  *ErasingNotice // nil if no erasure is scheduled
	Lead     string
	Stats    []ui.StatProps
	Most     []ui.CardProps // the categories of which most is held
	Requests []RequestRow
	Looks    []LookRow
}
