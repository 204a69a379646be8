package views

import "plusultra.link/privacy/views/ui"

// OverviewPage is the first page of somebody signed in: what is held, what is
// under way, who looked, and what waits for them.
type OverviewPage struct {
	Shell
	Notices  []ui.AlertProps
	Lead     string
	Stats    []ui.StatProps
	Most     []ui.CardProps // the categories of which most is held
	Requests []RequestRow
	Looks    []LookRow
}
