package register

import (
	"cmp"
	"slices"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/views/text"
)

func contains(list []string, s string) bool { return slices.Contains(list, s) }

// find is the element whose id is wanted.
func find[T any](list []T, id string, of func(*T) string) (T, bool) {
	for i := range list { // without a copy of each that it passes: they are large, and pages ask often
		if of(&list[i]) == id {
			return list[i], true
		}
	}
	var none T
	return none, false
}

// Category finds a category.
func (r *Register) Category(id string) (Category, bool) {
	return find(r.Categories, id, func(c *Category) string { return c.ID })
}

// Topic finds a topic.
func (r *Register) Topic(id string) (Topic, bool) {
	return find(r.Topics, id, func(t *Topic) string { return t.ID })
}

// Mail are the topics that people are written to about.
func (r *Register) Mail() []Topic {
	var mail []Topic
	for _, t := range r.Topics {
		if t.IsMail() {
			mail = append(mail, t)
		}
	}
	return mail
}

// TopicsFor are those with which a purpose is agreed to or stopped.
func (r *Register) TopicsFor(purpose string) []Topic {
	var rests []Topic
	for _, t := range r.Topics {
		if t.Purpose == purpose && purpose != "" {
			rests = append(rests, t)
		}
	}
	return rests
}

// Rests are the topics on which it rests that rows of a category may be taken
// in, in groups: they may not once somebody has refused all of one group. One
// group is the topics of its purposes, if each purpose rests on some, and one
// the topic of its transfer. Most categories rest on none.
func (r *Register) Rests(c Category) [][]string {
	var groups [][]string
	var uses []string
	for _, purpose := range c.Purposes {
		topics := r.TopicsFor(purpose)
		if len(topics) == 0 || slices.ContainsFunc(topics, func(t Topic) bool { return t.Locked }) {
			uses = nil
			break
		}
		for _, t := range topics {
			uses = append(uses, t.ID)
		}
	}
	if len(uses) > 0 {
		groups = append(groups, uses)
	}
	if t, ok := r.Transfer(c.Transfer); ok && t.Topic != "" {
		groups = append(groups, []string{t.Topic})
	}
	return groups
}

// RequestKind finds a kind of request.
func (r *Register) RequestKind(id string) (RequestKind, bool) {
	return find(r.RequestKinds, id, func(k *RequestKind) string { return k.ID })
}

// Refusal finds a reason to refuse.
func (r *Register) Refusal(code string) (Refusal, bool) {
	return find(r.Refusals, code, func(f *Refusal) string { return f.Code })
}

// Law names the law under which a kind of request is asked for.
func (r *Register) Law(kind, jurisdiction, lang string) string {
	if k, _ := r.RequestKind(kind); !k.Law.Empty() {
		return k.Law.In(lang)
	}
	j, _ := r.JurisdictionByID(jurisdiction)
	return j.Law.In(lang)
}

// RefusalLaw names the article on which the refusal of such a request rests:
// under a law of its own that law, because the jurisdiction's does not apply.
func (r *Register) RefusalLaw(code, kind, jurisdiction, lang string) string {
	if k, _ := r.RequestKind(kind); !k.Law.Empty() {
		return k.Law.In(lang)
	}
	refusal, _ := r.Refusal(code)
	return refusal.Laws[jurisdiction].In(lang)
}

// KeepingLaw names the article by which rows of a category outlive an erasure, as a
// jurisdiction's law has it; none where it has none.
func (r *Register) KeepingLaw(c Category, jurisdiction, lang string) string {
	return cmp.Or(c.Erasure.Law, c.Erasure.Laws[jurisdiction].In(lang))
}

// Objectable tells whether somebody may object to a purpose, which is weighed. What has
// topics needs no weighing: a press stops it.
func (r *Register) Objectable(p Purpose) bool {
	return r.Basis(p.Basis).Can == Object &&
		!slices.ContainsFunc(r.TopicsFor(p.ID), func(t Topic) bool { return !t.Locked })
}

// RefusalsFor are the reasons that may answer a kind of request under a
// jurisdiction's law.
func (r *Register) RefusalsFor(kind, jurisdiction string) []Refusal {
	var fit []Refusal
	k, _ := r.RequestKind(kind)
	for _, refusal := range r.Refusals {
		if refusal.Tells && k.Deed == Protects {
			continue
		}
		if covers(refusal.Kinds, refusal.Only, kind, jurisdiction) {
			fit = append(fit, refusal)
		}
	}
	return fit
}

// LookReason finds a reason to open somebody's data.
func (r *Register) LookReason(code string) (LookReason, bool) {
	return find(r.LookReasons, code, func(l *LookReason) string { return l.Code })
}

// Purpose finds a purpose.
func (r *Register) Purpose(id string) (Purpose, bool) {
	return find(r.Purposes, id, func(p *Purpose) string { return p.ID })
}

