package text

import (
	"context"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Number writes a whole number with the reader's separators: 214,803.
func Number(ctx context.Context, n int64) string {
	return printer(ctx).Sprintf("%d", n)
}

// Date writes the day on which a moment falls in the portal's zone: 3 May
// 2026, 2026年5月3日.
func Date(ctx context.Context, t time.Time) string { return Day(ctx, t.In(Zone(ctx))) }

// Day writes a day of the calendar as it stands in t, whatever t's zone is.
func Day(ctx context.Context, t time.Time) string {
	if Lang(ctx) == "ja" {
		return t.Format("2006年1月2日")
	}
	return t.Format("2 January 2006")
}

// Month writes the month of t.
func Month(ctx context.Context, t time.Time) string {
	if Lang(ctx) == "ja" {
		return t.Format("2006年1月")
	}
	return t.Format("January 2006")
}

// Time writes a moment in the portal's zone, to the minute, with the zone's
// name.
func Time(ctx context.Context, t time.Time) string {
	t = t.In(Zone(ctx))
	return Day(ctx, t) + t.Format(" 15:04 MST")
}

// Bytes writes a size in the decimal units people know from their bills.
func Bytes(ctx context.Context, n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB", "PB"}
	value, unit := float64(n), 0
	for value >= 999.5 && unit < len(units)-1 {
		value /= 1000
		unit++
	}
	if unit == 0 {
		return Number(ctx, n) + " B"
	}
	if value < 9.95 {
		return printer(ctx).Sprintf("%.1f %s", value, units[unit])
	}
	return printer(ctx).Sprintf("%.0f %s", value, units[unit])
}

// Duration writes how long something took or lasts, in its two largest units.
func Duration(ctx context.Context, d time.Duration) string {
	seconds := int64(d.Round(time.Second) / time.Second)
	parts := []struct {
		size int64
		key  string
	}{{86400, "unit.days"}, {3600, "unit.hours"}, {60, "unit.minutes"}, {1, "unit.seconds"}}
	out := ""
	shown := 0
	for _, p := range parts {
		n := seconds / p.size
		if n == 0 || shown == 2 {
			if shown > 0 {
				break
			}
			continue
		}
		seconds -= n * p.size
		if shown > 0 {
			out += gap(ctx)
		}
		out += N(ctx, p.key, n)
		shown++
	}
	if out == "" {
		return N(ctx, "unit.seconds", 0)
	}
	return out
}

// gap stands between two words of one figure.
func gap(ctx context.Context) string {
	if Lang(ctx) == "ja" {
		return ""
	}
	return " "
}

// Clauses joins phrases that may have commas and an "and" of their own.
func Clauses(ctx context.Context, phrases []string) string {
	if Lang(ctx) == "ja" {
		return strings.Join(phrases, "／")
	}
	return strings.Join(phrases, "; ")
}

// List joins words as a sentence does: a, b and c.
func List(ctx context.Context, words []string) string {
	comma, and := ", ", " and "
	if Lang(ctx) == "ja" {
		comma, and = "、", "、"
	}
	out := ""
	for i, w := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			out += and
		default:
			out += comma
		}
		out += w
	}
	return out
}

// ISO is the form that machines read in a <time> element.
func ISO(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func printer(ctx context.Context) *message.Printer {
	return message.NewPrinter(language.MustParse(Lang(ctx)))
}
