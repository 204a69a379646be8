package register

import (
	"slices"

	"plusultra.link/privacy/internal/dictionary"
)

func (v *validator) category(path string, c Category) {
	if r := c.Retention; r.From == SinceRow && r.Keep.IsZero() {
		v.fault(path+".retention.keep", "must say how long, such as 12 months")
	} else if r.From != SinceRow && !r.Keep.IsZero() {
		v.fault(path+".retention.keep", "has a length, but from: %s has no end to count to", r.From)
	} else if r.From == Always {
		v.text(path+".retention.because", r.Because)
	}
	v.erasure(path+".erasure", c.Erasure)
	v.goes(path+".erasure.action", c)
	v.fields(path, c)
}

// goes refuses to promise that something outlives an erasure which the
// database deletes with the account.
func (v *validator) goes(path string, c Category) {
	for _, h := range c.Holdings {
		if h.Goes && c.Erasure.Action != Delete {
			v.fault(path, "must be delete: the rows of the table %s go with the account, so none is left to %s", h.Table, c.Erasure.Action)
			return
		}
	}
}

func (v *validator) erasure(path string, e Erasure) {
	if e.Action != Keep {
		if e.From != "" || !e.Keep.IsZero() {
			v.fault(path, "only what is kept has a keeping time")
		}
		return
	}
	v.text(path+".because", e.Because)
	if e.From == "" {
		v.fault(path+".from", "must be one of row, erasure, always")
	} else if (e.From == Always) != e.Keep.IsZero() {
		v.fault(path+".keep", "must say how long, or from: always")
	}
}

// fields checks where the rows of a category lie, and the fields of those that
// are imported.
func (v *validator) fields(path string, c Category) {
	if len(c.Holdings) == 0 {
		v.fault(path+".fields", "%s lies nowhere: say which fields its rows have", c.ID)
	}
	ingested := 0
	counted := c.Retention.From == SinceRow || c.Erasure.From == SinceRow
	for _, h := range c.Holdings {
		if h.Ingest {
			ingested++
			v.allowed(path, c, h)
		}
		if counted && h.KeepingClock() == "" {
			v.fault(path, "the keeping time counts from each row, and the rows of the table %s have no time", h.Table)
		}
	}
	if ingested > 1 {
		v.fault(path+".fields", "the rows of %s are imported into a table of their own, so it has no fields of yours", c.ID)
	}
	for _, f := range c.Fields {
		here := at(path+".fields", f.ID)
		if f.Unbounded() {
			v.fault(here+".max", "an imported number needs a max, so that it can't be a card number")
		}
		if f.Correctable && c.Origin != FromYou {
			v.fault(here+".correctable", "only what the person gave can be corrected by them")
		}
	}
	for _, field := range c.Wipe {
		if !slices.ContainsFunc(c.Fields, func(f dictionary.Field) bool { return f.ID == field }) {
			v.fault(path+".wipe", "there is no field %s", field)
		}
	}
	if len(c.Wipe) > 0 && c.Erasure.Action == Delete {
		v.fault(path+".wipe", "rows that are deleted have nothing left to empty")
	}
}

// allowed refuses the fields of imported rows that may never be held.
func (v *validator) allowed(path string, c Category, h dictionary.Holding) {
	for _, f := range h.Fields {
		here := path
		if h.Records {
			here = at(path+".fields", f.ID) + ".id"
		}
		if ban, bad := v.reg.ForbiddenField(c.ID, f.ID); bad {
			v.fault(here, "%s may not be held: forbidden.%s (%s)", f.ID, ban.ID, ban.Promise)
		}
	}
}

// stored asks for a category for each table that the program fills by itself:
// what is held must be promised. A table that only imports fill stays empty
// without one.
func (v *validator) stored() {
	asked := map[string]bool{}
	for _, h := range v.reg.Dictionary.Holdings {
		if _, ok := v.reg.Category(h.Category); ok || h.Ingest || asked[h.Category] {
			continue
		}
		asked[h.Category] = true
		v.fault(at("categories", h.Category), "there is no category %s, to which the program's table %s belongs: say what you promise about it", h.Category, h.Table)
	}
}

// cookies asks for the kinds to which the portal's own cookies belong.
func (v *validator) cookies() {
	for _, c := range v.reg.Dictionary.Cookies {
		if !slices.ContainsFunc(v.reg.Cookies, func(g CookieGroup) bool { return g.ID == c.Kind }) {
			v.fault(at("cookies", c.Kind), "can't be left out: the program sets the cookie %s of this kind", c.ID)
			return
		}
	}
}

// forbidden checks what may never be held.
func (v *validator) forbidden() {
	for _, b := range v.reg.Forbidden {
		if len(b.Names) == 0 && !b.Cards {
			v.fault(at("forbidden", b.ID), "forbids nothing")
		}
	}
}
