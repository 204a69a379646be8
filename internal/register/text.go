package register

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Unit is what a span counts.
type Unit string

// The units of a span.
const (
	Days   Unit = "day"
	Months Unit = "month"
	Years  Unit = "year"
)

// Span is a length of calendar time, written "12 months".
type Span struct {
	N    int
	Unit Unit
}

// UnmarshalText reads "30 days", "1 month", "7 years".
func (s *Span) UnmarshalText(b []byte) error {
	n, unit, _ := strings.Cut(string(b), " ")
	count, err := strconv.Atoi(n)
	u := Unit(strings.TrimSuffix(unit, "s"))
	if err != nil || count < 0 || (u != Days && u != Months && u != Years) {
		return fmt.Errorf("%q is no length of time: write it as 30 days, 12 months or 7 years", b)
	}
	*s = Span{N: count, Unit: u}
	return nil
}

// IsZero reports whether no span was given ("0 days" is one).
func (s Span) IsZero() bool { return s.Unit == "" }

// String is the span as a register says it: "12 months".
func (s Span) String() string {
	if s.IsZero() {
		return ""
	}
	if s.N == 1 {
		return "1 " + string(s.Unit)
	}
	return strconv.Itoa(s.N) + " " + string(s.Unit) + "s"
}

// After is the moment that lies this long after t. The 31st plus a month is
// that month's last day.
func (s Span) After(t time.Time) time.Time { return s.shift(t, s.N) }

// Before is the moment that lies this long before t.
func (s Span) Before(t time.Time) time.Time { return s.shift(t, -s.N) }

func (s Span) shift(t time.Time, n int) time.Time {
	switch s.Unit {
	case Days:
		return t.AddDate(0, 0, n)
	case Years:
		n *= 12
	case Months:
	}
	moved := t.AddDate(0, n, 0)
	if moved.Day() != t.Day() { // ran over the end of a shorter month
		moved = moved.AddDate(0, 0, -moved.Day())
	}
	return moved
}
