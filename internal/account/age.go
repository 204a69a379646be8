package account

import (
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
	switch age := ageOn(now, f.Born); {
	case age < 13:
		return "", fault.New(fault.Forbidden, TooYoung)
	case age < 18:
		return Minor, nil
	}
	return Adult, nil
}
