package register

// rights checks jurisdictions, request kinds, authorities and holidays.
func (v *validator) rights() {
	r := v.reg
	for i, j := range r.Jurisdictions {
		if last := i == len(r.Jurisdictions)-1; last != (len(j.Countries) == 0) {
			v.fault(at("jurisdictions", j.ID)+".countries", "the last jurisdiction, and no other, names no country: it takes everybody else")
		}
	}
	for _, k := range r.RequestKinds {
		for _, j := range r.Jurisdictions {
			if k.OfferedIn(j.ID) && k.Clock(j.ID) == "" {
				v.fault(at("request_kinds", k.ID)+".clocks", "has no clock for %s", j.ID)
			}
		}
	}
	v.needed("request_kinds", "the program files such requests itself", func(id string) bool { _, ok := r.RequestKind(id); return ok },
		"access", "erasure")
	if len(r.AuthoritiesFor("", "")) == 0 {
		v.fault("authorities", "names none for the countries that have no entry of their own")
	}
}
