package register

// rights checks jurisdictions, request kinds, refusals, reasons to look,
// authorities and holidays.
func (v *validator) rights() {
	r := v.reg
	unique(v, "jurisdictions", r.Jurisdictions, func(j Jurisdiction) string { return j.ID })
	for i, j := range r.Jurisdictions {
		at := index("jurisdictions", i)
		v.text(at+".name", j.Name)
		v.text(at+".law", j.Law)
		v.countries(at+".countries", j.Countries)
		if last := i == len(r.Jurisdictions)-1; last != (len(j.Countries) == 0) {
			v.fault(at+".countries", "the last jurisdiction, and no other, names no country: it takes everybody else")
		}
	}
	if len(r.Jurisdictions) == 0 {
		v.fault("jurisdictions", "names none")
	}
	v.requestKinds()
	v.refusals()
	unique(v, "look_reasons", r.LookReasons, func(l LookReason) string { return l.Code })
	for i, l := range r.LookReasons {
		v.text(index("look_reasons", i)+".name", l.Name)
		v.text(index("look_reasons", i)+".text", l.Text)
	}
	unique(v, "authorities", r.Authorities, func(a Authority) string { return a.ID })
	for i, a := range r.Authorities {
		at := index("authorities", i)
		v.text(at+".name", a.Name)
		v.https(at+".url", a.URL)
		v.countries(at+".countries", a.Countries)
	}
	if len(r.AuthoritiesFor("", "")) == 0 {
		v.fault("authorities", "names none for the countries that have no entry of their own")
	}
	unique(v, "holidays", r.Holidays, func(c Calendar) string { return c.ID })
	for i, c := range r.Holidays {
		at := index("holidays", i)
		v.text(at+".name", c.Name)
		v.inJurisdictions(at+".jurisdictions", c.Jurisdictions)
		if _, ok := reckoned(c.Reckoned); c.Reckoned != "" && !ok {
			v.fault(at+".reckoned", "no calendar is called %s", c.Reckoned)
		}
		for j, day := range c.Days {
			if day.Date.IsZero() {
				v.fault(index(at+".days", j)+".date", "is missing")
			}
			v.text(index(at+".days", j)+".name", day.Name)
		}
	}
}

func (v *validator) requestKinds() {
	r := v.reg
	unique(v, "request_kinds", r.RequestKinds, func(k RequestKind) string { return k.ID })
	for i, k := range r.RequestKinds {
		at := index("request_kinds", i)
		v.text(at+".name", k.Name)
		v.text(at+".summary", k.Summary)
		oneOf(v, at+".handling", k.Handling, Automatic, ByStaff)
		v.inJurisdictions(at+".only", k.Only)
		v.inJurisdictions(at+".articles", sortedKeys(k.Articles))
		for _, jurisdiction := range sortedKeys(k.Clocks) {
			if _, ok := r.JurisdictionByID(jurisdiction); !ok && jurisdiction != "*" {
				v.fault(at+".clocks."+jurisdiction, "there is no jurisdiction %s", jurisdiction)
			}
		}
		for _, j := range r.Jurisdictions {
			if k.OfferedIn(j.ID) && k.Clock(j.ID) == "" {
				v.fault(at+".clocks", "has no clock for %s", j.ID)
			}
		}
	}
}

func (v *validator) refusals() {
	r := v.reg
	unique(v, "refusals", r.Refusals, func(f Refusal) string { return f.Code })
	for i, f := range r.Refusals {
		at := index("refusals", i)
		v.text(at+".name", f.Name)
		v.text(at+".text", f.Text)
		v.inJurisdictions(at+".only", f.Only)
		v.inJurisdictions(at+".laws", sortedKeys(f.Laws))
		for j, id := range f.Kinds {
			known(v, index(at+".kinds", j), id, "kind of request", r.RequestKinds, func(k RequestKind) string { return k.ID })
		}
	}
}

func (v *validator) inJurisdictions(at string, ids []string) {
	for i, id := range ids {
		known(v, index(at, i), id, "jurisdiction", v.reg.Jurisdictions, func(j Jurisdiction) string { return j.ID })
	}
}

func (v *validator) countries(at string, codes []string) {
	for i, code := range codes {
		v.country(index(at, i), code)
	}
}
