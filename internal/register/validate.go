package register

import (
	"fmt"
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
	v.topics()
	v.choices()
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
	r.Transfers = slices.DeleteFunc(r.Transfers, func(t Transfer) bool { return r.spare("transfers", t.ID, r.leaves) })
	r.Topics = slices.DeleteFunc(r.Topics, func(t Topic) bool { return r.spare("topics", t.ID, r.asks) })
	r.Purposes = slices.DeleteFunc(r.Purposes, func(p Purpose) bool { return r.spare("purposes", p.ID, r.pursues) })
	r.Recipients = slices.DeleteFunc(r.Recipients, func(p Recipient) bool { return r.spare("recipients", p.ID, r.gives) })
}

// spare tells whether something of the default is used by no category.
func (r *Register) spare(list, id string, used func(id string) bool) bool {
	return !r.document.Own(at(list, id)) && !used(id)
}

func (r *Register) pursues(id string) bool {
	return r.holdsFor(id) || slices.ContainsFunc(r.Topics, func(t Topic) bool { return t.Purpose == id && t.Kind != OfUse })
}

func (r *Register) holdsFor(purpose string) bool {
	return slices.ContainsFunc(r.Categories, func(c Category) bool { return contains(c.Purposes, purpose) })
}

// asks tells whether anything rests on a topic: a use of what is not held, a
// transfer that is none, and cookies that no website sets are asked of nobody.
func (r *Register) asks(id string) bool {
	switch t, _ := r.Topic(id); t.Kind {
	case OfUse:
		return t.Purpose == "" || r.holdsFor(t.Purpose)
	case OfTransfer:
		return slices.ContainsFunc(r.Transfers, func(t Transfer) bool { return t.Topic == id })
	case OfCookies:
		return slices.ContainsFunc(r.Cookies, func(g CookieGroup) bool { return g.Topic == id })
	case OfMail, OfSharing:
	}
	return true
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

// topics checks each of what people say yes or no to.
func (v *validator) topics() {
	r := v.reg
	for _, t := range r.Topics {
		path := at("topics", t.ID)
		purpose, _ := r.Purpose(t.Purpose)
		if r.Basis(purpose.Basis).Can == Withdraw {
			if t.DefaultOn {
				v.fault(path+".default_on", "what rests on consent can't be on before it is asked for")
			}
			if t.Locked {
				v.fault(path+".locked", "consent can be withdrawn at any time, so what rests on it can't be locked")
			}
		}
		switch {
		case t.Purpose == "" && t.Kind == OfMail:
			v.fault(path+".purpose", "is missing")
		case t.Kind == OfMail:
		case t.Locked:
			v.fault(path+".locked", "only mail can be locked: a use that nobody can stop needs no topic")
		default:
			v.text(path+".effect", t.Effect)
		}
		if t.Locked {
			v.text(path+".because", t.Because)
		}
		if t.AtSignUp && t.DefaultOn {
			v.fault(path+".at_sign_up", "what is on unasked is not asked at sign-up: an empty box would look like a no")
		}
	}
	v.needed("topics", "the program writes mail about it", func(id string) bool { _, ok := r.Topic(id); return ok },
		"account-verification", "service-changes", "security-notices")
}

// choices asks for a topic wherever the register says that people may say no:
// what the ledger has no line for, nobody could.
func (v *validator) choices() {
	r := v.reg
	for _, p := range r.Purposes {
		if can := r.Basis(p.Basis).Can; (can == Withdraw || can == OptOut) && len(r.TopicsFor(p.ID)) == 0 {
			v.fault(at("purposes", p.ID), "rests on %s, which nobody could give or take back: say in a topic (purpose: %s) what people say yes or no to", p.Basis, p.ID)
		}
	}
	for _, t := range r.Topics {
		if t.Kind == OfUse && r.holdsFor(t.Purpose) && !r.stops(t) {
			v.fault(at("topics", t.ID), "stops nothing: every category held for %s is held for something else, too, which takes its rows in whatever anybody says", t.Purpose)
		}
	}
	for _, t := range r.Transfers {
		if topic, _ := r.Topic(t.Topic); t.Withdrawable && topic.DefaultOn {
			v.fault(at("transfers", t.ID)+".topic", "a transfer that rests on consent can't be on before it is asked for, as %s is", t.Topic)
		} else if t.Withdrawable && t.Topic == "" {
			v.fault(at("transfers", t.ID)+".topic", "is missing: a transfer that can be withdrawn needs the topic with which that is done")
		}
	}
	for _, c := range r.Cookies {
		if c.Locked {
			v.text(at("cookies", c.ID)+".because", c.Because)
		} else if c.Topic == "" {
			v.fault(at("cookies", c.ID)+".topic", "is missing: cookies that are not locked need the topic with which they are accepted or refused")
		}
	}
}

// stops tells whether a no to a topic keeps rows of any category out.
func (r *Register) stops(t Topic) bool {
	return slices.ContainsFunc(r.Categories, func(c Category) bool {
		return slices.ContainsFunc(r.Rests(c), func(group []string) bool { return slices.Contains(group, t.ID) })
	})
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

// Ending is a calendar whose days run out, and the last of them.
type Ending struct {
	Calendar Calendar
	Last     deadline.Day
}

// Ending are the calendars whose days run out within a year: those of the next have to
// be looked up and added, or a date falls on a holiday that nobody knew.
func (r *Register) Ending(today deadline.Day) (ends []Ending) {
	for _, c := range r.Holidays {
		if len(c.Jurisdictions) == 0 || len(c.Days) == 0 {
			continue
		}
		last := slices.MaxFunc(c.Days, func(a, b Holiday) int { return a.Date.Compare(b.Date) }).Date
		if last.Year <= today.Year {
			ends = append(ends, Ending{c, last})
		}
	}
	return ends
}

// String is a sentence for an operator.
func (e Ending) String() string {
	return fmt.Sprintf("holidays[%s]: the last day that it has is %s: look up those of the next year and add them", e.Calendar.ID, e.Last)
}
