// Package deadline says by which day the law wants an answer, and why that day.
//
// It is arithmetic on the civil calendar: no clock, no database. The day of
// receipt is never counted (Regulation 1182/71 art. 3(1); Cal. Civ. Code 10).
// Where a holiday is missing from the calendar given, the day found is too
// early rather than too late.
package deadline

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"plusultra.link/privacy/internal/fault"
)

// Date is the last day on which an answer is in time.
type Date struct {
	Day Day
	Why []Step
}

// DaysLeft is how many days remain after today: 0 on the last day, negative
// when it has passed.
func (d Date) DaysLeft(today Day) int { return d.Day.Sub(today) }

// Step is one sentence of the reasoning: Key is its message, which shows Day,
// Count and Name (by language) where it has a place for them.
type Step struct {
	Key   string `json:"key"`
	Day   Day    `json:"day,omitzero"`
	Count int    `json:"count,omitzero"`
	Name  Name   `json:"name,omitempty"`
}

// errNoWorkingDay guards against a calendar in which every day is a holiday.
var errNoWorkingDay = errors.New("the calendar of holidays has no working day within a year")

// Compute finds the last day in time under rule for what was received at that
// moment. zone is the office's, whose calendar decides the day of receipt.
// holidays may be nil: then only weekends are days off.
func Compute(rule Rule, received time.Time, zone *time.Location, holidays Calendar) (Date, error) {
	receipt, err := receiptDay(received, zone)
	if err != nil {
		return Date{}, err
	}
	return compute(rule, receipt, holidays)
}

// Extend finds the new last day when the person was told, with the reason, of
// a longer period. It refuses a rule that allows none or is extended already,
// and a notice given after the first period: those are faults a member of
// staff can read. Because the longer rule also counts from receipt, no
// extension goes past three months (GDPR) or 90 days (CCPA).
func Extend(rule Rule, received, told time.Time, zone *time.Location, holidays Calendar) (Date, error) {
	longer, ok := rule.Extension()
	if !ok {
		return Date{}, fault.New(fault.Conflict, "deadline.notExtendable")
	}
	first, err := Compute(rule, received, zone, holidays)
	if err != nil {
		return Date{}, err
	}
	if told.Before(received) {
		return Date{}, fmt.Errorf("told of an extension at %s, before receipt at %s", told, received)
	}
	on := DayOf(told, zone)
	if on.After(first.Day) {
		return Date{}, fault.New(fault.Conflict, "deadline.tooLate")
	}
	date, err := Compute(longer, received, zone, holidays)
	if err != nil {
		return Date{}, err
	}
	why := append([]Step{date.Why[0]}, Step{Key: "deadline.told", Day: on})
	date.Why = append(why, date.Why[1:]...)
	return date, nil
}

// Earliest is the first of the dates that different laws set for what was received
// at one moment, where nobody knows which of them counts. It says so.
func Earliest(dates ...Date) Date {
	if len(dates) == 0 {
		return Date{}
	}
	first := slices.MinFunc(dates, func(a, b Date) int { return a.Day.Compare(b.Day) })
	return Date{Day: first.Day, Why: slices.Insert(slices.Clone(first.Why), 1, Step{Key: "deadline.earliest"})}
}

func receiptDay(received time.Time, zone *time.Location) (Day, error) {
	switch {
	case zone == nil:
		return Day{}, errors.New("a deadline needs the office's time zone")
	case received.IsZero():
		return Day{}, errors.New("a deadline needs the moment of receipt")
	}
	return DayOf(received, zone), nil
}

func compute(rule Rule, receipt Day, holidays Calendar) (Date, error) {
	span, err := rule.span()
	if err != nil {
		return Date{}, err
	}
	if holidays == nil {
		holidays = Holidays{}
	}
	why := []Step{
		{Key: "deadline.received", Day: receipt},
		{Key: span.key, Count: span.count},
	}
	var (
		end Day
		off []Step // days off that moved the end, or were not counted
	)
	switch {
	case span.businessDays > 0:
		end, off, err = businessDays(receipt, span.businessDays, holidays)
	case span.months > 0:
		end = receipt.AddMonths(span.months)
		if end.Day != receipt.Day {
			why = append(why, Step{Key: "deadline.monthEnd", Day: end, Count: receipt.Day})
		}
	default:
		end = receipt.Add(span.days)
	}
	if span.toWorkingDay {
		end, off, err = workingDay(end, holidays)
	}
	if err != nil {
		return Date{}, err
	}
	why = append(append(why, off...), Step{Key: "deadline.due", Day: end})
	return Date{Day: end, Why: why}, nil
}

// workingDay is the first working day from day on, and the days off before it
// (Regulation 1182/71 art. 3(4)).
func workingDay(day Day, holidays Calendar) (Day, []Step, error) {
	var moved []Step
	for range 366 {
		name, holiday := holidays.Holiday(day)
		switch {
		case holiday:
			moved = append(moved, Step{Key: "deadline.holiday", Day: day, Name: name})
		case day.Weekend():
			moved = append(moved, Step{Key: "deadline.weekend", Day: day})
		default:
			return day, moved, nil
		}
		day = day.Add(1)
	}
	return Day{}, nil, errNoWorkingDay
}

// businessDays is the nth working day after day, the holidays skipped on the
// way, and the number of weekend days.
func businessDays(day Day, n int, holidays Calendar) (Day, []Step, error) {
	var skipped []Step
	weekends := 0
	for counted, looked := 0, 0; counted < n; looked++ {
		if looked > 366+2*n {
			return Day{}, nil, errNoWorkingDay
		}
		day = day.Add(1)
		name, holiday := holidays.Holiday(day)
		switch {
		case day.Weekend():
			weekends++
		case holiday:
			skipped = append(skipped, Step{Key: "deadline.holidaySkipped", Day: day, Name: name})
		default:
			counted++
		}
	}
	return day, append(skipped, Step{Key: "deadline.weekendsSkipped", Count: weekends}), nil
}
