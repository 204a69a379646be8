package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// ReceiptPage tells what a receipt is worth.
type ReceiptPage struct {
	Shell

	Problem        string         // with what was pasted
	Verdict        ReceiptVerdict // empty: none was read yet
	Words          string         // what it says, if they are ours
	At             time.Time      // since when the log says so
	Position, Size int64          // its place in the log, from 1, and how many there were
}

// ReceiptVerdict is what a receipt is worth.
type ReceiptVerdict string

// The verdicts.
const (
	ReceiptProved   ReceiptVerdict = "proved"
	ReceiptUnproved ReceiptVerdict = "unproved" // signed, and without a proof
	ReceiptNotOurs  ReceiptVerdict = "notOurs"
	ReceiptBroken   ReceiptVerdict = "broken"  // its proof is
	ReceiptOther    ReceiptVerdict = "another" // its proof is of something else
)

func (v ReceiptVerdict) kind() ui.Kind {
	switch v {
	case ReceiptProved:
		return ui.Done
	case ReceiptUnproved:
		return ui.Turn
	case ReceiptNotOurs, ReceiptBroken, ReceiptOther:
	}
	return ui.Danger
}

// said is what the verdict means.
func (p ReceiptPage) said(ctx context.Context) string {
	if p.Verdict != ReceiptProved {
		return text.T(ctx, "receipt.text."+string(p.Verdict))
	}
	return text.T(ctx, "receipt.text.proved", "Position", text.Number(ctx, p.Position), "Size", text.Number(ctx, p.Size), "When", text.Time(ctx, p.At))
}
