package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// ErasurePage shows what an erasure would do, before it is asked for.
type ErasurePage struct {
	Shell
	Service                 []ui.SummaryRow // what it does to that, in the register's words
	Goes, Anonymised, Stays []ErasureLine
	Told                    []string // who else hears of it, so that they delete it too
	Runs                    time.Time
	Problems                ui.Problems
}

// ErasureLine is what happens to one category.
type ErasureLine struct {
	Name     string
	Rows     int64
	Until    time.Time // of what stays; zero: without end
	Why, Law string
	Warning  string // what an erasure here can't reach
	Effect   string // on the service
}

// ErasureScheduledPage is an erasure in its grace period.
type ErasureScheduledPage struct {
	Shell
	Asked, Runs time.Time
	CancelTo    string
	Waits       bool // a legal hold keeps it from beginning
}

// ErasureRunningPage is an erasure at work; its reader is signed out.
type ErasureRunningPage struct {
	Shell
	Done, Due int64  // rows
	Poll      string // where it says how far it is
}

// ErasureDonePage is all that is left, for whoever holds its address.
type ErasureDonePage struct {
	Shell
	When    time.Time
	ID      string
	Receipt string // where its file is
	Kept    []ErasureKept
}

// ErasureKept is what had to stay.
type ErasureKept struct {
	Name  string
	Until time.Time // zero: without an end
	Gone  time.Time // zero: it is still there
}

func (p ErasureDonePage) kept(ctx context.Context) []ui.SummaryRow {
	rows := make([]ui.SummaryRow, len(p.Kept))
	for i, k := range p.Kept {
		rows[i] = ui.SummaryRow{Key: k.Name, Value: text.Until(ctx, k.Until)}
		if !k.Gone.IsZero() {
			rows[i].Value = text.T(ctx, "erasure.doneGone", "When", text.Date(ctx, k.Gone))
		}
	}
	return rows
}

// ErasureStoppedPage is an erasure that was called off or refused.
type ErasureStoppedPage struct {
	Shell
	When    time.Time
	Refused bool
}
