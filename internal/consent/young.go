package consent

import (
	"slices"
	"time"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/register"
)

// young is somebody who was under age when they joined, or whose account is held because
// it may be a child's. nil is everybody else.
type young struct {
	account.Age

	held    bool
	allowed []string // topics that a guardian agreed to
	ages    register.Ages
	now     time.Time
}

// needsYes tells of what is on before anybody asked whether it is so for them, too:
// never sharing, for whoever joined too young for it, as old as they may be today
// (Cal. Civ. Code 1798.120(c)).
func (y *young) needsYes(t register.Topic) bool {
	return y != nil && t.Kind == register.OfSharing && y.Then() < y.ages.Sharing
}

// barred tells whether a yes of their own does not count: GDPR art. 8(1), and for
// sharing, and for cookies that a browser's signal refuses as one (11 CCR 7025), the
// age that the register says, too. Of where they said that they live when
// they joined and where they say so now, that counts which protects them longer: or
// whoever likes says another. What rests on no yes bars nobody, unless the account is held.
func (y *young) barred(t register.Topic) bool {
	if y == nil || t.Locked || !y.held && slices.Contains(y.allowed, t.ID) {
		return false
	}
	if y.held {
		return true
	}
	years := y.AtLeast(y.now)
	shares := t.Kind == register.OfSharing || t.Kind == register.OfCookies && t.Signal
	return shares && years < y.ages.Sharing || !t.DefaultOn && years < max(y.ages.Of(y.Joined), y.ages.Of(y.Country))
}
