package account

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
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

// BandsUnderAge are the bands of those who are under age, the youngest first.
func BandsUnderAge() []AgeBand { return []AgeBand{Thirteen, Fourteen, Fifteen, Youth} }

// SetAge puts right how old somebody is who said otherwise when they joined, in a
// transaction that holds them; the audit log keeps both. Invalid for an age at which
// somebody is no child, or may not be here at all; Conflict for who has no account, and
// so can't have been agreed to.
func (s *Service) SetAge(ctx context.Context, tx postgres.Tx, by audit.Actor, person uuid.UUID, band AgeBand) error {
	if !slices.Contains(BandsUnderAge(), band) {
		return fault.Invalidate(fault.Field("band", "child.bandMissing"))
	}
	p, err := findPerson(ctx, tx.Gorm, person)
	if err != nil {
		return err
	}
	if !p.HasJoined() {
		return fault.New(fault.Conflict, "child.visitor")
	}
	home, err := findProfile(ctx, tx.Gorm, person)
	if err != nil {
		return err
	}
	was := p.AgeBand
	p.AgeBand, p.AgeAt = band, new(s.deps.Now())
	if p.JoinedCountry == "" {
		p.JoinedCountry = home.Country
	}
	if err := updatePerson(ctx, tx, p, "age_band", "age_at", "joined_country"); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{At: *p.AgeAt, Actor: by, Action: "child.ageSet", PersonID: person, Detail: map[string]any{"was": was, "age": band}})
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
