package web

import (
	"context"
	"time"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

const (
	fewestDays = 2  // below it a chart shows nothing that a table does not
	mostDays   = 62 // above it days are added up to months
	mostMonths = 36 // bars that still fit; older ones are in the table of rows
)

// charts draw what was observed over time: people would rather look than read.
func charts(ctx context.Context, category register.Category, days []record.Day) []ui.BarChartProps {
	intake, ok := category.Intake()
	if !ok || category.Origin != register.Observed || len(days) < fewestDays {
		return nil
	}
	monthly := days[len(days)-1].Date.Sub(days[0].Date) > mostDays*24*time.Hour
	steps := perDay(days)
	if monthly {
		steps = perMonth(days)
	}
	of, countBy, amountBy := text.T(ctx, "data.day"), "data.countByDay", "data.amountByDay"
	label := func(at time.Time) string { return text.Day(ctx, at) }
	if monthly {
		of, countBy, amountBy = text.T(ctx, "data.month"), "data.countByMonth", "data.amountByMonth"
		label = func(at time.Time) string { return text.Month(ctx, at) }
	}
	draw := func(id, title, unit string, kind dictionary.Type, value func(record.Day) int64) ui.BarChartProps {
		chart := ui.BarChartProps{ID: id, Title: title, Of: of, Unit: unit}
		var total int64
		for _, s := range steps {
			n := value(s)
			total += n
			chart.Bars = append(chart.Bars, ui.Bar{Label: label(s.Date), Value: float64(n), Text: record.Amount(ctx, kind, n)})
		}
		chart.Summary = text.T(ctx, "data.chartSummary",
			"First", label(steps[0].Date), "Last", label(steps[len(steps)-1].Date), "Total", record.Amount(ctx, kind, total))
		return chart
	}
	drawn := []ui.BarChartProps{draw("count", text.T(ctx, countBy), text.T(ctx, "data.countUnit"), dictionary.TypeInteger,
		func(d record.Day) int64 { return d.Rows })}
	if field, ok := intake.Field(intake.Tally); ok {
		drawn = append(drawn, draw("amount", text.T(ctx, amountBy), text.T(ctx, "data.amountUnit"), field.Type,
			func(d record.Day) int64 { return d.Amount }))
	}
	return drawn
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
