package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// LettersPage are the letters that were sent to somebody.
type LettersPage struct {
	Shell
	Keep    text.Span // how long one can be read again
	Letters []LetterRow
	Older   string
}

// LetterPage is one of them.
type LetterPage struct {
	Shell
	Letter     LetterRow
	Lang       string // that it was written in
	Paragraphs []string
}

// LetterState is what became of a letter.
type LetterState string

// The states of a letter.
const (
	LetterWaits    LetterState = "waits"
	LetterLate     LetterState = "late" // tried in vain, and tried again
	LetterSent     LetterState = "sent"
	LetterFailed   LetterState = "failed"
	LetterDeclined LetterState = "declined" // stopped before it left
)

// LetterRow is a letter in a list. At is when it went, or was written if it has
// not gone.
type LetterRow struct {
	At               time.Time
	Subject, Address string
	State            LetterState
	Failure          string // why it has not gone
	Href             string
}

func (r LetterRow) badge(ctx context.Context) ui.BadgeProps {
	kind := map[LetterState]ui.Kind{LetterWaits: ui.Info, LetterLate: ui.Turn, LetterSent: ui.Done, LetterFailed: ui.Danger, LetterDeclined: ui.Info}[r.State]
	return ui.BadgeProps{Kind: kind, Label: text.T(ctx, "email.letterState."+string(r.State))}
}

func letterCells(ctx context.Context, letters []LetterRow) [][]ui.Cell {
	cells := make([][]ui.Cell, len(letters))
	for i, l := range letters {
		cells[i] = []ui.Cell{{Text: l.Subject, Href: l.Href}, {Inside: ui.Time(moment(ctx, l.At))}, {Text: l.Address}, {Inside: ui.Badge(l.badge(ctx))}}
	}
	return cells
}

func letterFacts(ctx context.Context, l LetterRow) []ui.SummaryRow {
	rows := []ui.SummaryRow{
		{Key: text.T(ctx, "email.letterWhen"), Inside: ui.Time(moment(ctx, l.At))},
		{Key: text.T(ctx, "email.letterTo"), Value: l.Address},
		{Key: text.T(ctx, "email.letterBecame"), Inside: ui.Badge(l.badge(ctx))},
	}
	if l.Failure != "" {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "email.letterWhy"), Value: l.Failure})
	}
	return rows
}
