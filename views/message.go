package views

import "plusultra.link/privacy/views/ui"

// ErrorPage is what a person reads when something did not work: what
// happened, what was kept, what to do.
type ErrorPage struct {
	Shell
	Happened string
	Kept     string
	ToDo     string
	// Reference is what support needs to find this in the log; it tells
	// nothing by itself.
	Reference string
	Action    ui.Link
}

// MessagePage says that something is done and what happens next.
type MessagePage struct {
	Shell
	Panel  ui.ConfirmPanelProps
	Action ui.Link
}
