package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/views/text"
)

// Profile reads what a person told us about themselves.
func (s *Service) Profile(ctx context.Context, person uuid.UUID) (Profile, error) {
	return findProfile(ctx, s.deps.DB.Gorm(ctx), person)
}

// ProfileIn is Profile, read in tx.
func (*Service) ProfileIn(ctx context.Context, tx postgres.Tx, person uuid.UUID) (Profile, error) {
	return findProfile(ctx, tx.Gorm, person)
}

// maxOf is how many characters a line of a profile may have, as in the
// register.
func maxOf(field string) int {
	switch field {
	case "postal_code":
		return 20
	case "city", "region":
		return 100
	}
	return 200
}

// Correct replaces a profile by what the person says is right (GDPR art. 16).
// seen is the version (Profile.Version) that they corrected, "" for whichever
// there is: Invalid if it has changed since. It tells whether anything was to
// be changed. The audit log keeps which fields changed, never what they held.
func (s *Service) Correct(ctx context.Context, actor audit.Actor, p Profile, seen string) (changed bool, err error) {
	if ps := p.read(ctx); len(ps) > 0 {
		return false, fault.Invalidate(ps...)
	}
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := Hold(ctx, tx, p.PersonID); err != nil {
			return err
		}
		old, err := findProfile(ctx, tx.Gorm, p.PersonID)
		if err != nil {
			return err
		}
		if seen != "" && seen != old.Version() {
			return fault.Invalidate(fault.Field("", "data.changedMeanwhile"))
		}
		fields := p.differs(old)
		if changed = len(fields) > 0; !changed {
			return nil
		}
		p.UpdatedAt = s.deps.Now()
		if err := updateProfile(ctx, tx, p); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			At: p.UpdatedAt, Actor: actor, Action: "profile.corrected", PersonID: p.PersonID, Detail: map[string]any{"fields": fields},
		})
	})
	return changed, err
}

// Version tells two states of a profile apart.
func (p Profile) Version() string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(p.lines())) {
		fmt.Fprintf(sum, "%d:%s", len(*p.lines()[name]), *p.lines()[name])
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

func (p *Profile) lines() map[string]*string {
	return map[string]*string{
		"full_name": &p.FullName, "street": &p.Street, "postal_code": &p.PostalCode,
		"city": &p.City, "region": &p.Region, "country": &p.Country,
	}
}

// profileFields are the lines of a profile, in the order of its form.
var profileFields = []string{"full_name", "street", "postal_code", "city", "region", "country"} //nolint:gochecknoglobals // a constant in all but name

// read takes what somebody wrote in the form in which it is kept, and gives
// what is wrong with it.
func (p *Profile) read(ctx context.Context) []fault.Problem {
	var ps []fault.Problem
	var all []string
	for _, field := range profileFields {
		line := p.lines()[field]
		read, bad := input.Line(field, *line, maxOf(field))
		*line, ps, all = read, append(ps, bad...), append(all, read)
	}
	if len(ps) == 0 && input.SplitCard(all...) {
		ps = append(ps, fault.Field("street", "input.card"))
	}
	if len(ps) == 0 {
		p.spell(ctx)
		ps = p.problems()
	}
	return ps
}

// spell writes codes as they are listed.
func (p *Profile) spell(ctx context.Context) {
	p.Country = strings.ToUpper(p.Country)
	if code, ok := text.StateCode(ctx, p.Region); ok && p.Country == text.UnitedStates {
		p.Region = code
	}
}

func (p *Profile) problems() []fault.Problem {
	var ps []fault.Problem
	if p.FullName == "" {
		ps = append(ps, fault.Field("full_name", "account.nameBad"))
	}
	if p.Region != "" && p.Country == text.UnitedStates && !text.IsState(p.Region) {
		ps = append(ps, fault.Field("region", "account.regionBad"))
	}
	if p.Country != "" && !text.IsCountry(p.Country) {
		ps = append(ps, fault.Field("country", "account.countryBad"))
	}
	return ps
}

func (p *Profile) differs(old Profile) []string {
	var names []string
	before := old.lines()
	for _, field := range profileFields {
		if *p.lines()[field] != *before[field] {
			names = append(names, field)
		}
	}
	return names
}
