package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
)

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
	Visitor  bool           // they have not joined
	Rows     int64          // that are held
	Silent   bool           // some of it could not be read just now
	Kinds    int64          // of data of which some is held
	Of       int64          // kinds of data that there are
	Values   []DataCard     // what is held where that is little
	Requests []RequestRow
	Looks    []LookRow
}

func (p OverviewPage) lead(ctx context.Context) string {
	if p.Visitor {
		return text.T(ctx, "visitor.overview", "Brand", p.Brand.Name)
	}
	return text.T(ctx, "overview.lead", "Name", p.Name, "Brand", p.Brand.Name)
}
