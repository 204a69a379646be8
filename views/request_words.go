package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func (s RequestState) badge(ctx context.Context) ui.BadgeProps {
	kind := ui.Plain
	switch s {
	case RequestOpen, RequestApproved:
		kind = ui.Info
	case RequestDone:
		kind = ui.Done
	case RequestRefused, RequestCancelled:
	}
	return ui.BadgeProps{Kind: kind, Label: text.T(ctx, "request.states."+string(s))}
}

// soon is when a clock turns amber, in days.
const soon = 7

// clock says how many days an open request has left.
func (r RequestRow) clock(ctx context.Context) ui.BadgeProps {
	switch {
	case r.Left < 0:
		return ui.BadgeProps{Kind: ui.Danger, Label: text.N(ctx, "request.dueOver", int64(-r.Left)), Icon: "warning"}
	case r.Left == 0:
		return ui.BadgeProps{Kind: ui.Turn, Label: text.T(ctx, "request.dueToday")}
	case r.Left <= soon:
		return ui.BadgeProps{Kind: ui.Turn, Label: text.N(ctx, "request.dueIn", int64(r.Left))}
	}
	return ui.BadgeProps{Label: text.N(ctx, "request.dueIn", int64(r.Left))}
}

func (s DueStep) say(ctx context.Context) string {
	return text.T(ctx, s.Key, "Day", text.Day(ctx, s.Day), "Count", s.Count, "Name", s.Name)
}

// requestFacts are what a person reads of their request at a glance.
func requestFacts(ctx context.Context, p RequestPage) []ui.SummaryRow {
	rows := []ui.SummaryRow{
		{Key: text.T(ctx, "request.reference"), Value: p.Request.Reference},
		{Key: text.T(ctx, "request.state"), Inside: ui.Badge(p.Request.badge(ctx))},
		{Key: text.T(ctx, "request.received"), Value: text.Date(ctx, p.Request.Received)},
	}
	if !p.Request.Due.IsZero() {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "request.due"), Value: text.Day(ctx, p.Request.Due)})
	}
	if p.Confirmed != nil {
		rows = append(rows, p.Confirmed.row(ctx))
	}
	if p.Asked != "" {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "request.yourMessage"), Inside: AsWritten(p.Asked)})
	}
	if p.Law != "" {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "request.law"), Value: p.Law})
	}
	return rows
}

func cancelText(ctx context.Context, p RequestPage) string {
	if p.Erasure != "" {
		return text.T(ctx, "request.cancelErasure")
	}
	return text.T(ctx, "request.cancelText")
}

// requestEvents are said to the person ("By us") or, in their own words, to
// the staff, who are named to each other.
func requestEvents(ctx context.Context, events []RequestEvent, toStaff bool) []ui.Event {
	out := make([]ui.Event, len(events))
	for i, e := range events {
		title, byPerson := "request.events."+e.Kind, "request.byYou"
		if toStaff {
			title, byPerson = "staff.events."+e.Kind, "staff.byPerson"
		}
		out[i] = ui.Event{When: moment(ctx, e.At), Title: text.T(ctx, title), Text: e.Text}
		switch e.Kind {
		case "refused":
			out[i].Kind = ui.Danger
		case "approved", "done":
			out[i].Kind = ui.Done
		}
		switch e.By {
		case ByPerson:
			out[i].By = text.T(ctx, byPerson)
		case ByStaff:
			out[i].By = text.T(ctx, "request.byUs")
		case BySystem:
			out[i].By = text.T(ctx, "request.bySystem")
		}
		if e.Name != "" {
			out[i].By = e.Name
		}
		if e.Internal {
			out[i].By += " · " + text.T(ctx, "staff.internal")
		}
	}
	return out
}

// moment is a time in the reader's zone, and for machines.
func moment(ctx context.Context, t time.Time) ui.TimeProps {
	if t.IsZero() {
		return ui.TimeProps{}
	}
	return ui.TimeProps{ISO: text.ISO(t), Text: text.Moment(ctx, t)}
}
