package notice

import (
	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/document"
)

// Slot is a place in the text that a page fills from the register.
type Slot string

// The slots that a text may have. Those of [Required] it must have.
const (
	Contact     Slot = "contact"
	Categories  Slot = "categories"
	Purposes    Slot = "purposes"
	Recipients  Slot = "recipients"
	Transfers   Slot = "transfers"
	Topics      Slot = "topics"
	Cookies     Slot = "cookies"
	Rights      Slot = "rights"
	Authorities Slot = "authorities"
)

// Slots are all slots.
func Slots() []Slot {
	return []Slot{Contact, Categories, Purposes, Recipients, Transfers, Topics, Cookies, Rights, Authorities}
}

// Required are what no policy may leave out (GDPR art. 13 and 14).
func Required() []Slot {
	return []Slot{Contact, Categories, Purposes, Recipients, Transfers, Rights, Authorities}
}

// Block is a piece of the text: HTML that is safe to show, or a slot.
type Block struct {
	HTML string
	Slot Slot // empty for HTML
}

// Section is a heading of the second level, for a list of contents.
type Section struct {
	ID    string // the same in every language
	Title string
}

// Document is a version in one language.
type Document struct {
	Title    string
	Sections []Section
	Blocks   []Block
}

// Version is the policy as it stood from one day on.
type Version struct {
	ID        string // the folder's name
	Effective deadline.Day
	Changes   document.Text // what is different from the version before

	documents map[string]Document
	first     string // language that stands in for one that is missing
}

// In is the text in a language, or else in the first of the languages.
func (v Version) In(lang string) Document {
	if doc, ok := v.documents[lang]; ok {
		return doc
	}
	return v.documents[v.first]
}

// Policy is every version, the newest first.
type Policy struct {
	versions []Version
}

// Versions are all versions, the newest first, also those that are announced
// and not yet in force.
func (p *Policy) Versions() []Version { return p.versions }

// Version finds a version.
func (p *Policy) Version(id string) (Version, bool) {
	for _, v := range p.versions {
		if v.ID == id {
			return v, true
		}
	}
	return Version{}, false
}

// Current is the version in force on a day, or else the earliest one: there is
// always a policy.
func (p *Policy) Current(today deadline.Day) Version {
	for _, v := range p.versions {
		if !v.Effective.After(today) {
			return v
		}
	}
	return p.versions[len(p.versions)-1]
}
