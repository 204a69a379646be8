package register

import (
	"fmt"

	"plusultra.link/privacy/views/text"
)

// rights checks jurisdictions, request kinds, authorities and holidays.
func (v *validator) rights() {
	r := v.reg
	unknown := 0
	for i, j := range r.Jurisdictions {
		last := i == len(r.Jurisdictions)-1
		switch {
		case j.Unknown && (last || len(j.Countries) > 0):
			v.fault(at("jurisdictions", j.ID)+".unknown", "the jurisdiction of those whose country is not known names none, and is not the last")
		case !j.Unknown && last != (len(j.Countries) == 0):
			v.fault(at("jurisdictions", j.ID)+".countries", "the last jurisdiction, and no other, names no country: it takes everybody else")
		}
		if j.Unknown {
			unknown++
		}
		v.regions(at("jurisdictions", j.ID), j.Countries, j.Regions)
	}
	if unknown != 1 {
		v.fault("jurisdictions", "one, and no more, is unknown: it takes those whose country is not known")
	}
	for _, a := range r.Authorities {
		v.regions(at("authorities", a.ID), a.Countries, a.Regions)
	}
	for _, k := range r.RequestKinds {
		if k.Handling == Automatic && k.Deed != Copies && k.Deed != Erases && k.Deed != Discloses {
			v.fault(at("request_kinds", k.ID)+".handling", "nothing but a copy, an erasure or a list of disclosures is done without staff, and its deed is %s", k.Deed)
		}
		if (k.Deed == Erases) != (k.ID == "erasure") {
			v.fault(at("request_kinds", k.ID)+".deed", "an erasure is asked for on a page of its own, by the kind that is called erasure and no other")
		}
		for _, j := range r.Jurisdictions {
			if !j.Unknown && k.OfferedIn(j) && k.Clock(j) == "" {
				v.fault(at("request_kinds", k.ID)+".clocks", "has no clock for %s", j.ID)
			}
		}
	}
	v.needed("request_kinds", "the program files such requests itself", func(id string) bool { _, ok := r.RequestKind(id); return ok },
		"access", "erasure")
	v.needed("look_reasons", "the program gives it when staff open a request, or look for a child’s account", func(id string) bool { _, ok := r.LookReason(id); return ok },
		"request", "child")
	if len(r.AuthoritiesFor("", "")) == 0 {
		v.fault("authorities", "names none for the countries that have no entry of their own")
	}
}

// regions asks that those of the United States are states: the only ones that
// the portal asks people for.
func (v *validator) regions(path string, countries, regions []string) {
	for i, region := range regions {
		if len(countries) != 1 || countries[0] != text.UnitedStates || !text.IsState(region) {
			v.fault(fmt.Sprintf("%s.regions[%d]", path, i), "%s: regions stand beside the one country US alone, and are its states", region)
		}
	}
}
