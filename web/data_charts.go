package web

import (
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

const fewestSteps = 2 // below it a chart shows nothing that a table does not

// charts draw what was observed over time: people would rather look than read.
// Each step leads to the page of its own time.
func charts(path string, category register.Category, held record.Timeline) []views.DataChart {
	holding, ok := category.IngestHolding()
	if !ok || category.Origin != register.Observed || len(held.Steps) < fewestSteps {
		return nil
	}
	by := map[record.Unit]views.DataUnit{record.ByDay: views.DataDay, record.ByMonth: views.DataMonth, record.ByYear: views.DataYear}[held.By]
	count := views.DataChart{By: by}
	amount := views.DataChart{By: by, Amount: true, Folded: true}
	for _, s := range filled(held) {
		href := ""
		if s.Rows > 0 {
			href = during(path, by, s.Start)
		}
		count.Steps = append(count.Steps, views.DataStep{Day: s.Start, N: s.Rows, Href: href})
		amount.Steps = append(amount.Steps, views.DataStep{Day: s.Start, N: s.Amount, Href: href})
	}
	if field, ok := holding.Field(holding.Tally); ok {
		amount.Unit = string(field.Type)
		count.Beside = &amount
		return []views.DataChart{count, amount}
	}
	return []views.DataChart{count}
}

// filled has the steps between, too, in which there was nothing.
func filled(held record.Timeline) []record.Step {
	var all []record.Step
	for some, at := held.Steps, held.Steps[0].Start; len(some) > 0; at = next(at, held.By) {
		step := record.Step{Start: at}
		if some[0].Start.Equal(at) {
			step, some = some[0], some[1:]
		}
		all = append(all, step)
	}
	return all
}

// next is the first day of the next day, month or year.
func next(day time.Time, by record.Unit) time.Time {
	switch by {
	case record.ByYear:
		return day.AddDate(1, 0, 0)
	case record.ByMonth:
		return day.AddDate(0, 1, 0)
	default:
		return day.AddDate(0, 0, 1)
	}
}

// during is the address of a category's page of a day, or of the month or year
// that it begins: the filter says which.
func during(path string, by views.DataUnit, first time.Time) string {
	if by == views.DataAll {
		return path + "#period"
	}
	last := next(first, map[views.DataUnit]record.Unit{views.DataMonth: record.ByMonth, views.DataYear: record.ByYear}[by]).AddDate(0, 0, -1)
	return between(path, first, last)
}

func between(path string, first, last time.Time) string {
	return path + "?" + url.Values{"from": {first.Format(time.DateOnly)}, "to": {last.Format(time.DateOnly)}}.Encode() + "#period"
}

// narrowed is how many rows lie in the time that was chosen; 0 where all are shown.
func narrowed(category register.Category, held record.Timeline, span record.PageQuery) int64 {
	if _, ok := category.IngestHolding(); !ok || span.From.IsZero() && span.To.IsZero() || held.Silent {
		return 0
	}
	return held.Within()
}

// trail is the way from all there is to the time that the filter chose: the year,
// the month and the day in which all of it lies.
func trail(ctx echo.Context, span record.PageQuery) []views.DataPlace {
	if span.From.IsZero() || span.To.IsZero() {
		return nil
	}
	zone, path := text.Zone(ctx.Request().Context()), ctx.Request().URL.Path
	first, last := span.From.In(zone), span.To.Add(-time.Nanosecond).In(zone)
	places := []views.DataPlace{{By: views.DataAll, Href: during(path, views.DataAll, first)}}
	add := func(by views.DataUnit, month time.Month, day int) {
		begins := time.Date(first.Year(), month, day, 0, 0, 0, 0, time.UTC)
		places = append(places, views.DataPlace{By: by, Day: begins, Href: during(path, by, begins)})
	}
	if first.Year() == last.Year() {
		if add(views.DataYear, time.January, 1); first.Month() == last.Month() {
			if add(views.DataMonth, first.Month(), 1); first.Day() == last.Day() {
				add(views.DataDay, first.Month(), first.Day())
			}
		}
	}
	if here := &places[len(places)-1]; here.Href == between(path, first, last) {
		here.Href = ""
	}
	return places
}
