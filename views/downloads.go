package views

import "plusultra.link/privacy/views/ui"

// DownloadsPage lists the copies that a person has asked for.
type DownloadsPage struct {
	Shell
	Lead string
	Rows []DownloadRow
}

// DownloadRow is one copy at a glance.
type DownloadRow struct {
	Href, Asked, Contents, Size, Until string
	State                              ui.BadgeProps
}

// NewDownloadPage asks what should be in a copy.
type NewDownloadPage struct {
	Shell
	Options  []ui.Option
	Next     string // what follows from pressing the button
	Problems ui.Problems
}

// DownloadPage is one copy. One of Progress, Fetch, Again and New is set, by
// how far it is.
type DownloadPage struct {
	Shell
	State    ui.BadgeProps
	Progress *ui.ProgressProps
	Alerts   []ui.AlertProps
	Fetch    string // where the file is
	Again    []ui.Hidden
	New      bool // it has expired
	Facts    []ui.SummaryRow
	Parts    []DownloadPart
}

// DownloadPart is what is in a copy of one kind of data.
type DownloadPart struct {
	Name, Rows string
	Missing    bool
}
