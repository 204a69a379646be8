package views

import (
	"time"

	"plusultra.link/privacy/views/ui"
)

// DownloadState is how far a copy is.
type DownloadState string

// The states of a copy. An incomplete one is ready, with gaps.
const (
	DownloadWaiting    DownloadState = "waiting"
	DownloadBuilding   DownloadState = "building"
	DownloadReady      DownloadState = "ready"
	DownloadIncomplete DownloadState = "incomplete"
	DownloadFailed     DownloadState = "failed"
	DownloadExpired    DownloadState = "expired"
)

// DownloadsPage lists the copies that a person has asked for.
type DownloadsPage struct {
	Shell
	Keep time.Duration // how long one can be fetched
	Most int           // how many are kept
	Rows []DownloadRow
}

// DownloadRow is one copy at a glance.
type DownloadRow struct {
	Href  string
	Asked time.Time
	State DownloadState
	Kinds int64     // of data that are in it
	Rows  int64     // that are in it, once it is built
	Bytes int64     // 0 until it is built
	Until time.Time // it can be fetched; zero until it is built
}

// NewDownloadPage asks what should be in a copy.
type NewDownloadPage struct {
	Shell
	Options  []DownloadOption
	Keep     time.Duration // how long it can be fetched
	Problems ui.Problems
}

// DownloadOption is one kind of data, and how much of it there is.
type DownloadOption struct {
	ID, Name string
	Rows     int64
	Since    time.Time // zero where rows have no time
	Silent   bool      // it could not be counted just now
	Ticked   bool
}

// DownloadPage is one copy.
type DownloadPage struct {
	Shell
	State       DownloadState
	Progress    DownloadBar
	Delayed     bool   // a try has failed, and another follows
	Delaying    string // the kind of data that could not be read, if one is known
	Fetch       string // where the file is; empty unless it is there
	Categories  []string
	Asked       time.Time
	Until       time.Time
	Bytes       int64
	Fingerprint string // SHA-256, in hexadecimal
	Receipt     string // where that of the copy is; empty until it was made
	Parts       []DownloadPart
	Privacy     string // whom to write to about a failure
}

// DownloadBar is how far a copy is that is being built.
type DownloadBar struct {
	Done, Total int64  // rows; both 0 while it waits
	Poll        string // where it says so again; empty when there is nothing more to say
}

// DownloadPart is what is in a copy of one kind of data.
type DownloadPart struct {
	Name    string
	Rows    int64
	Missing bool
}
