package export

import (
	"context"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"plusultra.link/privacy/views/text"
)

// indexChart is how much came about month by month, drawn without a script.
type indexChart struct {
	Title, Summary, Most, Top, First, Last string
	Width                                  int
	Bars                                   []indexBar
}

type indexBar struct {
	X         int
	Y, Height string
	Title     string
}

const (
	fewestMonths = 3  // below it a chart shows nothing that a sentence does not
	barStep      = 10 // the drawing's own units, 100 high
)

// months are the rows of each month, all sources together.
func (c *category) months() map[string]int64 {
	all := map[string]int64{}
	for _, s := range c.samples {
		for month, rows := range s.months {
			all[month] += rows
		}
	}
	return all
}

// span is the first month and the last, of UTC.
func span(months map[string]int64) (first, last time.Time, ok bool) {
	if len(months) == 0 {
		return first, last, false
	}
	keys := slices.Sorted(maps.Keys(months))
	first, errFirst := time.Parse(monthKey, keys[0])
	last, errLast := time.Parse(monthKey, keys[len(keys)-1])
	return first, last, errFirst == nil && errLast == nil
}

const monthKey = "2006-01"

// periodOf says from which month to which; empty where the rows have no time.
func periodOf(ctx context.Context, months map[string]int64) string {
	first, last, ok := span(months)
	switch {
	case !ok:
		return ""
	case first.Equal(last):
		return text.Month(ctx, first)
	}
	return text.T(ctx, "data.shown", "First", text.Month(ctx, first), "Last", text.Month(ctx, last))
}

// chartOf draws them, those in between too in which there was nothing; nil
// where that would be hardly more than a sentence.
func chartOf(ctx context.Context, months map[string]int64) *indexChart {
	first, last, ok := span(months)
	if !ok || len(months) < fewestMonths {
		return nil
	}
	var most, total int64
	for _, rows := range months {
		most, total = max(most, rows), total+rows
	}
	chart := indexChart{
		Title: text.T(ctx, "data.countBy.month"), Top: text.Number(ctx, most), First: text.Month(ctx, first), Last: text.Month(ctx, last),
		Summary: text.T(ctx, "data.chartSummary", "First", text.Month(ctx, first), "Last", text.Month(ctx, last), "Total", text.Number(ctx, total)),
	}
	for at := first; !at.After(last); at = at.AddDate(0, 1, 0) {
		rows := months[at.Format(monthKey)]
		tall := math.Round(float64(rows) / float64(most) * 100)
		if rows > 0 {
			tall = max(tall, 1) // something is never drawn as nothing
		}
		said := text.Number(ctx, rows)
		if rows == most && chart.Most == "" {
			chart.Most = text.T(ctx, "ui.most", "Figure", said, "When", text.Month(ctx, at))
		}
		chart.Bars = append(chart.Bars, indexBar{
			X: chart.Width, Y: strconv.FormatFloat(100-tall, 'f', -1, 64), Height: strconv.FormatFloat(tall, 'f', -1, 64), Title: text.Pair(ctx, text.Month(ctx, at), said),
		})
		chart.Width += barStep
	}
	return &chart
}