// Basis is the legal basis of a purpose. A loaded register has one for each.
func (r *Register) Basis(id string) Basis {
	basis, _ := find(r.Bases, id, func(b *Basis) string { return b.ID })
	return basis
}

// Place is where a category or recipient is. A loaded register has one for
// each.
func (r *Register) Place(id string) Place {
	place, _ := find(r.Places, id, func(p *Place) string { return p.ID })
	return place
}

// Transfer is the ground on which a category leaves the EEA; ok is false for
// a category that does not.
func (r *Register) Transfer(id string) (Transfer, bool) {
	return find(r.Transfers, id, func(t *Transfer) string { return t.ID })
}

// PurposesOf are a category's purposes.
func (r *Register) PurposesOf(c Category) []Purpose {
	return pick(r.Purposes, c.Purposes, func(p *Purpose) string { return p.ID })
}

// Recipient finds one by its id.
func (r *Register) Recipient(id string) (Recipient, bool) {
	return find(r.Recipients, id, func(p *Recipient) string { return p.ID })
}

// RecipientsOf are those who get data of a category.
func (r *Register) RecipientsOf(c Category) []Recipient {
	return pick(r.Recipients, c.Recipients, func(p *Recipient) string { return p.ID })
}

// pick keeps the order in which the ids were written.
func pick[T any](list []T, ids []string, of func(*T) string) []T {
	picked := make([]T, 0, len(ids))
	for _, id := range ids {
		if item, ok := find(list, id, of); ok {
			picked = append(picked, item)
		}
	}
	return picked
}

// CategoriesFor are the categories that a recipient gets data of.
func (r *Register) CategoriesFor(recipient string) []Category {
	var given []Category
	for _, c := range r.Categories {
		if contains(c.Recipients, recipient) {
			given = append(given, c)
		}
	}
	return given
}

// Jurisdiction is the law in force on a day that covers somebody who lives in a country
// (ISO 3166-1 alpha-2) and region (ISO 3166-2 without the country): that of the region
// before the country's, and of two of one place the later. There is always one: the
// last, which names no country, takes everybody else, and one takes those whose country
// is not known.
func (r *Register) Jurisdiction(country, region string, on deadline.Day) Jurisdiction {
	var law Jurisdiction
	known := text.IsCountry(country)
	for _, j := range r.Jurisdictions {
		if j.Unknown != known && covers(j.Countries, j.Regions, country, region) && j.InForce(on) && (law.ID == "" || j.before(law)) {
			law = j
		}
	}
	return law
}

// before tells whether a law goes before another that covers the same person.
func (j Jurisdiction) before(other Jurisdiction) bool {
	nearer := func(j Jurisdiction) int { return min(len(j.Countries), 1) + min(len(j.Regions), 1) }
	return cmp.Or(nearer(j)-nearer(other), j.Since.Compare(other.Since)) > 0
}

// Article is that of the law on which a kind of request rests under a jurisdiction.
func (r *Register) Article(kind, jurisdiction, lang string) string {
	k, _ := r.RequestKind(kind)
	if article, ok := k.Articles[jurisdiction]; ok {
		return article.In(lang)
	}
	j, _ := r.JurisdictionByID(jurisdiction)
	return j.Rights[kind].In(lang)
}

// JurisdictionByID finds a jurisdiction.
func (r *Register) JurisdictionByID(id string) (Jurisdiction, bool) {
	return find(r.Jurisdictions, id, func(j *Jurisdiction) string { return j.ID })
}

// AuthoritiesFor are the authorities to which somebody who lives there may
// complain, the nearest first; for the rest of the world those that name no
// country.
func (r *Register) AuthoritiesFor(country, region string) []Authority {
	var near, wide, rest []Authority
	for _, a := range r.Authorities {
		switch {
		case len(a.Countries) == 0:
			rest = append(rest, a)
		case !covers(a.Countries, a.Regions, country, region):
		case len(a.Regions) > 0:
			near = append(near, a)
		default:
			wide = append(wide, a)
		}
	}
	if len(near) > 0 || len(wide) > 0 {
		return append(near, wide...)
	}
	return rest
}

// covers reports whether both lists take what is asked for; an empty list
// takes everything.
func covers(countries, regions []string, country, region string) bool {
	return (len(countries) == 0 || contains(countries, country)) &&
		(len(regions) == 0 || contains(regions, region))
}

// IngestHolding is the holding into which rows of a category are imported; ok is
// false for a category that nobody imports.
func (c Category) IngestHolding() (dictionary.Holding, bool) {
	for _, h := range c.Holdings {
		if h.Ingest {
			return h, true
		}
	}
	return dictionary.Holding{}, false
}

// Called is the name of a use or of a kind of data, whichever of the two ids is not
// empty; an id of an earlier register stands as it is.
func (r *Register) Called(purpose, category, lang string) string {
	if p, ok := r.Purpose(purpose); ok {
		return p.Name.In(lang)
	}
	if c, ok := r.Category(category); ok {
		return c.Name.In(lang)
	}
	return purpose + category
}
