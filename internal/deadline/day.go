package deadline

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"time"
)

// Day is a day of the civil calendar. It has no hour and no zone, so that it
// is the same day wherever it is read.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// On is the day of year, month and day; a day past the month's end runs on
// into the next month, as in time.Date.
func On(year int, month time.Month, day int) Day {
	return DayOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC), time.UTC)
}

// DayOf is the day on the calendar of zone at the moment t.
func DayOf(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return Day{Year: y, Month: m, Day: d}
}

// ParseDay reads YYYY-MM-DD.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Day{}, fmt.Errorf("%q is not a day of the form 2006-01-02", s)
	}
	return DayOf(t, time.UTC), nil
}

// Time is the day's first moment in UTC, for formatting.
func (d Day) Time() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// String is YYYY-MM-DD.
func (d Day) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// IsZero tells whether d is no day at all.
func (d Day) IsZero() bool { return d == Day{} }

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return d.Time().Weekday() }

// Weekend tells whether d is a Saturday or a Sunday.
func (d Day) Weekend() bool {
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}

// Compare is negative if d comes before other, positive if after.
func (d Day) Compare(other Day) int {
	return cmp.Or(cmp.Compare(d.Year, other.Year), cmp.Compare(d.Month, other.Month), cmp.Compare(d.Day, other.Day))
}

// Before tells whether d comes before other.
func (d Day) Before(other Day) bool { return d.Compare(other) < 0 }

// After tells whether d comes after other.
func (d Day) After(other Day) bool { return d.Compare(other) > 0 }

// Add is the day n days later.
func (d Day) Add(n int) Day { return On(d.Year, d.Month, d.Day+n) }

// Sub is the number of days from other to d.
func (d Day) Sub(other Day) int {
	return int(d.Time().Sub(other.Time()) / (24 * time.Hour))
}

// AddMonths is the same-numbered day n months later, or that month's last day
// where it has no such number: 31 January plus one is 28 or 29 February.
func (d Day) AddMonths(n int) Day {
	last := On(d.Year, d.Month+time.Month(n)+1, 0)
	return Day{Year: last.Year, Month: last.Month, Day: min(d.Day, last.Day)}
}

// MarshalText writes YYYY-MM-DD.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads YYYY-MM-DD.
func (d *Day) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDay(string(text))
	return err
}

// Value stores the day in a column of type date; no day at all is null.
func (d Day) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil //nolint:nilnil // the driver's word for null
	}
	return d.Time(), nil
}

// Scan reads a column of type date.
func (d *Day) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*d = Day{}
		return nil
	case time.Time:
		*d = DayOf(v, time.UTC)
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	}
	return fmt.Errorf("a %T is not a day", value)
}
