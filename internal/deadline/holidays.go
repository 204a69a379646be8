package deadline

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Name is what a holiday is called, by language code.
type Name map[string]string

// Calendar knows the public holidays of a place.
type Calendar interface {
	// Holiday tells whether the day is one, and its name.
	Holiday(day Day) (Name, bool)
}

// Holidays are an operator's own list, day by day.
type Holidays map[Day]Name

// Holiday looks the day up.
func (h Holidays) Holiday(day Day) (Name, bool) {
	name, ok := h[day]
	return name, ok
}

// Together joins calendars: a holiday of any is a holiday. The first that
// knows the day names it.
func Together(calendars ...Calendar) Calendar { return together(calendars) }

type together []Calendar

func (t together) Holiday(day Day) (Name, bool) {
	for _, c := range t {
		if name, ok := c.Holiday(day); ok {
			return name, true
		}
	}
	return nil, false
}

// Yearly is a day that comes every year, as a law names it: "4 July", "third
// Monday of January", "last Monday of May".
type Yearly struct {
	Month   time.Month
	Day     int // of the month; 0 for one that goes by the weekday
	Weekday time.Weekday
	Nth     int // 1 for the first such weekday of the month, -1 for the last
}

// UnmarshalText reads one.
func (y *Yearly) UnmarshalText(b []byte) error {
	words := strings.Fields(strings.ToLower(string(b)))
	var ok [3]bool
	switch {
	case len(words) == 2:
		day, err := strconv.Atoi(words[0])
		y.Day, ok[0], ok[1] = day, err == nil && day > 0, true
		y.Month, ok[2] = called(words[1], time.January, time.December)
		ok[0] = ok[0] && day <= On(2000, y.Month+1, 0).Day // a leap year
	case len(words) == 4 && words[2] == "of":
		y.Nth, ok[0] = map[string]int{"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}[words[0]], true
		y.Weekday, ok[1] = called(words[1], time.Sunday, time.Saturday)
		y.Month, ok[2] = called(words[3], time.January, time.December)
		ok[0] = y.Nth != 0
	}
	if ok != [3]bool{true, true, true} {
		return fmt.Errorf("%q is no day of every year: write it as 4 July, third Monday of January or last Monday of May", b)
	}
	return nil
}

// called finds a month or a weekday by its English name.
func called[T interface {
	~int
	String() string
}](name string, first, last T) (T, bool) {
	for one := first; one <= last; one++ {
		if strings.EqualFold(one.String(), name) {
			return one, true
		}
	}
	return 0, false
}

// is tells whether a day is that of its year.
func (y Yearly) is(day Day) bool {
	switch {
	case day.Month != y.Month:
		return false
	case y.Day > 0:
		return day.Day == y.Day
	case y.Nth < 0:
		return day.Weekday() == y.Weekday && day.Add(7).Month != day.Month
	}
	return day.Weekday() == y.Weekday && (day.Day+6)/7 == y.Nth
}

// Every is a holiday of every year, from a year on. One that falls on a Saturday
// or a Sunday may also be kept on the Friday before or the Monday after.
type Every struct {
	On       Yearly
	From     int
	Name     Name
	Saturday bool
	Sunday   bool
}

// Reckoned are holidays that a rule finds. With InLieu each that falls on a
// weekend is also kept on the weekday beside it: a Saturday's on the Friday
// before, a Sunday's on the Monday after (as 5 U.S.C. 6103(b) has it).
type Reckoned struct {
	Every  []Every
	InLieu bool
}

// Holiday knows the day itself and the weekday it is kept on.
func (r Reckoned) Holiday(day Day) (Name, bool) {
	if name, ok := r.on(day, func(Every) bool { return true }); ok {
		return name, true
	}
	switch day.Weekday() {
	case time.Friday:
		return r.on(day.Add(1), func(e Every) bool { return r.InLieu || e.Saturday })
	case time.Monday:
		return r.on(day.Add(-1), func(e Every) bool { return r.InLieu || e.Sunday })
	default:
		return nil, false
	}
}

func (r Reckoned) on(day Day, kept func(Every) bool) (Name, bool) {
	for _, e := range r.Every {
		if e.On.is(day) && day.Year >= e.From && kept(e) {
			return e.Name, true
		}
	}
	return nil, false
}
