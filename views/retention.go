package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// StaffRetentionPage is how the rules of retention fare.
type StaffRetentionPage struct {
	Shell

	At     time.Time
	Rules  []RetentionRule  // with a length of time
	Others []RetentionOther // that nothing takes away by its time here
	Gone   []string         // ids of rules that ran, and that the register has no more
	Runs   []RetentionRan   // those that began last, of every rule
}

// RetentionRule is a rule that runs.
type RetentionRule struct {
	Name     string
	Kept     text.Rule
	Last     RetentionRun // that began last; zero: it never ran
	LastTook RetentionRun // the last that took anything away
	Next     time.Time
	Before   time.Time // what is older than that goes next
	Overdue  bool
	Waiting  *RetentionWaiting // it became shorter; nil: it runs
	People   int64             // who have theirs kept for a shorter time
	Sooner   int64             // rows that went because of that
}

// rule says how long, and who has it shorter.
func (r RetentionRule) rule(ctx context.Context) string {
	if r.People == 0 {
		return r.Kept.In(ctx)
	}
	return text.Sentences(ctx, r.Kept.In(ctx), text.N(ctx, "retention.chosen", r.People, "Rows", text.Number(ctx, r.Sooner)))
}

// RetentionWaiting is a rule that became shorter, and what it would take away.
type RetentionWaiting struct {
	Was, Now         text.Span
	Rows, Partitions int64
	Oldest           time.Time
	Action, Keep     string // where it is confirmed, and what
}

// RetentionRun is one time that a rule ran.
type RetentionRun struct {
	Began, Ended     time.Time // Ended is zero while it is under way
	Stopped          bool      // the register had no such rule any more
	Rows, Partitions int64
	Oldest           time.Time
}

// RetentionRan is a run among others.
type RetentionRan struct {
	Name string    // the kind of data
	Keep text.Span // for how long, as the rule said then
	RetentionRun
}

// RetentionOther is what stays for another time than one counted from each row.
type RetentionOther struct {
	Name   string
	Kept   text.Rule
	Lapses bool // it goes within the hour in which it lapses
}

// ran says when a run was, and how long it took.
func (run RetentionRun) ran(ctx context.Context) string {
	switch {
	case run.Began.IsZero():
		return text.T(ctx, "retention.never")
	case run.Ended.IsZero():
		return text.N(ctx, "retention.underWay", run.Rows, "When", text.Time(ctx, run.Began))
	case run.Stopped:
		return text.T(ctx, "retention.stopped", "When", text.Time(ctx, run.Ended))
	}
	if run.Ended.Sub(run.Began) < time.Second {
		return text.Time(ctx, run.Began)
	}
	return text.T(ctx, "retention.ran", "When", text.Time(ctx, run.Began), "Took", text.Duration(ctx, run.Ended.Sub(run.Began)))
}

// took says what a run took away.
func (run RetentionRun) took(ctx context.Context) string {
	if run.Rows == 0 {
		return text.T(ctx, "retention.tookNothing")
	}
	said := text.N(ctx, "retention.took", run.Rows, "When", text.Date(ctx, run.Began), "Oldest", text.Date(ctx, run.Oldest))
	if run.Partitions > 0 {
		return text.Sentences(ctx, said, text.N(ctx, "retention.months", run.Partitions))
	}
	return said
}

func (r RetentionRule) next(ctx context.Context) string {
	return text.T(ctx, "retention.next", "When", text.Time(ctx, r.Next), "Before", text.Date(ctx, r.Before))
}

func (w RetentionWaiting) would(ctx context.Context) string {
	said := text.T(ctx, "retention.shorter", "Now", w.Now.In(ctx), "Was", w.Was.In(ctx))
	if w.Rows == 0 {
		return text.Sentences(ctx, said, text.T(ctx, "retention.wouldNothing"))
	}
	said = text.Sentences(ctx, said, text.N(ctx, "retention.would", w.Rows, "Oldest", text.Date(ctx, w.Oldest)))
	if w.Partitions > 0 {
		said = text.Sentences(ctx, said, text.N(ctx, "retention.wouldMonths", w.Partitions))
	}
	return said
}

func retentionCells(ctx context.Context, rules []RetentionRule) [][]ui.Cell {
	cells := make([][]ui.Cell, len(rules))
	for i, r := range rules {
		cells[i] = []ui.Cell{{Text: r.Name}, {Text: r.rule(ctx)}, {Text: r.Last.ran(ctx)}, {Text: r.LastTook.took(ctx)}, {Inside: retentionNext(r)}}
	}
	return cells
}

func retentionRuns(ctx context.Context, runs []RetentionRan) [][]ui.Cell {
	cells := make([][]ui.Cell, len(runs))
	for i, r := range runs {
		took := text.T(ctx, "retention.nothing")
		if r.Rows > 0 {
			took = r.took(ctx)
		}
		cells[i] = []ui.Cell{{Text: r.Name}, {Text: r.Keep.In(ctx)}, {Text: r.ran(ctx)}, {Text: took}}
	}
	return cells
}

func retentionOthers(ctx context.Context, others []RetentionOther) [][]ui.Cell {
	cells := make([][]ui.Cell, len(others))
	for i, o := range others {
		said := text.T(ctx, "retention.noDate")
		if o.Lapses {
			said = text.T(ctx, "retention.lapses")
		}
		cells[i] = []ui.Cell{{Text: o.Name}, {Text: o.Kept.In(ctx)}, {Text: said}}
	}
	return cells
}
