package views

import (
	"context"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// BulkDeed is what is done to many requests: the messages staff.bulk.title.
type BulkDeed string

// What is done to many requests.
const (
	DeedTake   BulkDeed = "take"
	DeedAssign BulkDeed = "assign"
	DeedReply  BulkDeed = "reply"
	DeedRefuse BulkDeed = "refuse"
)

// BulkState is how far it is.
type BulkState string

// How far it is.
const (
	BulkChosen  BulkState = "chosen"
	BulkRuns    BulkState = "runs"
	BulkEnded   BulkState = "ended"
	BulkStopped BulkState = "stopped"
)

// StaffBulkPage looks over what is to be done to many requests, and follows it.
type StaffBulkPage struct {
	Shell
	Deed           BulkDeed
	State          BulkState
	Back           string
	Action         string // with /begin or /stop behind its path
	Progress       string
	Hidden         []ui.Hidden
	Size           int
	Done           int // or, before it is begun, to how many it would be done
	Waits, LeftOut int
	Left           []BulkLeft // the first of those left out
	More           bool       // the filter found more than are done at once
	Mine           bool       // whoever looks chose them
	Colleagues     []Colleague
	Reasons        []ui.Option
	Code           string // the reason that is chosen
	Words          []BulkWords
	Problems       ui.Problems
}

// BulkLeft is a request that is left out.
type BulkLeft struct {
	Reference, Href string
	Why             text.Phrase
}

// BulkWords are what people read in one language.
type BulkWords struct{ Lang, Text string }

// begins tells whether all is said that has to be said before.
func (p StaffBulkPage) begins() bool {
	return p.Mine && p.Done > 0 && (p.Deed != DeedRefuse || p.Code != "")
}

func (p StaffBulkPage) stats(ctx context.Context) []ui.StatProps {
	done := "staff.bulk.done"
	if p.State == BulkChosen {
		done = "staff.bulk.would"
	}
	stats := []ui.StatProps{{Number: text.Number(ctx, int64(p.Done)), Words: text.T(ctx, done)}, {Number: text.Number(ctx, int64(p.LeftOut)), Words: text.T(ctx, "staff.bulk.left")}}
	if p.State == BulkRuns || p.State == BulkStopped {
		stats = append(stats, ui.StatProps{Number: text.Number(ctx, int64(p.Waits)), Words: text.T(ctx, "staff.bulk.waits")})
	}
	return stats
}

func (p StaffBulkPage) cells(ctx context.Context) [][]ui.Cell {
	cells := make([][]ui.Cell, len(p.Left))
	for i, l := range p.Left {
		cells[i] = []ui.Cell{{Text: l.Reference, Href: l.Href}, {Text: l.Why.In(ctx)}}
	}
	return cells
}

func bulkOptions(ctx context.Context, deeds []BulkDeed) []ui.Option {
	options := make([]ui.Option, len(deeds))
	for i, d := range deeds {
		options[i] = ui.Option{Value: string(d), Label: text.T(ctx, "staff.bulk.title."+string(d))}
	}
	return options
}
