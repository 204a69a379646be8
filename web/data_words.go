package web

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// stat says how much is held: "214,803 entries since 3 March 2023".
func stat(ctx context.Context, h record.Holding) ui.StatProps {
	switch {
	case h.Rows == 0:
		return ui.StatProps{}
	case h.First.IsZero():
		return ui.StatProps{Number: text.Number(ctx, h.Rows), Words: text.N(ctx, "data.entries", h.Rows)}
	}
	return ui.StatProps{Number: text.Number(ctx, h.Rows), Words: text.N(ctx, "data.entriesSince", h.Rows, "Since", text.Date(ctx, h.First))}
}

// categoryPage is what the register says of a category.
func (c *dataController) categoryPage(ctx echo.Context, category register.Category) views.DataCategoryPage {
	r := ctx.Request().Context()
	lang := text.Lang(r)
	page := views.DataCategoryPage{Shell: c.shell(ctx, "", "data"), Summary: category.Summary.In(lang), Warning: category.Warning.In(lang)}
	page.Title = category.Name.In(lang)
	for _, p := range c.Register.PurposesOf(category) {
		basis := c.Register.Basis(p.Basis)
		how := p.How
		if how.Empty() {
			how = basis.How
		}
		page.Purposes = append(page.Purposes, views.DataPurpose{
			Name: p.Name.In(lang), Summary: p.Summary.In(lang), Basis: basis.Name.In(lang), You: how.In(lang),
		})
	}
	page.About = c.about(r, category)
	for _, h := range category.Holdings {
		for _, w := range h.Withheld {
			page.Withheld = append(page.Withheld, views.DataWithheld{What: w.Name.In(lang), Because: w.Because.In(lang)})
		}
		if h.Except != nil {
			page.Withheld = append(page.Withheld, views.DataWithheld{What: h.Except.Name.In(lang), Because: h.Except.Because.In(lang)})
		}
	}
	return page
}

func (c *dataController) about(ctx context.Context, category register.Category) []ui.SummaryRow {
	lang := text.Lang(ctx)
	var who []string
	for _, p := range c.Register.RecipientsOf(category) {
		who = append(who, p.Name.In(lang))
	}
	recipients := text.Clauses(ctx, who)
	if recipients == "" {
		recipients = text.T(ctx, "data.recipientsNone")
	}
	rows := []ui.SummaryRow{
		{Key: text.T(ctx, "data.origin"), Value: text.T(ctx, "data.originOf."+string(category.Origin))},
		{Key: text.T(ctx, "data.recipients"), Value: recipients},
		{Key: text.T(ctx, "data.kept"), Value: category.Retention.In(lang)},
		{Key: text.T(ctx, "data.atErasure"), Value: category.Erasure.In(lang)},
		{Key: text.T(ctx, "data.place"), Value: c.Register.Place(category.Place).Name.In(lang)},
	}
	if t, ok := c.Register.Transfer(category.Transfer); ok {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "data.transfer"), Value: t.Name.In(lang) + ": " + t.Summary.In(lang)})
	}
	return rows
}

// dataList sets a source's rows, without the fields that only a download has.
func (c *dataController) dataList(ctx context.Context, source record.Source, page record.Page) views.DataList {
	lang := text.Lang(ctx)
	name := source.Category().Name.In(lang)
	list := views.DataList{Empty: text.T(ctx, "data.emptyWords"), Table: ui.TableProps{Caption: name, CaptionAside: true}}
	var shown []int
	timed := -1
	for i, f := range source.Fields() {
		if f.Hidden {
			continue
		}
		if f.Type == dictionary.TypeTime && timed < 0 {
			timed = i
		}
		shown = append(shown, i)
		list.Table.Columns = append(list.Table.Columns, ui.Column{Label: f.Name.In(lang), Numeric: f.Type.Number()})
	}
	for _, row := range page.Rows {
		cells := make([]ui.Cell, len(shown))
		for n, i := range shown {
			cells[n] = c.dataCell(ctx, source.Fields()[i], row.Values[i])
		}
		list.Table.Rows = append(list.Table.Rows, cells)
	}
	if single := len(page.Rows) == 1 && page.Rows[0].Key == ""; single {
		for n, cell := range list.Table.Rows[0] {
			list.Facts = append(list.Facts, ui.SummaryRow{Key: list.Table.Columns[n].Label, Value: cell.Text, Inside: cell.Inside})
		}
	}
	fold(&list.Table)
	if n := len(page.Rows); n > 0 && timed >= 0 {
		last, okLast := record.Time(page.Rows[0].Values[timed])
		first, okFirst := record.Time(page.Rows[n-1].Values[timed])
		if okFirst && okLast {
			list.Pager.Status = span(ctx, first, last)
		}
	}
	return list
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
		t.Rows[n], t.More = row[:maxColumns], append(t.More, rest)
	}
	t.Columns = t.Columns[:maxColumns]
}

// span says from which day to which; once if it is one day.
func span(ctx context.Context, first, last time.Time) string {
	from, to := text.Date(ctx, first), text.Date(ctx, last)
	if from == to {
		return from
	}
	return text.T(ctx, "data.shown", "First", from, "Last", to)
}

// dataCell says a value as its reader would.
func (c *dataController) dataCell(ctx context.Context, f dictionary.Field, raw []byte) ui.Cell {
	said := c.Words.Value(ctx, f, raw)
	if said.ISO != "" {
		return ui.Cell{Inside: ui.Time(ui.TimeProps{ISO: said.ISO, Text: said.Text})}
	}
	return ui.Cell{Text: said.Text}
}
