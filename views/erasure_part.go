package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// ErasurePartChoicePage asks what of a category is to go: all, or a time.
type ErasurePartChoicePage struct {
	Shell
	Category string // its name
	Back     string
	Timed    bool // a time was chosen
	From, To string
	Problems ui.Problems
}

// ErasurePartCheckPage says what would go and what that does, before it is pressed.
type ErasurePartCheckPage struct {
	Shell
	Category     string
	Action, Back string // Back leads to the choice
	Rows         int64
	Since, Until time.Time // zero: from the beginning; up to now
	Effect       string    // on the service; empty: none that the register names
	Warning      string    // what it can't reach
	Kept         text.Rule // how long what comes later is kept
	Copy         string    // where a copy can be had first
	Anonymised   bool      // it is made anonymous, and not deleted
	Why          string    // for that
}

// ErasurePartPage is a part that goes, or is gone.
type ErasurePartPage struct {
	Shell
	Category     string
	Back         string
	Asked        time.Time
	Finished     time.Time // zero: it is under way
	Since, Until time.Time
	Done, Due    int64 // rows
	Waits        bool  // a legal hold keeps it from going on
	Poll         string
	Receipt      string
}

// DataPart is something of a category that its person had deleted.
type DataPart struct {
	Href         string
	Since, Until time.Time
	Finished     time.Time // zero: it is under way
	Rows         int64
}

// period says from when up to when, to the moment.
func period(ctx context.Context, since, until time.Time) string {
	switch {
	case since.IsZero() && until.IsZero():
		return text.T(ctx, "erasure.part.all")
	case since.IsZero():
		return text.T(ctx, "erasure.part.before", "Until", text.Time(ctx, until))
	case until.IsZero():
		return text.T(ctx, "erasure.part.after", "Since", text.Time(ctx, since))
	}
	return text.T(ctx, "erasure.part.between", "Since", text.Time(ctx, since), "Until", text.Time(ctx, until))
}

func (p ErasurePartCheckPage) facts(ctx context.Context) []ui.SummaryRow {
	goes := text.T(ctx, "erasure.part.goes")
	if p.Anonymised {
		goes = text.T(ctx, "erasure.anonymised")
	}
	effect := p.Effect
	if effect == "" {
		effect = text.T(ctx, "erasure.part.effectNone")
	}
	rows := []ui.SummaryRow{
		{Key: goes, Value: text.Aside(ctx, text.N(ctx, "erasure.part.entries", p.Rows), period(ctx, p.Since, p.Until))},
		{Key: text.T(ctx, "erasure.part.effect"), Value: effect},
		{Key: text.T(ctx, "erasure.when"), Value: text.T(ctx, "erasure.part.whenText")},
		{Key: text.T(ctx, "erasure.stays"), Value: text.T(ctx, "erasure.part.staysText")},
		{Key: text.T(ctx, "erasure.part.later"), Value: text.Sentences(ctx, text.T(ctx, "erasure.part.laterText"), p.Kept.In(ctx))},
	}
	if p.Anonymised {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "erasure.why"), Value: text.Sentences(ctx, text.T(ctx, "erasure.anonymisedLead"), p.Why)})
	}
	return rows
}

func (p ErasurePartCheckPage) hidden() []ui.Hidden {
	return []ui.Hidden{{Name: "since", Value: boundary(p.Since)}, {Name: "until", Value: boundary(p.Until)}}
}

func boundary(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return text.ISO(at)
}

func (p ErasurePartPage) facts(ctx context.Context) []ui.SummaryRow {
	rows := []ui.SummaryRow{
		{Key: text.T(ctx, "erasure.kind"), Value: p.Category},
		{Key: text.T(ctx, "erasure.part.period"), Value: period(ctx, p.Since, p.Until)},
		{Key: text.T(ctx, "erasure.askedOn"), Inside: ui.Time(moment(ctx, p.Asked))},
	}
	if !p.Finished.IsZero() {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "erasure.part.finishedOn"), Inside: ui.Time(moment(ctx, p.Finished))},
			ui.SummaryRow{Key: text.T(ctx, "erasure.entries"), Value: text.Number(ctx, p.Done)})
	}
	return rows
}

// said is what was deleted, in a line.
func (d DataPart) said(ctx context.Context) string {
	if d.Finished.IsZero() {
		return text.T(ctx, "erasure.part.going", "Period", period(ctx, d.Since, d.Until))
	}
	return text.N(ctx, "erasure.part.gone", d.Rows, "When", text.Date(ctx, d.Finished), "Period", period(ctx, d.Since, d.Until))
}

// more leads to how far it is, or to the receipt.
func (d DataPart) more(ctx context.Context) string {
	if d.Finished.IsZero() {
		return text.T(ctx, "erasure.part.see")
	}
	return text.T(ctx, "erasure.part.proof")
}
