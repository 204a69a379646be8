package web

import (
	"slices"
	"time"

	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views"
)

const (
	fewestDays = 2  // below it a chart shows nothing that a table does not
	mostDays   = 62 // above it days are added up to months
	mostMonths = 36 // bars that still fit; older ones are in the table of rows
)

// charts draw what was observed over time: people would rather look than read.
func charts(category register.Category, days []record.Day) []views.DataChart {
	holding, ok := category.IngestHolding()
	if !ok || category.Origin != register.Observed || len(days) < fewestDays {
		return nil
	}
	monthly := days[len(days)-1].Date.Sub(days[0].Date) > mostDays*24*time.Hour
	per := perDay
	if monthly {
		per = perMonth
	}
	count := views.DataChart{Monthly: monthly}
	amount := views.DataChart{Monthly: monthly, Amount: true}
	for _, d := range per(days) {
		count.Steps = append(count.Steps, views.DataStep{Day: d.Date, N: d.Rows})
		amount.Steps = append(amount.Steps, views.DataStep{Day: d.Date, N: d.Amount})
	}
	if field, ok := holding.Field(holding.Tally); ok {
		amount.Unit = string(field.Type)
		return []views.DataChart{count, amount}
	}
	return []views.DataChart{count}
}

// spanned are the days that a filter leaves, as nearly as days of UTC tell: those
// that the reader's first and last day have a part in.
func spanned(days []record.Day, q record.PageQuery) []record.Day {
	return slices.DeleteFunc(days, func(d record.Day) bool {
		return !q.From.IsZero() && !d.Date.AddDate(0, 0, 1).After(q.From) || !q.To.IsZero() && !d.Date.Before(q.To)
	})
}

// perDay fills the days between, on which there was nothing.
func perDay(days []record.Day) []record.Day {
	return steps(days, func(at time.Time) time.Time { return at.AddDate(0, 0, 1) })
}

func perMonth(days []record.Day) []record.Day {
	var months []record.Day
	for _, d := range days {
		at := time.Date(d.Date.Year(), d.Date.Month(), 1, 0, 0, 0, 0, time.UTC)
		if n := len(months); n == 0 || !months[n-1].Date.Equal(at) {
			months = append(months, record.Day{Date: at})
		}
		m := &months[len(months)-1]
		m.Rows, m.Amount = m.Rows+d.Rows, m.Amount+d.Amount
	}
	all := steps(months, func(at time.Time) time.Time { return at.AddDate(0, 1, 0) })
	return all[max(0, len(all)-mostMonths):]
}

func steps(some []record.Day, next func(time.Time) time.Time) []record.Day {
	var all []record.Day
	for at := some[0].Date; len(some) > 0; at = next(at) {
		if some[0].Date.Equal(at) {
			all, some = append(all, some[0]), some[1:]
			continue
		}
		all = append(all, record.Day{Date: at})
	}
	return all
}
