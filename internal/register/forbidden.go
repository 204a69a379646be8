package register

import (
	"path"
	"slices"
	"strings"
	"unicode"

	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/internal/input"
)

// Ban is a kind of field or value that may never be held, whatever a category
// declares.
type Ban struct {
	ID         string        `json:"id"`
	Promise    string        `json:"promise"`
	Categories []string      `json:"categories" ref:"categories" empty:"all"` // none: everywhere
	Names      []string      `json:"names"`                                   // of fields, compared without case or punctuation; * matches any part
	Cards      bool          `json:"cards"`                                   // refuses any value in which input.CardNumber finds a number
	Text       document.Text `json:"text"`
}

// Schema says what a Ban may hold.
func (Ban) Schema() string {
	return `
required: [id, text]
properties:
  names: {description: "Names of fields, compared without case or punctuation; * stands for any part."}
  cards: {default: false, description: "Refuses any value that holds a payment card's number."}
`
}

// covers reports whether the ban holds in a category.
func (b Ban) covers(category string) bool {
	return len(b.Categories) == 0 || contains(b.Categories, category)
}

// ForbiddenField finds the ban that refuses a field of this name in a
// category.
func (r *Register) ForbiddenField(category, field string) (Ban, bool) {
	name := plain(field)
	for i, ban := range r.Forbidden {
		if ban.covers(category) && slices.ContainsFunc(r.banned[i], func(p namePattern) bool { return p.fits(name) }) {
			return ban, true
		}
	}
	return Ban{}, false
}

// namePattern is a name of a Ban, as it is compared.
type namePattern struct {
	text string
	any  bool // has a part that may be any
}

// patterns are the names of each Ban.
func patterns(bans []Ban) [][]namePattern {
	all := make([][]namePattern, len(bans))
	for i, ban := range bans {
		for _, name := range ban.Names {
			all[i] = append(all[i], namePattern{plain(name), strings.Contains(name, "*")})
		}
	}
	return all
}

func (p namePattern) fits(name string) bool {
	if !p.any {
		return p.text == name
	}
	ok, err := path.Match(p.text, name)
	return ok && err == nil
}

// ForbiddenValue finds the ban that refuses a value in a category: a payment
// card's full number.
func (r *Register) ForbiddenValue(category, value string) (Ban, bool) {
	for _, ban := range r.Forbidden {
		if ban.Cards && ban.covers(category) && input.CardNumber(value) {
			return ban, true
		}
	}
	return Ban{}, false
}

// plain makes dst_ip, dstIP and Dst-IP the same name.
func plain(name string) string {
	return strings.Map(func(c rune) rune {
		if c == '*' || unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, name)
}
