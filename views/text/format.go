package text

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Number writes a whole number with the reader's separators: 214,803.
func Number(ctx context.Context, n int64) string {
	s := from(ctx)
	digits := strconv.FormatInt(n, 10)
	switch {
	case s == nil:
		return digits
	case s.group == "" || n < 0:
		return s.printer.Sprintf("%d", n)
	case n < 1000:
		return digits
	}
	first := (len(digits)-1)%3 + 1
	out := append(make([]byte, 0, 2*len(digits)), digits[:first]...)
	for ; first < len(digits); first += 3 {
		out = append(append(out, s.group...), digits[first:first+3]...)
	}
	return string(out)
}

// tenths writes a number with one digit behind the point.
func tenths(ctx context.Context, value float64) string {
	s := from(ctx)
	if s.point == "" || value < 0 || value >= 1000 {
		return s.printer.Sprintf("%.1f", value)
	}
	whole, tenth, _ := strings.Cut(strconv.FormatFloat(value, 'f', 1, 64), ".")
	return whole + s.point + tenth
}

// Date writes the day on which a moment falls in the reader's zone: 3 May
// 2026, 2026年5月3日.
func Date(ctx context.Context, t time.Time) string { return Day(ctx, t.In(Zone(ctx))) }

// Day writes a day of the calendar as it stands in t, whatever t's zone is.
func Day(ctx context.Context, t time.Time) string {
	return T(ctx, "format.day", "Day", t.Day(), "Month", month(ctx, t), "Year", t.Year())
}

// Month writes the month of t.
func Month(ctx context.Context, t time.Time) string {
	return T(ctx, "format.monthOfYear", "Month", month(ctx, t), "Year", t.Year())
}

// Year writes the year of t.
func Year(ctx context.Context, t time.Time) string { return T(ctx, "format.year", "Year", t.Year()) }

func month(ctx context.Context, t time.Time) string {
	return T(ctx, "format.month."+strconv.Itoa(int(t.Month())))
}

// Time writes a moment in the reader's zone, to the minute, with the zone's
// name.
func Time(ctx context.Context, t time.Time) string {
	t = t.In(Zone(ctx))
	zone := t.Format("MST")
	if zone[0] == '+' || zone[0] == '-' { // it has no letters
		zone = "UTC" + zone
	}
	return T(ctx, "format.time", "Day", Day(ctx, t), "Clock", t.Format("15:04"), "Zone", zone)
}

// near is how close a moment must be for people to count what is left.
const near = 72 * time.Hour

// Moment writes a moment that may lie ahead: if it is near, with what is left.
func Moment(ctx context.Context, t time.Time) string {
	said := Time(ctx, t)
	s := from(ctx)
	if s == nil || s.now.IsZero() || !t.After(s.now) || t.Sub(s.now) > near {
		return said
	}
	left := t.Sub(s.now)
	if left > time.Minute {
		left = left.Truncate(time.Minute) // never more than there is
	}
	return T(ctx, "format.ahead", "When", said, "Left", Duration(ctx, left))
}

// DateParts are the names of a day's parts ("day", "month", "year") in the
// order in which the reader writes them.
func DateParts(ctx context.Context) []string { return strings.Fields(T(ctx, "format.dateParts")) }

// Bytes writes a size in the decimal units people know from their bills.
func Bytes(ctx context.Context, n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB", "PB"}
	value, unit := float64(n), 0
	for value >= 999.5 && unit < len(units)-1 {
		value /= 1000
		unit++
	}
	number := Number(ctx, int64(math.RoundToEven(value)))
	if unit > 0 && value < 9.95 {
		number = tenths(ctx, value)
	}
	return T(ctx, "unit.size."+units[unit], "Number", number)
}

// Duration writes how long something took or lasts, in its two largest units.
func Duration(ctx context.Context, d time.Duration) string {
	return duration(ctx, d, "unit.days", "unit.hours", "unit.minutes", "unit.seconds")
}

// duration says the two largest parts, each by its key.
func duration(ctx context.Context, d time.Duration, days, hours, minutes, secondsKey string) string {
	seconds := int64(d.Round(time.Second) / time.Second)
	parts := []struct {
		size int64
		key  string
	}{{86400, days}, {3600, hours}, {60, minutes}, {1, secondsKey}}
	for i, p := range parts {
		n := seconds / p.size
		if n == 0 {
			continue
		}
		larger := N(ctx, p.key, n)
		if i == len(parts)-1 {
			return larger
		}
		next := parts[i+1]
		if rest := seconds % p.size / next.size; rest > 0 {
			return T(ctx, "unit.pair", "Larger", larger, "Smaller", N(ctx, next.key, rest))
		}
		return larger
	}
	return N(ctx, secondsKey, 0)
}

// Pair joins a name and its value: "Kind: erasure".
func Pair(ctx context.Context, name, value string) string {
	return T(ctx, "format.pair", "Name", name, "Value", value)
}

// Aside puts what explains words behind them: "a look (asked by you)".
func Aside(ctx context.Context, words, aside string) string {
	return T(ctx, "format.aside", "Words", words, "Aside", aside)
}

// Sentences puts a sentence behind another.
func Sentences(ctx context.Context, first, then string) string {
	return T(ctx, "format.sentences", "First", first, "Then", then)
}

// Commas joins what stands beside each other in no sentence, the lines of an
// address say, and leaves out what is empty.
func Commas(ctx context.Context, parts []string) string {
	return joined(ctx, slices.DeleteFunc(slices.Clone(parts), func(s string) bool { return s == "" }), "format.list")
}

// Clauses joins phrases that may have commas and an "and" of their own.
func Clauses(ctx context.Context, phrases []string) string {
	return joined(ctx, phrases, "format.clauses")
}

// List joins words as a sentence does: a, b and c.
func List(ctx context.Context, words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return T(ctx, "format.listEnd", "Some", joined(ctx, words[:last], "format.list"), "Last", words[last])
}

func joined(ctx context.Context, words []string, key string) string {
	out := ""
	for i, w := range words {
		if i == 0 {
			out = w
			continue
		}
		out = T(ctx, key, "Some", out, "Next", w)
	}
	return out
}

// Amount writes a number in its unit: "bytes", "seconds", or any other for a
// bare number. A length of time is said in brief: it stands in a row.
func Amount(ctx context.Context, unit string, n int64) string {
	switch unit {
	case "bytes":
		return Bytes(ctx, n)
	case "seconds":
		return duration(ctx, time.Duration(n)*time.Second, "unit.brief.days", "unit.brief.hours", "unit.brief.minutes", "unit.brief.seconds")
	}
	return Number(ctx, n)
}

// Until says how long something stays; zero has no end.
func Until(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return T(ctx, "erasure.noEnd")
	}
	return T(ctx, "erasure.until", "Date", t)
}

// YesOrNo says a boolean.
func YesOrNo(ctx context.Context, yes bool) string {
	if yes {
		return T(ctx, "data.yes")
	}
	return T(ctx, "data.no")
}

// LanguageName is a language's name in itself; of one that the portal does not
// speak, its code.
func LanguageName(ctx context.Context, code string) string {
	for _, l := range Languages(ctx) {
		if l.Code == code {
			return l.Name
		}
	}
	return code
}

// ISO is the form that machines read in a <time> element.
func ISO(t time.Time) string { return t.UTC().Format(time.RFC3339) }
