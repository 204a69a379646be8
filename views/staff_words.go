package views

import (
	"context"
	"strconv"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func tally(ctx context.Context, t StaffTally) []ui.StatProps {
	count := func(n int64, key string) ui.StatProps {
		number := text.Number(ctx, n)
		if n > t.Ceiling {
			number = text.T(ctx, "staff.more", "Count", text.Number(ctx, t.Ceiling))
		}
		return ui.StatProps{Number: number, Words: text.T(ctx, key)}
	}
	return []ui.StatProps{
		count(t.Open, "staff.tallyOpen"), count(t.Overdue, "staff.tallyOverdue"), count(t.Mine, "staff.tallyMine"), count(t.Nobodys, "staff.tallyNobodys"),
	}
}

func stateOptions(ctx context.Context, p StaffQueuePage) []ui.Option {
	var options []ui.Option
	if p.State == "" {
		options = append(options, ui.Option{Label: text.T(ctx, "staff.filterStateAll"), Selected: true})
	}
	for _, state := range p.States {
		options = append(options, ui.Option{Value: string(state), Label: state.badge(ctx).Label, Selected: state == p.State})
	}
	return options
}

func ownerOptions(ctx context.Context, chosen QueueOwner) []ui.Option {
	return []ui.Option{
		{Label: text.T(ctx, "staff.filterOwnerAll")},
		{Value: string(Mine), Label: text.T(ctx, "staff.filterOwnerMe"), Selected: chosen == Mine},
		{Value: string(Nobodys), Label: text.T(ctx, "staff.filterOwnerNobody"), Selected: chosen == Nobodys},
	}
}

// orAll puts the choice of all before others.
func orAll(label string, options []ui.Option) []ui.Option {
	return append([]ui.Option{{Label: label}}, options...)
}

func nounOptions(ctx context.Context, p StaffAuditPage) []ui.Option {
	var options []ui.Option
	for _, noun := range p.Nouns {
		options = append(options, ui.Option{Value: noun, Label: text.T(ctx, "staff.auditNouns."+noun), Selected: noun == p.Noun})
	}
	return orAll(text.T(ctx, "staff.filterKindAll"), options)
}

func (r StaffQueueRow) owner(ctx context.Context) string {
	if r.Owner == "" {
		return text.T(ctx, "staff.nobody")
	}
	return r.Owner
}

// deskFacts are what staff read of a request at a glance.
func deskFacts(ctx context.Context, p StaffRequestPage) []ui.SummaryRow {
	rows := []ui.SummaryRow{
		{Key: text.T(ctx, "staff.filterState"), Inside: ui.Badge(p.Request.badge(ctx))},
		{Key: text.T(ctx, "staff.clock"), Inside: clock(p.Request.RequestRow)},
		{Key: text.T(ctx, "request.received"), Inside: ui.Time(moment(ctx, p.Request.Received))},
		{Key: text.T(ctx, "staff.owner"), Value: p.Request.owner(ctx)},
		{Key: text.T(ctx, "staff.law"), Value: p.Law},
	}
	if p.Article != "" {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "staff.article"), Value: p.Article})
	}
	if p.Reason != "" {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "staff.reasonCode"), Value: p.Reason})
	}
	if !p.Late.IsZero() {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "staff.erasure"), Value: text.T(ctx, "staff.erasureLate", "When", text.Time(ctx, p.Late))})
	}
	return rows
}

// personNow says whether the person behind a request is still there to see who
// looks, and to be looked at.
func personNow(ctx context.Context, p StaffRequestPage) string {
	switch {
	case p.Erased:
		return text.T(ctx, "staff.erased")
	case p.Person == "":
		return text.T(ctx, "staff.erasing")
	}
	return text.T(ctx, "staff.lookLogged")
}

func approveLead(ctx context.Context, p StaffApprovePage) string {
	if p.Erasure {
		return text.T(ctx, "staff.approveErasure")
	}
	return text.T(ctx, "staff.approveText", "Lang", text.LanguageName(ctx, p.Lang))
}

