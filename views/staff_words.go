package views

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func tally(ctx context.Context, counts []QueueCount) []ui.StatProps {
	stats := make([]ui.StatProps, len(counts))
	for i, c := range counts {
		number := text.Number(ctx, c.Number)
		if c.Number > c.Ceiling {
			number = text.T(ctx, "staff.more", "Count", text.Number(ctx, c.Ceiling))
		}
		stats[i] = ui.StatProps{Number: number, Words: text.T(ctx, "staff.tally."+string(c.What)), Href: c.Href}
	}
	return stats
}

func stateOptions(ctx context.Context, p StaffQueuePage) []ui.Option {
	options := make([]ui.Option, 0, len(p.States)+2)
	for _, state := range p.States {
		options = append(options, ui.Option{Value: string(state), Label: state.badge(ctx).Label, Selected: string(state) == p.State})
	}
	return append(options,
		ui.Option{Value: AnyClosed, Label: text.T(ctx, "staff.filterStateClosed"), Selected: p.State == AnyClosed},
		ui.Option{Value: AnyState, Label: text.T(ctx, "staff.filterStateAll"), Selected: p.State == AnyState})
}

func ownerOptions(ctx context.Context, p StaffQueuePage) []ui.Option {
	return append([]ui.Option{
		{Label: text.T(ctx, "staff.filterOwnerAll")},
		{Value: Mine, Label: text.T(ctx, "staff.filterOwnerMe"), Selected: p.Owner == Mine},
		{Value: Nobodys, Label: text.T(ctx, "staff.filterOwnerNobody"), Selected: p.Owner == Nobodys},
		{Value: Absents, Label: text.T(ctx, "staff.filterOwnerAway"), Selected: p.Owner == Absents},
	}, p.Colleagues...)
}

// dueOptions are the days within which requests are due; one that is none of these
// stands in the address.
func dueOptions(ctx context.Context, p StaffQueuePage) []ui.Option {
	days := []int{1, 3, 7, 14, 30}
	if p.Due > 0 && !slices.Contains(days, p.Due) {
		days = append(days, p.Due)
		slices.Sort(days)
	}
	options := []ui.Option{
		{Label: text.T(ctx, "staff.filterDueAny")},
		{Value: "overdue", Label: text.T(ctx, "staff.filterOverdue"), Selected: p.Due == Late},
	}
	for _, n := range days {
		options = append(options, ui.Option{Value: strconv.Itoa(n), Label: text.N(ctx, "staff.filterDueIn", int64(n)), Selected: p.Due == n})
	}
	return options
}

func orderOptions(ctx context.Context, p StaffQueuePage) []ui.Option {
	options := make([]ui.Option, len(p.Orders))
	for i, o := range p.Orders {
		options[i] = ui.Option{Value: string(o), Label: text.T(ctx, "staff.order."+string(o)), Selected: o == p.Order}
	}
	return options
}

// besideLink names a request beside the one that is shown by which it is.
func besideLink(ctx context.Context, l ui.Link, words, key string) ui.Link {
	if l.Href == "" {
		return l
	}
	return ui.Link{Label: text.T(ctx, words, "Reference", l.Label), Href: l.Href, Key: key}
}

// queueClock is a request's clock or, once it was answered, whether that was in time.
func queueClock(ctx context.Context, r StaffQueueRow) templ.Component {
	switch {
	case !r.Ended:
		return clock(r.RequestRow)
	case r.Days == 0:
		return ui.Badge(ui.BadgeProps{Kind: ui.Done, Label: text.T(ctx, "staff.inTime")})
	}
	return ui.Badge(ui.BadgeProps{Kind: ui.Danger, Label: text.N(ctx, "request.dueOver", int64(r.Days)), Icon: "warning"})
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
		{Key: text.T(ctx, "staff.clock"), Inside: queueClock(ctx, p.Request)},
		{Key: text.T(ctx, "request.received"), Inside: ui.Time(moment(ctx, p.Request.Received))},
		{Key: text.T(ctx, "staff.owner"), Value: p.Request.owner(ctx)},
		{Key: text.T(ctx, "staff.law"), Value: p.Law},
	}
	if p.Confirmed != nil {
		rows = append(rows, p.Confirmed.row(ctx))
	}
	if !p.Appealed.IsZero() {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "staff.appeal"), Value: text.Commas(ctx, []string{text.T(ctx, "staff.appealSince", "When", text.Time(ctx, p.Appealed)), p.AppealArticle})})
	}
	if p.DecidedBefore != "" {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "staff.appealBy"), Value: p.DecidedBefore})
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
