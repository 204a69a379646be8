package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// goal is what a ratio of portal to baseline should be.
type goal struct {
	than string // "≥", "≤"; empty: no goal, only a figure
	x    float64
}

func atLeast(x float64) goal { return goal{"≥", x} }
func atMost(x float64) goal  { return goal{"≤", x} }

func (g goal) words(ratio float64) (want, met string) {
	if g.than == "" {
		return "", ""
	}
	met = "met"
	if g.than == "≥" && ratio < g.x || g.than == "≤" && ratio > g.x {
		met = "not met"
	}
	return fmt.Sprintf("%s %.2f", g.than, g.x), met
}

// report is the table that is printed.
type report struct {
	rows  [][]string
	notes []string
}

// compare adds a line: the medians of both sides with the least and the most
// of the rounds, and the ratio of the medians. What was not measured is left out.
func (r *report) compare(path, what string, of unit, bare, portal []float64, g goal) {
	if len(bare) == 0 || len(portal) == 0 {
		return
	}
	ratio := median(portal) / median(bare)
	want, met := g.words(ratio)
	r.rows = append(r.rows, []string{path, what, of.cell(bare), of.cell(portal), fmt.Sprintf("%.2f", ratio), want, met})
}

// bound adds a line whose goal is a figure and not a ratio.
func (r *report) bound(path, what string, of unit, portal []float64, g goal) {
	if len(portal) == 0 {
		return
	}
	want, met := g.words(median(portal))
	if g.than != "" {
		want = g.than + " " + of.one(g.x) + of.after
	}
	r.rows = append(r.rows, []string{path, what, "", of.cell(portal), "", want, met})
}

// note adds a sentence under the table.
func (r *report) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

func (r *report) print(out io.Writer) error {
	rows := append([][]string{{"path", "what", "baseline", "portal", "ratio", "goal", ""}}, r.rows...)
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var text strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i >= 2 && i <= 4 { // figures
				cell, pad = pad+cell, ""
			}
			line.WriteString(cell + pad + "  ")
		}
		text.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	for _, note := range r.notes {
		text.WriteString("\n" + note)
	}
	_, err := fmt.Fprintln(out, text.String())
	return err
}

func median[T cmp.Ordered](all []T) T {
	var none T
	if len(all) == 0 {
		return none
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

// quantile of times that are sorted already.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// unit is how figures are said, which are kept as float64: times in seconds,
// memory in bytes.
type unit struct {
	times  float64
	digits int
	after  string
}

func (u unit) one(x float64) string { return fmt.Sprintf("%.*f", u.digits, x*u.times) }

// cell is the median, and beside it the least and the most.
func (u unit) cell(all []float64) string {
	said := u.one(median(all)) + u.after
	if len(all) > 1 {
		said += " (" + u.one(slices.Min(all)) + "–" + u.one(slices.Max(all)) + ")"
	}
	return said
}

//nolint:gochecknoglobals // constants in all but name
var (
	rate   = unit{1, 0, "/s"}
	millis = unit{1e3, 2, " ms"}
	micros = unit{1e6, 0, " µs"}
	secs   = unit{1, 2, " s"}
	octets = unit{1, 0, " B"}
	mib    = unit{1.0 / (1 << 20), 1, " MiB"}
)

// say is a single figure in words.
func (u unit) say(x float64) string { return u.one(x) + u.after }
