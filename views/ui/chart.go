package ui

import (
	"math"
	"slices"
	"strconv"
)

// Bar is one figure of a chart. Text is the figure as the reader writes it.
type Bar struct {
	Label string
	Value float64
	Text  string
	// Beside is another figure of the same, for the table; Href leads to what it
	// is made of.
	Beside, Href string
}

// BarChartProps draws figures over time (or any order) as upright bars, with
// a table of the same figures beside it.
type BarChartProps struct {
	ID      string
	Title   string
	Summary string // what a glance at the picture would tell: for those who listen
	Bars    []Bar
	Of      string // heads the column of labels: "Month"; empty: another chart's table has the figures
	Unit    string // heads the column of figures: "Connections"
	Beside  string // heads another one, of the bars' second figures; empty: there are none
	Note    string // what is to be known of the figures
	// Say writes a figure of the scale as the bars' texts are written.
	Say func(figure float64) string
}

// The drawing's own units: a bar with its gap is step wide; CSS stretches the
// whole to the column, so that no text is ever scaled.
const (
	step   = 10.0
	gap    = 3.0
	height = 100.0
)

func (p BarChartProps) most() (Bar, bool) {
	var most Bar
	for _, b := range p.Bars {
		if b.Value > most.Value {
			most = b
		}
	}
	return most, most.Value > 0
}

// roundTops are the first digits that a scale may end with: the top is at most
// half as high again as the highest bar.
func roundTops() []float64 { return []float64{1, 1.5, 2, 3, 4, 5, 6, 8, 10} }

// top is the round figure at which the scale ends.
func (p BarChartProps) top() float64 {
	most, any := p.most()
	if !any {
		return 0
	}
	power := math.Pow(10, math.Floor(math.Log10(most.Value)))
	for _, digit := range roundTops() {
		if digit*power >= most.Value {
			return digit * power
		}
	}
	return most.Value
}

// scale is the figures beside the bars, from the top down to nothing.
func (p BarChartProps) scale() []string {
	top := p.top()
	if top == 0 || p.Say == nil {
		return nil
	}
	figures := []string{p.Say(top), p.Say(0)}
	if half := top / 2; half == math.Trunc(half) {
		figures = slices.Insert(figures, 1, p.Say(half))
	}
	return figures
}

func (p BarChartProps) viewBox() string {
	return "0 0 " + units(math.Max(step, step*float64(len(p.Bars)))) + " " + units(height)
}

// tall is how high a bar is drawn where the scale ends at top.
func (b Bar) tall(top float64) float64 {
	if top == 0 || b.Value <= 0 {
		return 0
	}
	return math.Max(b.Value/top*height, 1) // something is never drawn as nothing
}

// axis is the first, the middle and the last label: what fits on a phone.
func (p BarChartProps) axis() []string {
	n := len(p.Bars)
	switch {
	case n == 0:
		return nil
	case n < 3:
		labels := make([]string, 0, n)
		for _, b := range p.Bars {
			labels = append(labels, b.Label)
		}
		return labels
	}
	return []string{p.Bars[0].Label, p.Bars[(n-1)/2].Label, p.Bars[n-1].Label}
}

func (p BarChartProps) table() TableProps {
	rows := make([][]Cell, 0, len(p.Bars))
	for _, b := range p.Bars {
		row := []Cell{{Text: b.Label, Href: b.Href}, {Text: b.Text}}
		if p.Beside != "" {
			row = append(row, Cell{Text: b.Beside})
		}
		rows = append(rows, row)
	}
	columns := []Column{{Label: p.Of}, {Label: p.Unit, Numeric: true}}
	if p.Beside != "" {
		columns = append(columns, Column{Label: p.Beside, Numeric: true})
	}
	return TableProps{Caption: p.Title, CaptionAside: true, Columns: columns, Rows: rows, Brief: p.Beside != ""}
}

// role is of the drawing: what leads on is no picture.
func (p BarChartProps) role() string {
	if slices.ContainsFunc(p.Bars, func(b Bar) bool { return b.Href != "" }) {
		return "group"
	}
	return "img"
}

// BarListProps ranks a few things by size: places, devices.
type BarListProps struct {
	Caption string
	Of      string
	Unit    string
	Bars    []Bar
	Note    string // what is to be known of the figures
}

func (p BarListProps) table() TableProps {
	most, any := BarChartProps{Bars: p.Bars}.most()
	rows := make([][]Cell, 0, len(p.Bars))
	for _, b := range p.Bars {
		share := 0.0
		if any {
			share = b.Value / most.Value * height
		}
		rows = append(rows, []Cell{{Inside: ranked(b, units(share))}, {Text: b.Text}})
	}
	return TableProps{Caption: p.Caption, CaptionAside: true, Columns: []Column{{Label: p.Of}, {Label: p.Unit, Numeric: true}}, Rows: rows}
}

func units(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }
