package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// StaffMailPage is the mail that does not go, by receiving domain and reason.
type StaffMailPage struct {
	Shell

	At      time.Time
	Waiting []StuckMail // the longest waiting first
	GivenUp []StuckMail // in the last seven days, the latest first
	Slowed  []SlowDomain
	Came    []CameIn // in the last seven days
}

// CameIn is mail that came in and what became of it.
type CameIn struct {
	Outcome string
	Number  int64
	Last    time.Time
}

// StuckMail is mail to one domain that has not gone for one reason.
type StuckMail struct {
	Domain, Why string
	Number      int64
	At, Next    time.Time
	Href        string
}

// SlowDomain is sent nothing till then, because it asked for less.
type SlowDomain struct {
	Domain string
	Until  time.Time
}

// StaffLettersPage are the letters of one such domain and reason, or one of them.
type StaffLettersPage struct {
	Shell

	Domain, Why, Letter string
	At                  string // this page
	Letters             []StuckLetter
	Because             []string // why mail may be given up
	Problems            ui.Problems
}

// StuckLetter is one of them. Its reader finds the address with the person, whose
// page asks for a reason.
type StuckLetter struct {
	Kind          string
	Written, Next time.Time
	Tries         int
	Href, Person  string
}

// domainName is a domain, or the words for an address that can't be read.
func domainName(ctx context.Context, domain string) string {
	if domain == "" {
		return text.T(ctx, "operation.mailNoDomain")
	}
	return domain
}

func whyMail(ctx context.Context, why string) string {
	if said := text.Optional(ctx, "operation.why."+why); said != "" {
		return said
	}
	return text.T(ctx, "operation.whyOther")
}

func stuckCells(ctx context.Context, all []StuckMail, now time.Time) [][]ui.Cell {
	rows := make([][]ui.Cell, len(all))
	for i, s := range all {
		rows[i] = []ui.Cell{
			{Text: domainName(ctx, s.Domain), Href: s.Href}, {Text: whyMail(ctx, s.Why)}, {Text: text.Number(ctx, s.Number)}, {Text: text.Time(ctx, s.At)},
		}
		if s.Href != "" {
			rows[i] = append(rows[i], ui.Cell{Text: nextTry(ctx, s.Next, now)})
		}
	}
	return rows
}

func cameCells(ctx context.Context, all []CameIn) [][]ui.Cell {
	rows := make([][]ui.Cell, len(all))
	for i, c := range all {
		rows[i] = []ui.Cell{{Text: text.T(ctx, "operation.came."+c.Outcome)}, {Text: text.Number(ctx, c.Number)}, {Text: text.Time(ctx, c.Last)}}
	}
	return rows
}

func nextTry(ctx context.Context, next, now time.Time) string {
	if !next.After(now) {
		return text.T(ctx, "operation.mailNow")
	}
	return text.Time(ctx, next)
}

func slowRows(ctx context.Context, all []SlowDomain) []ui.SummaryRow {
	rows := make([]ui.SummaryRow, len(all))
	for i, s := range all {
		rows[i] = ui.SummaryRow{Key: domainName(ctx, s.Domain), Value: text.T(ctx, "operation.mailSlowUntil", "When", text.Time(ctx, s.Until))}
	}
	return rows
}

func (p StaffLettersPage) cells(ctx context.Context) [][]ui.Cell {
	rows := make([][]ui.Cell, len(p.Letters))
	for i, l := range p.Letters {
		rows[i] = []ui.Cell{{Text: l.Kind, Href: l.Href}, {Text: text.Time(ctx, l.Written)}, {Text: text.Number(ctx, int64(l.Tries))}, {Text: text.Time(ctx, l.Next)}}
		if l.Person != "" {
			rows[i] = append(rows[i], ui.Cell{Text: text.T(ctx, "operation.mailPerson"), Href: l.Person})
		} else {
			rows[i] = append(rows[i], ui.Cell{Text: text.T(ctx, "operation.mailNobody"), None: true})
		}
	}
	return rows
}

func (p StaffLettersPage) hidden() []ui.Hidden {
	return []ui.Hidden{{Name: "domain", Value: p.Domain}, {Name: "why", Value: p.Why}, {Name: "letter", Value: p.Letter}}
}

func (p StaffLettersPage) because(ctx context.Context) []ui.Option {
	options := []ui.Option{{Label: text.T(ctx, "operation.mailBecauseChoose")}}
	for _, b := range p.Because {
		options = append(options, ui.Option{Value: b, Label: text.T(ctx, "staff.auditBecause."+b)})
	}
	return options
}

func (p StaffLettersPage) retryLabel(ctx context.Context) string {
	if p.Letter != "" {
		return text.T(ctx, "operation.mailRetryOne")
	}
	return text.T(ctx, "operation.mailRetryAll")
}

func (p StaffLettersPage) dropLabel(ctx context.Context) string {
	if p.Letter != "" {
		return text.T(ctx, "operation.mailDropOne")
	}
	return text.T(ctx, "operation.mailDropAll")
}
