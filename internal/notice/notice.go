package notice

import (
	"maps"
	"slices"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/document"
)

// Slot is a place in the text that a page fills from the register.
type Slot string

// The slots that a text may have. Those of [Required] it must have.
const (
	Who         Slot = "contact"
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
	return []Slot{Who, Categories, Purposes, Recipients, Transfers, Topics, Cookies, Rights, Authorities}
}

// Required are what no policy may leave out (GDPR art. 13 and 14).
func Required() []Slot {
	return []Slot{Who, Categories, Purposes, Recipients, Transfers, Rights, Authorities}
}

// Block is a piece of the text: HTML that is safe to show, or a slot.
type Block struct {
	Section string // the id of the section in which it stands; empty before the first
	HTML    string
	Text    []string // what the HTML says, paragraph by paragraph
	Slot    Slot     // empty for HTML
}

// Section is a heading of the second level, for a list of contents.
type Section struct {
	ID    string `json:"id"` // the same in every language
	Title string `json:"title"`
}

// Document is a version in one language.
type Document struct {
	Title    string
	Sections []Section
	Blocks   []Block
}

// Written is a version as a folder has it: to be published, or published since.
type Written struct {
	ID        string // the folder's name
	Effective deadline.Day
	Changes   document.Text // what is different from the version before

	documents map[string]Document
	first     string // language that stands in for one that is missing
}

// In is the text in a language, or else in the first of the languages.
func (v Written) In(lang string) Document {
	if doc, ok := v.documents[lang]; ok {
		return doc
	}
	return v.documents[v.first]
}

// Policy is every version that the operator's folder has, the newest first.
type Policy struct {
	versions []Written
}

// Versions are all versions, the newest first.
func (p *Policy) Versions() []Written { return p.versions }

// Languages are those of the versions.
func (v Written) Languages() []string { return slices.Sorted(maps.Keys(v.documents)) }
