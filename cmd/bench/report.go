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

// compare adds a line: the medians of both sides, and their ratio.
func (r *report) compare(path, what string, unit func(float64) string, bare, portal []float64, g goal) {
	x, y := median(bare), median(portal)
	ratio := y / x
	want, met := g.words(ratio)
	r.rows = append(r.rows, []string{path, what, unit(x), unit(y), fmt.Sprintf("%.2f", ratio), want, met})
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

// Figures are kept as float64: times in seconds, memory in bytes.
func rate(x float64) string   { return fmt.Sprintf("%.0f/s", x) }
func millis(x float64) string { return fmt.Sprintf("%.2f ms", x*1e3) }
func micros(x float64) string { return fmt.Sprintf("%.0f µs", x*1e6) }
func secs(x float64) string   { return fmt.Sprintf("%.2f s", x) }
func mib(x float64) string    { return fmt.Sprintf("%.1f MiB", x/(1<<20)) }
