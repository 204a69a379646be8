package notice

import (
	"context"
	"slices"

	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views/text"
)

// Reading is a version in one language as people read it: its lists say what the
// register said when it was written.
type Reading struct {
	Title    string    `json:"title"`
	Sections []Section `json:"sections"`
	Parts    []Part    `json:"parts"`
}

// Part is prose, or one of the register's lists.
type Part struct {
	Section string   `json:"section,omitempty"`
	HTML    string   `json:"html,omitempty"`
	Text    []string `json:"text,omitempty"` // of the HTML, paragraph by paragraph
	Slot    Slot     `json:"slot,omitempty"`
	Contact *Contact `json:"contact,omitempty"`
	Entries []Entry  `json:"entries,omitempty"`
}

// Contact is who is responsible, and how to reach them (promise P29).
type Contact struct {
	Names   []string `json:"names"`
	Privacy string   `json:"privacy"` // addresses of mail
	Other   string   `json:"other"`
	Post    []string `json:"post"` // lines
}

// Entry is one thing of a list: a category, a purpose, a recipient.
type Entry struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Text  string `json:"text,omitempty"`
	Facts []Fact `json:"facts,omitempty"`
}

// Fact is a name and its value.
type Fact struct {
	Name    string `json:"name"`
	Value   string `json:"value,omitempty"`
	Aside   string `json:"aside,omitempty"`   // what explains the value, behind it
	Then    string `json:"then,omitempty"`    // the sentence that follows the value
	Address string `json:"address,omitempty"` // of a site
}

// lists reads the register in a language.
type lists struct {
	*register.Register
	ctx  context.Context
	lang string
}

func (s *Service) lists(ctx context.Context, lang string) lists {
	return lists{s.deps.Register, s.deps.Catalog.Into(ctx, lang), lang}
}

// Entries are what the register says now for a place in the text, in the language
// of ctx.
func (s *Service) Entries(ctx context.Context, slot Slot) []Entry {
	return s.lists(ctx, text.Lang(ctx)).part("", slot).Entries
}

// Contact is how the register says now that people reach the company.
func (s *Service) Contact() *Contact { return contactOf(s.deps.Register) }

func contactOf(r *register.Register) *Contact {
	who := r.Controller
	return &Contact{Names: append([]string{who.Name}, who.TradingAs...), Privacy: who.PrivacyEmail, Other: who.ContactEmail, Post: who.Address}
}

// read is a document with today's lists.
func (l lists) read(d Document) Reading {
	r := Reading{Title: d.Title, Sections: d.Sections}
	for _, b := range d.Blocks {
		part := Part{Section: b.Section, HTML: b.HTML, Text: b.Text}
		if b.Slot != "" {
			part = l.part(b.Section, b.Slot)
		}
		r.Parts = append(r.Parts, part)
	}
	return r
}

// again is what was read before, with today's lists.
func (l lists) again(r Reading) Reading {
	r.Parts = slices.Clone(r.Parts)
	for i, p := range r.Parts {
		if p.Slot != "" {
			r.Parts[i] = l.part(p.Section, p.Slot)
		}
	}
	return r
}

func (l lists) part(section string, slot Slot) Part {
	p := Part{Section: section, Slot: slot}
	switch slot {
	case Who:
		p.Contact = contactOf(l.Register)
	case Categories:
		p.Entries = entries(l.Categories, func(c register.Category) Entry {
			return l.entry(c.ID, c.Name, c.Summary, Fact{Name: l.t("data.kept"), Value: c.Retention.Rule(l.lang).In(l.ctx)})
		})
	case Purposes:
		p.Entries = entries(l.Purposes, l.purpose)
	case Recipients:
		p.Entries = entries(l.Recipients, l.recipient)
	case Transfers:
		p.Entries = entries(l.Transfers, func(t register.Transfer) Entry {
			return l.entry(t.ID, t.Name, t.Summary, Fact{Name: l.t("policy.article"), Value: t.Article})
		})
	case Topics:
		p.Entries = entries(l.Mail(), func(t register.Topic) Entry {
			e := l.entry(t.ID, t.Name, t.Summary)
			if t.Locked {
				e.Facts = []Fact{{Name: l.t("policy.locked"), Value: t.Because.In(l.lang)}}
			}
			return e
		})
	case Cookies:
		p.Entries = entries(l.Cookies, func(g register.CookieGroup) Entry {
			e := l.entry(g.ID, g.Name, g.Summary)
			for _, k := range l.Dictionary.CookiesOf(g.ID) {
				e.Facts = append(e.Facts, Fact{Name: k.ID, Value: k.Purpose.In(l.lang), Then: k.Lasts.In(l.lang)})
			}
			return e
		})
	case Rights:
		p.Entries = entries(l.RequestKinds, func(k register.RequestKind) Entry { return l.entry(k.ID, k.Name, k.Summary) })
	case Authorities:
		p.Entries = entries(l.Authorities, func(a register.Authority) Entry {
			e := l.entry(a.ID, a.Name, a.Note)
			if a.Address != "" {
				e.Facts = append(e.Facts, Fact{Name: l.t("policy.address"), Value: a.Address})
			}
			e.Facts = append(e.Facts, Fact{Name: l.t("policy.site"), Address: a.URL})
			return e
		})
	}
	return p
}

func (l lists) purpose(p register.Purpose) Entry {
	basis, how := l.Basis(p.Basis), p.How
	if how.Empty() {
		how = basis.How
	}
	return l.entry(p.ID, p.Name, p.Summary,
		Fact{Name: l.t("policy.basis"), Value: basis.Name.In(l.lang), Aside: basis.Article},
		Fact{Name: l.t("policy.you"), Value: how.In(l.lang)})
}

func (l lists) recipient(r register.Recipient) Entry {
	e := l.entry(r.ID, r.Name, r.Purpose,
		Fact{Name: l.t("policy.role"), Value: r.Role.In(l.lang)},
		Fact{Name: l.t("policy.whichData"), Value: r.Data.In(l.lang)},
		Fact{Name: l.t("data.place"), Value: l.Place(r.Place).Name.In(l.lang)})
	if r.PolicyURL != "" {
		e.Facts = append(e.Facts, Fact{Name: l.t("policy.theirs"), Address: r.PolicyURL})
	}
	return e
}

func (l lists) t(key string) string { return text.T(l.ctx, key) }

func (l lists) entry(id string, name, summary document.Text, facts ...Fact) Entry {
	return Entry{ID: id, Name: name.In(l.lang), Text: summary.In(l.lang), Facts: facts}
}

func entries[T any](list []T, say func(T) Entry) []Entry {
	out := make([]Entry, len(list))
	for i, one := range list {
		out[i] = say(one)
	}
	return out
}
