package views

import "time"

// ErasingNotice says that the account is about to go, and where to stop that.
type ErasingNotice struct {
	Runs time.Time
	Href string
}

// OverviewPage is the first page of somebody signed in: what waits for them,
// what they can do, what is under way, how much is held and who looked.
type OverviewPage struct {
	Shell
	Erasing  *ErasingNotice // nil if no erasure is scheduled
	Name     string         // the person's
	Rows     int64          // that are held
	Silent   bool           // some of it could not be read just now
	Kinds    int64          // of data of which some is held
	Of       int64          // kinds of data that there are
	Values   []DataCard     // what is held where that is little
	Requests []RequestRow
	Looks    []LookRow
}
