package views

import (
	"context"
	"path"
	"strconv"
	"strings"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// BreachState is where a breach stands with the supervisory authority.
type BreachState string

// The states of a breach.
const (
	BreachOpen   BreachState = "open"
	BreachTold   BreachState = "told"
	BreachClosed BreachState = "closed"
)

// StaffBreach is one breach of personal data.
type StaffBreach struct {
	Href         string
	State        BreachState
	Found, Due   time.Time
	At           time.Time // now
	Nature       string
	Kinds        []string // of data, by their names
	People       int64    // about how many; -1: not known yet
	Consequences string
	Measures     string
	HighRisk     bool
	Noted        time.Time
	Told         time.Time
	Reference    string
	Late         string
	Closed       time.Time
	Reason       string
}

// StaffBreachesPage lists breaches.
type StaffBreachesPage struct {
	Shell
	Breaches []StaffBreach
}

// StaffBreachPage is one breach, and what can be done.
type StaffBreachPage struct {
	Shell
	Breach  StaffBreach
	By      string
	Letters []StaffMailing
}

// StaffBreachFormPage asks what is known of a breach.
type StaffBreachFormPage struct {
	Shell
	Action, Back                   string
	New                            bool
	Version                        string
	Found                          string // as a browser writes it
	Zone                           string
	Nature, Consequences, Measures string
	Kinds                          []ui.Option // of data, by their names
	People                         string
	HighRisk                       bool
	Problems                       ui.Problems
}

// StaffBreachToldPage asks when the authority was told.
type StaffBreachToldPage struct {
	Shell
	Action, Back, Zone  string
	At, Reference, Late string
	Overdue             bool
	Problems            ui.Problems
}

// StaffBreachClosePage asks why the authority need not be told.
type StaffBreachClosePage struct {
	Shell
	Action, Back, Reason string
	Problems             ui.Problems
}

// title is how a breach begins.
func (b StaffBreach) title() string {
	said := []rune(b.Nature)
	if len(said) <= 80 {
		return b.Nature
	}
	cut := string(said[:79])
	if space := strings.LastIndexByte(cut, ' '); space > 0 { // not inside a word, where words are set apart
		cut = cut[:space]
	}
	return cut + "…"
}

func (b StaffBreach) overdue() bool { return b.At.After(b.Due) }

// left says how long there is to tell the authority, or since when it should know.
func (b StaffBreach) left(ctx context.Context) string {
	if b.overdue() {
		return text.T(ctx, "breach.overdue", "Since", text.Duration(ctx, b.At.Sub(b.Due).Truncate(time.Minute)))
	}
	return text.T(ctx, "breach.left", "Left", text.Duration(ctx, b.Due.Sub(b.At).Truncate(time.Minute)))
}

func (b StaffBreach) badge(ctx context.Context) ui.BadgeProps {
	kind := map[BreachState]ui.Kind{BreachOpen: ui.Turn, BreachTold: ui.Done}[b.State]
	if b.State == BreachOpen && b.overdue() {
		kind = ui.Danger
	}
	return ui.BadgeProps{Kind: kind, Label: text.T(ctx, "breach.states."+string(b.State))}
}

// alert is the clock of a breach, or nothing once it has stopped.
func (b StaffBreach) alert(ctx context.Context) ui.AlertProps {
	kind := ui.Turn
	if b.overdue() {
		kind = ui.Danger
	}
	return ui.AlertProps{Kind: kind, Title: b.left(ctx), Text: text.T(ctx, "breach.due", "When", text.Time(ctx, b.Due))}
}

func (b StaffBreach) people(ctx context.Context) string {
	if b.People < 0 {
		return text.T(ctx, "breach.unknown")
	}
	return text.N(ctx, "mailing.people", b.People)
}

func orUnknown(ctx context.Context, said string) string {
	if said == "" {
		return text.T(ctx, "breach.unknown")
	}
	return said
}

func (p StaffBreachPage) facts(ctx context.Context) []ui.SummaryRow {
	b := p.Breach
	rows := []ui.SummaryRow{
		{Key: text.T(ctx, "breach.found"), Value: text.Time(ctx, b.Found)},
		{Key: text.T(ctx, "breach.noted"), Value: text.Aside(ctx, p.By, text.Time(ctx, b.Noted))},
		{Key: text.T(ctx, "breach.nature"), Value: b.Nature},
		{Key: text.T(ctx, "breach.kinds"), Value: orUnknown(ctx, text.List(ctx, b.Kinds))},
		{Key: text.T(ctx, "breach.people"), Value: b.people(ctx)},
		{Key: text.T(ctx, "breach.consequences"), Value: orUnknown(ctx, b.Consequences)},
		{Key: text.T(ctx, "breach.measures"), Value: orUnknown(ctx, b.Measures)},
		{Key: text.T(ctx, "breach.highRisk"), Value: text.YesOrNo(ctx, b.HighRisk)},
	}
	if !b.Told.IsZero() {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "breach.told"), Value: text.Time(ctx, b.Told)}, ui.SummaryRow{Key: text.T(ctx, "breach.reference"), Value: b.Reference})
	}
	if b.Late != "" {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "breach.late"), Value: b.Late})
	}
	if !b.Closed.IsZero() {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "breach.closed"), Value: text.Time(ctx, b.Closed)}, ui.SummaryRow{Key: text.T(ctx, "breach.reason"), Value: b.Reason})
	}
	return rows
}

// untold says that people would have to be told, and nobody has begun to.
func (p StaffBreachPage) untold() bool {
	for _, m := range p.Letters {
		if m.State == MailingRunning || m.State == MailingPaused || m.State == MailingDone {
			return false
		}
	}
	return p.Breach.HighRisk
}

func breachRows(ctx context.Context, all []StaffBreach) [][]ui.Cell {
	cells := make([][]ui.Cell, len(all))
	for i, b := range all {
		clock := text.T(ctx, "breach.clockStopped")
		if b.State == BreachOpen {
			clock = b.left(ctx)
		}
		cells[i] = []ui.Cell{
			{Inside: ui.LinkTo(ui.Link{Label: b.title(), Href: b.Href})}, {Inside: ui.Badge(b.badge(ctx))}, {Text: clock}, {Text: b.people(ctx)}, {Text: text.Time(ctx, b.Found)},
		}
	}
	return cells
}

// Peopled is a number of people as a form has it; empty if it is not known.
func Peopled(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

// query names the breach in an address.
func (b StaffBreach) query() string { return "breach=" + path.Base(b.Href) }

// open leads from the queue to a breach whose clock runs.
func (b StaffBreach) open(ctx context.Context) ui.Link {
	return ui.Link{Label: text.T(ctx, "breach.openLink"), Href: b.Href}
}
