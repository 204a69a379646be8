package document

import (
	"maps"
	"slices"
	"strings"
)

// Text is the same words in several languages, by BCP 47 tag.
type Text map[string]string

// In is the text in a language, or else in English, or else in any.
func (t Text) In(lang string) string {
	if s, ok := t[lang]; ok {
		return s
	}
	base, _, _ := strings.Cut(lang, "-")
	if s, ok := t[base]; ok {
		return s
	}
	if s, ok := t["en"]; ok {
		return s
	}
	for _, tag := range slices.Sorted(maps.Keys(t)) {
		return t[tag]
	}
	return ""
}

// Empty reports whether there are no words at all.
func (t Text) Empty() bool { return len(t) == 0 }
