package web

import (
	"context"
	"slices"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

// categoryPage is what the register says of a category, and how its reader
// stands to what it rests on.
func (c *dataController) categoryPage(ctx echo.Context, category register.Category, st standings) views.DataCategoryPage {
	r := ctx.Request().Context()
	lang := text.Lang(r)
	page := views.DataCategoryPage{Shell: c.shell(ctx, "", "data"), ID: category.ID, Summary: category.Summary.In(lang), Warning: category.Warning.In(lang)}
	page.Title = category.Name.In(lang)
	for _, p := range c.Register.PurposesOf(category) {
		basis := c.Register.Basis(p.Basis)
		how := p.How
		if how.Empty() {
			how = basis.How
		}
		page.Purposes = append(page.Purposes, views.DataPurpose{
			Name: p.Name.In(lang), Summary: p.Summary.In(lang), Basis: basis.Name.In(lang), You: how.In(lang), Object: c.objection(p),
			Press: st.press(ctx, page.Shell, "purpose-"+p.ID, p.Name.In(lang), c.Register.TopicsFor(p.ID)...),
		})
	}
	page.About = c.about(r, category)
	if t, ok := c.Register.Transfer(category.Transfer); ok {
		topic, _ := c.Register.Topic(t.Topic)
		page.About.Press = st.press(ctx, page.Shell, "transfer", topic.Name.In(lang), topic)
	}
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

// acts are what can be done here about a category of which something is held, and
// why something can't.
func (c *dataController) acts(ctx context.Context, category register.Category, held record.Timeline, law register.Jurisdiction) (acts views.DataActs) {
	if len(c.Retention.Offers(category)) > 0 {
		acts.Keep = "/data/" + category.ID + "/keep"
	}
	if held.Rows == 0 || held.Silent {
		return acts
	}
	acts.Download = "/downloads/new?choose=" + category.ID
	lang := text.Lang(ctx)
	if kind, ok := c.corrects(); ok && !slices.ContainsFunc(c.Records.For(category.ID), c.correctsRows) {
		acts.Correct, acts.Fixed = newRequestAt(kind), category.Fixed.In(lang)
	}
	switch {
	case c.Records.Parts(category):
		acts.Delete = "/data/" + category.ID + "/delete"
	case category.Erasure.Action == register.Keep:
		acts.Locked, acts.Law = category.Erasure.Because.In(lang), c.Register.KeepingLaw(category, law.ID, lang)
	default:
		acts.OfAccount = true
	}
	return acts
}

func (c *dataController) about(ctx context.Context, category register.Category) views.DataAbout {
	lang := text.Lang(ctx)
	about := views.DataAbout{
		Origin: string(category.Origin), Kept: category.Retention.Rule(lang), AtErasure: category.Erasure.Rule(lang), Place: c.Register.Place(category.Place).Name.In(lang),
	}
	for _, p := range c.Register.RecipientsOf(category) {
		about.Recipients = append(about.Recipients, p.Name.In(lang))
	}
	if t, ok := c.Register.Transfer(category.Transfer); ok {
		about.Transfer, about.Rule = t.Name.In(lang), t.Summary.In(lang)
	}
	return about
}

// dataList sets a source's rows, without the fields that only a download has.
func (c *dataController) dataList(ctx context.Context, source record.Source, page record.Page) views.DataList {
	lang := text.Lang(ctx)
	list := views.DataList{Name: source.Title().In(lang), Single: len(page.Rows) == 1 && page.Rows[0].Key == ""}
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
		list.Columns = append(list.Columns, views.DataColumn{Label: f.Name.In(lang), Numeric: f.Type.Number(), Named: i > 0 && nameless(f.Type)})
	}
	for _, row := range page.Rows {
		values := make([]views.DataValue, len(shown))
		for n, i := range shown {
			values[n] = dataValue(c.Words.Value(ctx, source.Fields()[i], row.Values[i]))
		}
		list.Rows = append(list.Rows, views.DataRow{Values: values})
	}
	if n := len(page.Rows); n > 0 && timed >= 0 {
		last, okLast := record.Time(page.Rows[0].Values[timed])
		first, okFirst := record.Time(page.Rows[n-1].Values[timed])
		if okFirst && okLast {
			list.First, list.Last = first, last
		}
	}
	return list
}

// nameless tells that a value says little without the name of its field.
func nameless(of dictionary.Type) bool {
	switch of {
	case dictionary.TypeInteger, dictionary.TypeBoolean, dictionary.TypeTime, dictionary.TypeDate:
		return true
	default:
		return false
	}
}

func dataValue(said record.Said) views.DataValue {
	return views.DataValue{Text: said.Text, ISO: said.ISO, None: said.Text == record.Nothing}
}

// objection is where somebody objects to a purpose, if they may.
func (s *server) objection(p register.Purpose) string {
	if !s.Register.Objectable(p) {
		return ""
	}
	return "/requests/new/objection?use=" + p.ID
}
