package register

// largestNumber keeps imported numbers below every length at which a whole
// number could be a payment card's: 13 digits that begin with 4.
const largestNumber = 3_999_999_999_999

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
	if len(c.Holdings) == 0 {
		v.fault(at+".holdings", "%s has no source: say in which table it lies", c.ID)
	}
	intakes := 0
	for i, h := range c.Holdings {
		v.holding(index(at+".holdings", i), c, h)
		if h.Ingest {
			intakes++
		}
	}
	if intakes > 1 {
		v.fault(at+".holdings", "%s can be imported into one holding only", c.ID)
	}
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

func (v *validator) holding(at string, c Category, h Holding) {
	if !columnPattern.MatchString(h.Table) {
		v.fault(at, "must name a table, or say records: true")
	}
	if h.Ingest && h.Person == "" {
		v.fault(at, "rows that belong to no account can't be imported")
	}
	if h.Tally != "" {
		if f, ok := h.Field(h.Tally); !ok || !f.Type.Number() {
			v.fault(at+".tally", "%s is not a field that holds a number", h.Tally)
		}
	}
	if f, ok := h.Field(h.Time); h.Time != "" && (!ok || f.Type != TypeTime) {
		v.fault(at+".time", "%s is not a field of type time", h.Time)
	}
	if h.Time == "" && h.Ingest {
		v.fault(at+".time", "rows that are imported need a time")
	}
	counted := c.Retention.From == SinceRow || c.Erasure.From == SinceRow
	if counted && h.KeepingClock() == "" {
		v.fault(at, "the keeping time counts from each row, so name its clock")
	}
	if h.Except != nil {
		v.text(at+".except.because", h.Except.Because)
		v.text(at+".except.name", h.Except.Name)
	}
	for i, w := range h.Withheld {
		v.text(index(at+".withheld", i)+".because", w.Because)
		v.text(index(at+".withheld", i)+".name", w.Name)
		if len(w.Columns) == 0 {
			v.fault(index(at+".withheld", i)+".columns", "names no column")
		}
	}
	if len(h.Wipe) > 0 && c.Erasure.Action == Delete {
		v.fault(at+".wipe", "rows that are deleted have nothing left to empty")
	}
	v.fields(at, c, h)
}

func (v *validator) fields(at string, c Category, h Holding) {
	seen := map[string]bool{}
	for i, f := range h.Fields {
		here := index(at+".fields", i)
		if !columnPattern.MatchString(f.ID) {
			v.fault(here+".id", "%q is no name of a field", f.ID)
		}
		if seen[f.ID] {
			v.fault(here+".id", "%s stands here twice", f.ID)
		}
		seen[f.ID] = true
		v.text(here+".name", f.Name)
		for _, code := range sortedKeys(f.Words) {
			v.text(here+".words."+code, f.Words[code])
		}
		if f.Names != "" {
			oneOf(v, here+".names", f.Names, ByCategory, ByTopic, ByRequestKind, ByLookReason, ByLaw, ByRefusal, ByCountry, ByService, ByScope, ByClaim)
		}
		oneOf(v, here+".type", f.Type, TypeText, TypeInteger, TypeBytes, TypeSeconds, TypeTime, TypeDate,
			TypeNetwork, TypePlace, TypeBoolean, TypeEmail, TypeList, TypeJSON)
		if f.Correctable && c.Origin != FromYou {
			v.fault(here+".correctable", "only what the person gave can be corrected by them")
		}
		if h.Ingest && f.Type.Number() && (f.Max < 1 || f.Max > largestNumber) {
			v.fault(here+".max", "an imported number needs a max of at most %d, so that it can't be a card number", largestNumber)
		}
		if ban, bad := v.reg.ForbiddenField(c.ID, f.ID); bad && h.Ingest {
			v.fault(here+".id", "%s may not be held: forbidden.%s (%s)", f.ID, ban.ID, ban.Promise)
		}
	}
	for i, column := range h.Wipe {
		if _, ok := h.Field(column); h.Records && !ok {
			v.fault(index(at+".wipe", i), "there is no field %s", column)
		}
	}
}

// lists checks what is not a category: derived tables, tables without
// personal data, and what may never be held.
func (v *validator) lists() {
	r := v.reg
	for i, d := range r.Derived {
		at := index("derived", i)
		v.need(at+".table", d.Table)
		v.need(at+".person", d.Person)
		v.need(at+".category", d.Category)
		v.need(at+".because", d.Because)
	}
	for i, n := range r.NotPersonal {
		v.need(index("not_personal", i)+".table", n.Table)
		v.need(index("not_personal", i)+".because", n.Because)
	}
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
