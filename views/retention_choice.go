package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// RetentionChoicePage asks for how long a category is to be kept.
type RetentionChoicePage struct {
	Shell
	Category string
	Back     string
	Now      text.Rule // how it is kept at present
	Keep     text.Span // as the register says
	Offers   []RetentionOffer
	Problems ui.Problems
}

// RetentionOffer is a shorter time.
type RetentionOffer struct {
	Keep   text.Span
	Value  string
	Chosen bool
}

// RetentionCheckPage says what a choice does, before it is pressed.
type RetentionCheckPage struct {
	RetentionChoicePage
	Value  string
	Seen   string    // the version of what is kept to at present
	Chosen text.Span // zero: as the register says
	Rows   int64     // that go at once
	Before time.Time // what is from before
	Effect string

	Waits      bool // a legal hold keeps them for now
	Restricted bool // their use is restricted; they go all the same
}

func (p RetentionChoicePage) options(ctx context.Context) []ui.Option {
	var options []ui.Option
	own := false
	for _, o := range p.Offers {
		options = append(options, ui.Option{Value: o.Value, Label: o.Keep.In(ctx), Selected: o.Chosen})
		own = own || o.Chosen
	}
	return append(options, ui.Option{Value: "register", Label: text.T(ctx, "retention.own.asRegister", "Keep", p.Keep.In(ctx)), Selected: !own})
}

func (p RetentionCheckPage) facts(ctx context.Context) []ui.SummaryRow {
	if p.Chosen.Unit == "" {
		return []ui.SummaryRow{
			{Key: text.T(ctx, "retention.own.atOnce"), Value: text.T(ctx, "retention.own.nothing")},
			{Key: text.T(ctx, "retention.own.then"), Value: text.T(ctx, "register.retention.row", "Keep", p.Keep.In(ctx))},
		}
	}
	goes := text.T(ctx, "retention.own.nothing")
	switch {
	case p.Rows == 0:
	case p.Waits:
		goes = text.T(ctx, "retention.own.waits")
	default:
		goes = text.Aside(ctx, text.N(ctx, "erasure.part.entries", p.Rows), period(ctx, time.Time{}, p.Before))
	}
	if p.Rows > 0 && p.Restricted {
		goes = text.Sentences(ctx, goes, text.T(ctx, "retention.own.restricted"))
	}
	rows := []ui.SummaryRow{
		{Key: text.T(ctx, "retention.own.atOnce"), Value: goes},
		{Key: text.T(ctx, "retention.own.then"), Value: text.T(ctx, "register.retention.own", "Keep", p.Chosen.In(ctx))},
	}
	if p.Effect != "" {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "erasure.part.effect"), Value: p.Effect})
	}
	return append(rows, ui.SummaryRow{Key: text.T(ctx, "retention.own.back"), Value: text.T(ctx, "retention.own.backText")})
}

func (p RetentionCheckPage) button(ctx context.Context) ui.ButtonProps {
	switch {
	case p.Rows > 0 && !p.Waits:
		return ui.ButtonProps{Label: text.N(ctx, "retention.own.deletes", p.Rows), Kind: ui.Destroys}
	case p.Chosen.Unit == "":
		return ui.ButtonProps{Label: text.T(ctx, "retention.own.keepFor", "Keep", p.Keep.In(ctx)), Kind: ui.Primary}
	}
	return ui.ButtonProps{Label: text.T(ctx, "retention.own.keepFor", "Keep", p.Chosen.In(ctx)), Kind: ui.Primary}
}
