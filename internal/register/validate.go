package register

import (
	"slices"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/document"
)

// validator checks the rules that hold between the document's parts; what a
// part may hold by itself is its schema's.
type validator struct {
	reg    *Register
	faults document.Faults
}

func (v *validator) fault(path, format string, args ...any) {
	v.faults = append(v.faults, v.reg.document.Fault(path, format, args...))
}

// validate finds everything that is wrong with a document that could be read.
func (r *Register) validate() document.Faults {
	r.hold()
	r.prune()
	v := validator{reg: r}
	v.unused()
	v.mail()
	for _, t := range r.Transfers {
		if t.Withdrawable {
			v.text(at("transfers", t.ID)+".effect", t.Effect)
		}
	}
	for _, c := range r.Categories {
		v.category(at("categories", c.ID), c)
	}
	v.stored()
	v.cookies()
	v.forbidden()
	v.rights()
	return v.faults
}

// hold gives every category the tables in which its rows lie.
func (r *Register) hold() {
	for i := range r.Categories {
		c := &r.Categories[i]
		c.Holdings = r.Dictionary.Of(c.ID)
		if len(c.Fields) > 0 {
			c.Holdings = append(c.Holdings, r.Dictionary.Shared(c.ID, c.Fields, c.Wipe))
		}
	}
}

// prune leaves out what the default says and the operator has no use for: what
// stands in the policy and happens nowhere is as untrue as what happens and
// does not stand there.
func (r *Register) prune() {
	r.Purposes = slices.DeleteFunc(r.Purposes, func(p Purpose) bool { return r.spare("purposes", p.ID, r.pursues) })
	r.Transfers = slices.DeleteFunc(r.Transfers, func(t Transfer) bool { return r.spare("transfers", t.ID, r.leaves) })
	r.Recipients = slices.DeleteFunc(r.Recipients, func(p Recipient) bool { return r.spare("recipients", p.ID, r.gives) })
}

// spare tells whether something of the default is used by no category.
func (r *Register) spare(list, id string, used func(id string) bool) bool {
	return !r.document.Own(at(list, id)) && !used(id)
}

func (r *Register) pursues(id string) bool {
	return slices.ContainsFunc(r.Categories, func(c Category) bool { return contains(c.Purposes, id) }) ||
		slices.ContainsFunc(r.Topics, func(t Topic) bool { return t.Purpose == id })
}

func (r *Register) leaves(id string) bool {
	return slices.ContainsFunc(r.Categories, func(c Category) bool { return c.Transfer == id })
}

func (r *Register) gives(id string) bool { return len(r.CategoriesFor(id)) > 0 }

// unused tells of what the operator writes and no category uses.
func (v *validator) unused() {
	for _, p := range v.reg.Purposes {
		if !v.reg.pursues(p.ID) {
			v.fault(at("purposes", p.ID), "no category is held for the purpose %s", p.ID)
		}
	}
	for _, t := range v.reg.Transfers {
		if !v.reg.leaves(t.ID) {
			v.fault(at("transfers", t.ID), "no category leaves on the ground %s", t.ID)
		}
	}
	for _, p := range v.reg.Recipients {
		if !v.reg.gives(p.ID) {
			v.fault(at("recipients", p.ID), "receives nothing: no category names %s", p.ID)
		}
	}
}

func (v *validator) mail() {
	r := v.reg
	for _, t := range r.Topics {
		path := at("topics", t.ID)
		purpose, _ := r.Purpose(t.Purpose)
		consent := r.Basis(purpose.Basis).Can == Withdraw
		if consent && t.DefaultOn {
			v.fault(path+".default_on", "mail that rests on consent can't be on before it is asked for")
		}
		if consent && t.Locked {
			v.fault(path+".locked", "consent can be withdrawn at any time, so mail that rests on it can't be locked")
		}
		if t.Locked {
			v.text(path+".because", t.Because)
		}
	}
	for _, c := range r.Cookies {
		if c.Locked {
			v.text(at("cookies", c.ID)+".because", c.Because)
		}
	}
	v.needed("topics", "the program writes mail about it", func(id string) bool { _, ok := r.Topic(id); return ok },
		"account-verification", "service-changes", "security-notices")
}

// needed asks for what the program calls by name.
func (v *validator) needed(list, why string, there func(id string) bool, ids ...string) {
	for _, id := range ids {
		if !there(id) {
			v.fault(at(list, id), "can't be left out: %s", why)
		}
	}
}

// text asks for words.
func (v *validator) text(path string, t document.Text) {
	if t.Empty() {
		v.fault(path, "is missing")
	}
}

func at(list, id string) string { return list + "[" + id + "]" }

// warnings are what an operator should look at once.
func (r *Register) warnings() document.Faults {
	var odd document.Faults
	if !r.document.Own("controller.name") {
		return nil
	}
	for _, key := range []string{"controller.trading_as", "controller.privacy_email", "controller.contact_email", "controller.address", "controller.country", "brand.name"} {
		if !r.document.Own(key) {
			odd = append(odd, r.document.Fault("controller.name", "%s is still the one built in", key))
		}
	}
	return odd
}

// Ending are the calendars whose days run out within a year: their dates have
// to be looked up and added.
func (r *Register) Ending(today deadline.Day) document.Faults {
	var ends document.Faults
	for _, c := range r.Holidays {
		if len(c.Jurisdictions) == 0 || len(c.Days) == 0 {
			continue
		}
		last := slices.MaxFunc(c.Days, func(a, b Holiday) int { return a.Date.Compare(b.Date) }).Date
		if last.Year <= today.Year {
			ends = append(ends, r.document.Fault(at("holidays", c.ID), "its last day is %s: add the days of the next year", last))
		}
	}
	return ends
}
