package input

import (
	"strings"
	"unicode"
)

// The joiners that scripts need: without them Persian, Hindi or a family of
// emoji read otherwise.
const (
	zwnj = '\u200c'
	zwj  = '\u200d'
)

// Invisible tells whether a character shows nothing: Unicode's format
// characters and default ignorables (UAX #44), and the letters that are blank
// on purpose, such as the Hangul filler. Spaces and line breaks are no such.
func Invisible(r rune) bool {
	switch {
	case r < 0x80:
		return false
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r): // Arabic signs that enclose digits, and are seen
		return false
	case r == '\u2800': // the braille pattern without a dot
		return true
	}
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// override tells whether a character makes what follows read in an order that
// was not written (UAX #9): it shows one name and keeps another.
func override(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// TrimBlank takes away what shows nothing at both ends: spaces, line breaks,
// and what programs put around what they copy.
func TrimBlank(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || Invisible(r) })
}

// dropInvisible takes it away everywhere.
func dropInvisible(s string) string {
	return strings.Map(func(r rune) rune {
		if Invisible(r) {
			return -1
		}
		return r
	}, s)
}

// Narrow makes the wide forms that a Japanese keyboard writes for letters,
// digits and signs the plain ones. Kana and everything else stay.
func Narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '\u3000':
			return ' '
		}
		return r
	}, s)
}