func (p StaffProfile) facts(ctx context.Context) []ui.SummaryRow {
	place := text.CountryName(ctx, p.Country)
	if p.Region != "" {
		place = text.Clauses(ctx, []string{place, p.Region})
	}
	return []ui.SummaryRow{
		{Key: text.T(ctx, "staff.name"), Value: p.Name},
		{Key: text.T(ctx, "staff.address"), Value: p.Address},
		{Key: text.T(ctx, "staff.place"), Value: place},
		{Key: text.T(ctx, "staff.law"), Value: p.Law},
		{Key: text.T(ctx, "staff.lang"), Value: text.LanguageName(ctx, p.Lang)},
		{Key: text.T(ctx, "staff.since"), Value: text.Date(ctx, p.Since)},
	}
}

// StaffCategory names a category as the staff call it: the register's own name
// may speak to the person.
func StaffCategory(ctx context.Context, id, name string) string {
	if said := text.Optional(ctx, "staff.categories."+id); said != "" {
		return said
	}
	return name
}

func heldCells(ctx context.Context, held []StaffHeld) [][]ui.Cell {
	cells := make([][]ui.Cell, len(held))
	for i, h := range held {
		cells[i] = []ui.Cell{{Text: StaffCategory(ctx, h.ID, h.Name)}, {Text: text.Number(ctx, h.Rows)}, {Text: dateOrNone(ctx, h.First)}, {Text: dateOrNone(ctx, h.Last)}}
	}
	return cells
}

func dateOrNone(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return text.Date(ctx, t)
}

func auditCells(ctx context.Context, rows []AuditRow) [][]ui.Cell {
	cells := make([][]ui.Cell, len(rows))
	for i, r := range rows {
		whom := ui.Cell{Text: r.Whom}
		if r.Person != "" { // ids made in one moment differ at their end
			number := r.Person[max(0, len(r.Person)-6):]
			whom = ui.Cell{Text: text.T(ctx, "staff.auditPerson", "Number", number), Href: "/staff/people/" + r.Person}
		}
		action := r.Action
		if action == "" {
			action = text.T(ctx, "staff.auditLooked")
		}
		cells[i] = []ui.Cell{{Inside: ui.Time(moment(ctx, r.At))}, {Text: r.actor(ctx)}, {Text: action}, whom, {Text: auditDetail(ctx, r.Detail)}}
	}
	return cells
}

func (r AuditRow) actor(ctx context.Context) string {
	switch {
	case r.Actor == AuditSelf:
		return text.T(ctx, "staff.auditSelf")
	case r.Actor == AuditSystem:
		if part := text.Optional(ctx, "staff.auditParts."+r.By); part != "" {
			return text.Aside(ctx, text.T(ctx, "staff.auditSystem"), part)
		}
		return text.T(ctx, "staff.auditSystem")
	case r.Actor == AuditStaff && r.By != "":
		return r.By
	}
	return text.T(ctx, "staff.auditActors."+string(r.Actor))
}

// auditDetail says what an entry adds, as names and values.
func auditDetail(ctx context.Context, detail []AuditDetail) string {
	var said []string
	for _, d := range detail {
		value := auditValue(ctx, d.Name, d.Value)
		if value == "" {
			continue
		}
		label := d.Label
		if label == "" {
			label = text.Optional(ctx, "staff.auditNames."+d.Name)
		}
		if label == "" {
			label = d.Name
		}
		said = append(said, text.Pair(ctx, label, value))
	}
	return text.Clauses(ctx, said)
}

func auditValue(ctx context.Context, name string, value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case bool:
		return text.YesOrNo(ctx, v)
	case float64:
		return text.Number(ctx, int64(v))
	case []any:
		words := make([]string, len(v))
		for i, one := range v {
			words[i] = auditValue(ctx, name, one)
		}
		return text.Clauses(ctx, words)
	case string:
		switch name {
		case "because":
			return text.T(ctx, "staff.auditBecause."+v)
		case "what":
			return text.T(ctx, "staff.whats."+v)
		case "role":
			return StaffRole(v).say(ctx)
		}
		return v
	}
	return strconv.Quote(name)
}
