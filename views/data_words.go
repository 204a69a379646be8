package views

import (
	"context"
	"slices"
	"strings"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// stat says how much is held: "214,803 entries since 3 March 2023".
func (h DataHeld) stat(ctx context.Context) ui.StatProps {
	switch {
	case h.Rows == 0, h.Silent:
		return ui.StatProps{}
	case h.Since.IsZero():
		return h.count(ctx)
	}
	return ui.StatProps{Number: text.Number(ctx, h.Rows), Words: text.N(ctx, "data.entriesSince", h.Rows, "Since", h.Since)}
}

// count says it without the time.
func (h DataHeld) count(ctx context.Context) ui.StatProps {
	return ui.StatProps{Number: text.Number(ctx, h.Rows), Words: text.N(ctx, "data.entries", h.Rows)}
}

// late says what is past its time, and what becomes of it.
func (h DataHeld) late(ctx context.Context) string {
	if h.Late.IsZero() {
		return ""
	}
	if h.Stays {
		return text.T(ctx, "data.lateStays", "Before", text.Date(ctx, h.Late))
	}
	return text.T(ctx, "data.late", "Before", text.Date(ctx, h.Late))
}

// entry is a category in a line or two: what it says comes before how much of
// it there is.
func (c DataCard) entry(ctx context.Context) ui.EntryProps {
	entry := ui.EntryProps{Title: c.Name, Href: c.Href, Text: c.Summary, Note: c.Kept.In(ctx)}
	if c.Held.Rows > 0 && !c.Held.Silent && !c.Told {
		entry.Stat = c.Held.count(ctx)
	}
	if len(c.Newest) > 0 {
		entry.Lead = strings.Join(c.Newest, " · ")
	}
	if late := c.Held.late(ctx); late != "" {
		entry.Note, entry.Badge = text.Sentences(ctx, entry.Note, late), ui.BadgeProps{Label: text.T(ctx, "data.lateShort"), Kind: ui.Info}
	}
	if c.Held.Silent {
		entry.Badge = ui.BadgeProps{Label: text.T(ctx, "data.silentShort"), Kind: ui.Info}
	}
	return entry
}

// nothing tells that none of it is held, and that this is known.
func (c DataCard) nothing() bool { return c.Held.Rows == 0 && !c.Held.Silent }

// split parts the kinds of which something is held from the others.
func split(cards []DataCard) (held, nothing []DataCard) {
	for _, c := range cards {
		if c.nothing() {
			nothing = append(nothing, c)
		} else {
			held = append(held, c)
		}
	}
	return held, nothing
}

// say writes a day, a month or a year of the calendar.
func (u DataUnit) say(ctx context.Context, day time.Time) string {
	switch u {
	case DataAll:
		return text.T(ctx, "data.walk.all")
	case DataYear:
		return text.Year(ctx, day)
	case DataMonth:
		return text.Month(ctx, day)
	default:
		return text.Day(ctx, day)
	}
}

// measure heads what a chart shows.
func (c DataChart) measure(ctx context.Context) string {
	if c.Amount {
		return text.T(ctx, "data.amountUnit")
	}
	return text.T(ctx, "data.countUnit")
}

func (c DataChart) props(ctx context.Context) ui.BarChartProps {
	chart := ui.BarChartProps{ID: "count", Of: text.T(ctx, "data.unit."+string(c.By)), Title: text.T(ctx, "data.countBy."+string(c.By)), Unit: c.measure(ctx)}
	chart.Say = func(figure float64) string { return text.Amount(ctx, c.Unit, int64(figure)) }
	if c.Amount {
		chart.ID, chart.Title = "amount", text.T(ctx, "data.amountBy."+string(c.By))
	}
	if c.Folded {
		chart.Of = ""
	}
	if c.Beside != nil {
		chart.Beside = c.Beside.measure(ctx)
	}
	var total int64
	for i, s := range c.Steps {
		total += s.N
		bar := ui.Bar{Label: c.By.say(ctx, s.Day), Value: float64(s.N), Text: text.Amount(ctx, c.Unit, s.N), Href: s.Href}
		if c.Beside != nil {
			bar.Beside = text.Amount(ctx, c.Beside.Unit, c.Beside.Steps[i].N)
		}
		chart.Bars = append(chart.Bars, bar)
	}
	if n := len(c.Steps); n > 0 {
		chart.Summary = text.T(ctx, "data.chartSummary", "First", chart.Bars[0].Label, "Last", chart.Bars[n-1].Label, "Total", text.Amount(ctx, c.Unit, total))
	}
	if c.By != DataDay {
		chart.Note = text.T(ctx, "data.inUTC")
	}
	return chart
}

// further is a chart below another that has said by which clock it goes.
func (c DataChart) further(ctx context.Context) ui.BarChartProps {
	chart := c.props(ctx)
	chart.Note = ""
	return chart
}

// within is the key of the sentence that says how much lies in the time that is
// shown: a day, or any other.
func (p DataCategoryPage) within() string {
	if n := len(p.Trail); n > 0 && p.Trail[n-1].By == DataDay {
		return "data.within.day"
	}
	return "data.within.time"
}

// summary says what comes up most, where the list is folded.
func (r DataRank) summary(ctx context.Context) string {
	return text.Pair(ctx, r.Title, r.Values[0].Name)
}

// props draw a list; the values beyond it are its last line.
func (r DataRank) props(ctx context.Context) ui.BarListProps {
	list := ui.BarListProps{Caption: r.Title, Of: r.Of, Unit: text.T(ctx, "data.countUnit")}
	for _, v := range r.Values {
		list.Bars = append(list.Bars, r.bar(ctx, v.Name, v.Href, v.Rows))
	}
	if r.Others > 0 {
		list.Bars = append(list.Bars, r.bar(ctx, text.N(ctx, "data.ranked.others", int64(r.Others)), "", r.OtherRows))
	}
	if r.Newest > 0 {
		list.Note = text.N(ctx, "data.ranked.newest", r.Newest)
	}
	return list
}

// bar has a value's share of the rows beside their number.
func (r DataRank) bar(ctx context.Context, name, href string, rows int64) ui.Bar {
	share := (rows*100 + r.Rows/2) / r.Rows
	return ui.Bar{Label: name, Href: href, Value: float64(rows), Text: text.T(ctx, "data.ranked.share", "Number", text.Number(ctx, rows), "Share", share)}
}

// trail leads back from what is shown to all there is.
func (p DataCategoryPage) trail(ctx context.Context) (all []ui.Link) {
	for _, place := range p.Trail {
		all = append(all, ui.Link{Label: place.By.say(ctx, place.Day), Href: place.Href})
	}
	return all
}

func (v DataValue) cell() ui.Cell {
	if v.ISO != "" {
		return ui.Cell{Inside: ui.Time(ui.TimeProps{ISO: v.ISO, Text: v.Text})}
	}
	return ui.Cell{Text: v.Text, None: v.None}
}

// facts are a list's only row as names and values.
func (l DataList) facts() []ui.SummaryRow {
	var rows []ui.SummaryRow
	for i, v := range l.Rows[0].Values {
		cell := v.cell()
		rows = append(rows, ui.SummaryRow{Key: l.Columns[i].Label, Value: cell.Text, Inside: cell.Inside})
	}
	return rows
}

func (l DataList) table(ctx context.Context) ui.TableProps {
	t := ui.TableProps{Caption: l.Name, CaptionAside: true, Brief: true}
	for _, c := range l.Columns {
		t.Columns = append(t.Columns, ui.Column{Label: c.Label, Numeric: c.Numeric, Named: c.Named})
	}
	for _, r := range l.Rows {
		cells := make([]ui.Cell, len(r.Values))
		for i, v := range r.Values {
			cells[i] = v.cell()
		}
		t.Rows = append(t.Rows, cells)
	}
	fold(&t)
	if len(l.Rows) > 0 && l.Rows[0].Correct != "" {
		t.Columns = append(t.Columns, ui.Column{Label: text.T(ctx, "data.correctHead")})
		for i, r := range l.Rows {
			t.Rows[i] = append(t.Rows[i], ui.Cell{Text: text.T(ctx, "data.correctRow"), Href: r.Correct})
		}
	}
	return t
}

// maxColumns is how many columns a reader takes in at once; a table one wider
// stays whole, because folding one away saves nothing.
const maxColumns = 5

// fold moves the later columns of a wide table under each row.
func fold(t *ui.TableProps) {
	if len(t.Columns) <= maxColumns+1 {
		return
	}
	for n, row := range t.Rows {
		var rest []ui.SummaryRow
		for i, cell := range row[maxColumns:] {
			rest = append(rest, ui.SummaryRow{Key: t.Columns[maxColumns+i].Label, Value: cell.Text, Inside: cell.Inside})
		}
		t.Rows[n], t.More = row[:maxColumns:maxColumns], append(t.More, rest)
	}
	t.Columns = t.Columns[:maxColumns:maxColumns]
}

// hidden is what the address keeps beside what is filtered for.
func (f DataFilter) hidden() []ui.Hidden {
	if f.Rows == "" {
		return nil
	}
	return []ui.Hidden{{Name: "rows", Value: f.Rows}}
}

func (l DataList) pager(ctx context.Context) ui.PagerProps {
	p := ui.PagerProps{Newer: l.Newer, Older: l.Older, Shown: len(l.Rows), Of: l.Held, Whole: l.Whole}
	if !l.First.IsZero() && (p.Newer != "" || p.Older != "") {
		p.Status = span(ctx, l.First, l.Last)
	}
	return p
}

// span says from which day to which; once if it is one day.
func span(ctx context.Context, first, last time.Time) string {
	from, to := text.Date(ctx, first), text.Date(ctx, last)
	if from == to {
		return from
	}
	return text.T(ctx, "data.shown", "First", from, "Last", to)
}

// single tells that a list of it is one entry, which needs no counting.
func (p DataCategoryPage) single() bool {
	return slices.ContainsFunc(p.Lists, func(l DataList) bool { return l.Single })
}

// filtered tells that somebody wrote into the filter: what they walked to is said
// by the trail.
func (p DataCategoryPage) filtered() bool {
	f := p.Filter
	return f.Search != "" || len(f.Problems) > 0 || f.From+f.To != "" && len(p.Trail) == 0
}

// summary says what can be looked for, where the filter is folded.
func (f DataFilter) summary(ctx context.Context) string {
	switch {
	case !f.Timed:
		return text.T(ctx, "data.search.label")
	case len(f.Searched) == 0:
		return text.T(ctx, "data.filterTime")
	}
	return text.T(ctx, "data.filter")
}

// nothing tells that there is no row to show, in none of the lists.
func (p DataCategoryPage) nothing() bool {
	return !slices.ContainsFunc(p.Lists, func(l DataList) bool { return len(l.Rows) > 0 || l.Silent || l.Older != "" || l.Newer != "" })
}

// silent tells that the page lacks something.
func (p DataCategoryPage) silent() bool {
	return p.Held.Silent || slices.ContainsFunc(p.Lists, func(l DataList) bool { return l.Silent })
}

// empty says which kind of nothing this is: nothing is held, or nothing of
// what is held falls into the time that was chosen.
func (p DataCategoryPage) empty(ctx context.Context) ui.EmptyStateProps {
	if p.Held.Rows == 0 {
		return ui.EmptyStateProps{Title: text.T(ctx, "data.nothing"), Text: text.T(ctx, "data.emptyWords")}
	}
	if p.Filter != nil && p.Filter.Search != "" {
		return ui.EmptyStateProps{Title: text.T(ctx, "data.search.none", "Words", p.Filter.Search), Text: text.T(ctx, "data.search.noneNext"), Action: ui.Link{Label: text.T(ctx, "ui.clear"), Href: p.Filter.Clear}}
	}
	empty := ui.EmptyStateProps{Title: text.T(ctx, "data.emptyTime"), Text: text.N(ctx, "data.emptyTimeHeld", p.Held.Rows)}
	if p.Filter != nil {
		empty.Action = ui.Link{Label: text.T(ctx, "ui.clear"), Href: p.Filter.Clear}
	}
	return empty
}

// none says the same of one list beside others.
func (l DataList) none(ctx context.Context) string {
	switch {
	case l.Silent:
		return text.T(ctx, "data.silentShort")
	case !l.Behind.IsZero():
		return text.T(ctx, "data.search.noneYet")
	case l.Narrowed:
		return text.T(ctx, "data.emptyTime")
	}
	return text.T(ctx, "data.nothing")
}

func (a DataAbout) facts(ctx context.Context) []ui.SummaryRow {
	recipients := text.T(ctx, "data.recipientsNone")
	if len(a.Recipients) > 0 {
		recipients = text.Clauses(ctx, a.Recipients)
	}
	rows := []ui.SummaryRow{
		{Key: text.T(ctx, "data.origin"), Value: text.T(ctx, "data.originOf."+a.Origin)},
		{Key: text.T(ctx, "data.recipients"), Value: recipients},
		{Key: text.T(ctx, "data.kept"), Value: a.Kept.In(ctx)},
		{Key: text.T(ctx, "data.atErasure"), Value: a.AtErasure.In(ctx)},
		{Key: text.T(ctx, "data.place"), Value: a.Place},
	}
	if a.Transfer != "" {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "data.transfer"), Inside: pressed(text.Pair(ctx, a.Transfer, a.Rule), a.Press)})
	}
	return rows
}

// countryOptions are all countries, one of them chosen, or none.
func countryOptions(ctx context.Context, chosen string) []ui.Option {
	options := []ui.Option{{Label: text.T(ctx, "account.countryNone"), Selected: chosen == ""}}
	for _, country := range text.Countries(ctx) {
		options = append(options, ui.Option{Value: country.Code, Label: country.Name, Selected: country.Code == chosen})
	}
	return options
}
