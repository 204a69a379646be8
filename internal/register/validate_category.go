package register

import (
	"slices"

	"plusultra.link/privacy/internal/dictionary"
)

func (v *validator) categories() {
	r := v.reg
	unique(v, "categories", r.Categories, func(c Category) string { return c.ID })
	for i, c := range r.Categories {
		v.category(index("categories", i), c)
	}
}

func (v *validator) category(at string, c Category) {
	r := v.reg
	v.text(at+".name", c.Name)
	v.text(at+".summary", c.Summary)
	oneOf(v, at+".origin", c.Origin, FromYou, Observed, FromProvider, FromUs)
	if len(c.Purposes) == 0 {
		v.fault(at+".purposes", "%s is held for no purpose", c.ID)
	}
	for i, id := range c.Purposes {
		known(v, index(at+".purposes", i), id, "purpose", r.Purposes, func(p Purpose) string { return p.ID })
	}
	for i, id := range c.Recipients {
		known(v, index(at+".recipients", i), id, "recipient", r.Recipients, func(p Recipient) string { return p.ID })
	}
	known(v, at+".place", c.Place, "place", r.Places, func(p Place) string { return p.ID })
	if c.Transfer != "" {
		known(v, at+".transfer", c.Transfer, "transfer ground", r.Transfers, func(t Transfer) string { return t.ID })
	}
	v.retention(at+".retention", c.Retention)
	v.erasure(at+".erasure", c.Erasure)
	v.fields(at, c)
}

func (v *validator) retention(at string, r Retention) {
	oneOf(v, at+".from", r.From, SinceRow, WithAccount, Always)
	if r.From == SinceRow && r.Keep.IsZero() {
		v.fault(at+".keep", "must say how long, such as 12 months")
	}
	if r.From != SinceRow && !r.Keep.IsZero() {
		v.fault(at+".keep", "has a length, but from: %s has no end to count to", r.From)
	}
	if r.From == Always {
		v.text(at+".because", r.Because)
	}
}

func (v *validator) erasure(at string, e Erasure) {
	oneOf(v, at+".action", e.Action, Delete, Anonymise, Keep)
	if e.Action != Keep {
		if e.From != "" || !e.Keep.IsZero() {
			v.fault(at, "only what is kept has a keeping time")
		}
		return
	}
	v.text(at+".because", e.Because)
	oneOf(v, at+".from", e.From, SinceRow, SinceErasure, Always)
	if (e.From == Always) != e.Keep.IsZero() {
		v.fault(at+".keep", "must say how long, or from: always")
	}
}

// fields checks where the rows of a category lie, and the fields of those that
// are imported.
func (v *validator) fields(at string, c Category) {
	if len(c.Holdings) == 0 {
		v.fault(at+".fields", "%s lies nowhere: say which fields its rows have", c.ID)
	}
	intakes := 0
	counted := c.Retention.From == SinceRow || c.Erasure.From == SinceRow
	for _, h := range c.Holdings {
		if h.Ingest {
			intakes++
			v.allowed(at, c, h)
		}
		if counted && h.KeepingClock() == "" {
			v.fault(at, "the keeping time counts from each row, and the rows of the table %s have no time", h.Table)
		}
	}
	if intakes > 1 {
		v.fault(at+".fields", "the rows of %s are imported into a table of their own, so it has no fields of yours", c.ID)
	}
	dictionary.CheckFields(at+".fields", c.Fields, true, v.fault)
	for i, f := range c.Fields {
		here := index(at+".fields", i)
		if f.Correctable && c.Origin != FromYou {
			v.fault(here+".correctable", "only what the person gave can be corrected by them")
		}
	}
	for i, field := range c.Wipe {
		if !slices.ContainsFunc(c.Fields, func(f dictionary.Field) bool { return f.ID == field }) {
			v.fault(index(at+".wipe", i), "there is no field %s", field)
		}
	}
	if len(c.Wipe) > 0 && c.Erasure.Action == Delete {
		v.fault(at+".wipe", "rows that are deleted have nothing left to empty")
	}
}

// allowed refuses the fields of imported rows that may never be held.
func (v *validator) allowed(at string, c Category, h dictionary.Holding) {
	for i, f := range h.Fields {
		here := at
		if h.Records {
			here = index(at+".fields", i) + ".id"
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
		v.fault("categories", "there is no category %s, to which the program's table %s belongs: say what you promise about it", h.Category, h.Table)
	}
}

// forbidden checks what may never be held.
func (v *validator) forbidden() {
	r := v.reg
	unique(v, "forbidden", r.Forbidden, func(b Ban) string { return b.ID })
	for i, b := range r.Forbidden {
		at := index("forbidden", i)
		v.text(at+".text", b.Text)
		if len(b.Names) == 0 && !b.Cards {
			v.fault(at, "forbids nothing")
		}
		for j, id := range b.Categories {
			known(v, index(at+".categories", j), id, "category", r.Categories, func(c Category) string { return c.ID })
		}
	}
}
