package account

import (
	"strconv"
	"time"

	"plusultra.link/privacy/internal/fault"
)

// Band checks the answers of somebody whose address is proved already and
// tells their age band, which is all that is kept of the date. Somebody under
// 13 is refused (Forbidden, TooYoung).
func (f SignUp) Band(now time.Time) (AgeBand, error) {
	if ps := f.problems(now); len(ps) > 0 {
		return "", fault.Invalidate(ps...)
	}
	return bandOf(ageOn(now, f.Born))
}

// bandOf is the band of an age in years: by the year as long as some country's age
// of consent may be that.
func bandOf(age int) (AgeBand, error) {
	switch {
	case age < 13:
		return "", fault.New(fault.Forbidden, TooYoung)
	case age < 16:
		return AgeBand(strconv.Itoa(age)), nil
	case age < 18:
		return Youth, nil
	}
	return Adult, nil
}

// least is the youngest age of a band, in years.
func (b AgeBand) least() int {
	if len(b) < 2 {
		return 0
	}
	years, _ := strconv.Atoi(string(b[:2])) // bands begin with it
	return years
}

// Age is what is known of how old somebody is who was young when they joined.
type Age struct {
	Band    AgeBand
	Since   time.Time // they joined
	Joined  string    // where they said then that they live: ISO 3166-1 alpha-2; empty: nothing
	Country string    // where they say so now
}

// Then is how old they were at least when they joined, in years.
func (a Age) Then() int { return a.Band.least() }

// AtLeast is how old they are at least, in years: nobody knows their birthday.
func (a Age) AtLeast(now time.Time) int { return a.Then() + max(ageOn(now, a.Since), 0) }
