package input

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"plusultra.link/privacy/internal/fault"
)

// Line reads what people write on one line, such as a name or a street: NFC,
// without what shows nothing, spaces single. It gives the problem of the field,
// if there is one: a line break, a character that shows another order than is
// written, more than so many characters, a payment card's full number. Words of
// which nothing can be seen are none: "".
func Line(field, s string, most int) (string, []fault.Problem) {
	if p := characters(field, s); p != nil {
		return "", p
	}
	s = readable(s)
	if strings.ContainsFunc(strings.TrimSpace(s), func(r rune) bool {
		return r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029'
	}) {
		return "", problem(field, "input.lineBreak")
	}
	if i := strings.IndexFunc(s, override); i >= 0 {
		return "", hidden(field, s[i:])
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }); i >= 0 {
		return "", hidden(field, s[i:])
	}
	return whole(field, strings.Join(strings.Fields(s), " "), most)
}

// Prose reads what people write on many lines, such as a message: NFC, lines
// ended by \n, without what shows nothing. Its problems are those of Line, but
// for line breaks; scripts that run from right to left may be marked so, but
// not turned.
func Prose(field, s string, most int) (string, []fault.Problem) {
	if p := characters(field, s); p != nil {
		return "", p
	}
	s = readable(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n\n").Replace(s))
	if i := strings.IndexAny(s, "\u202d\u202e"); i >= 0 {
		return "", hidden(field, s[i:])
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
	return whole(field, s, most)
}

// whole is what is asked of every text.
func whole(field, s string, most int) (string, []fault.Problem) {
	s = strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || Invisible(r) && !unicode.Is(unicode.Variation_Selector, r)
	})
	switch {
	case !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsSpace(r) && !Invisible(r) }):
		return "", nil
	case utf8.RuneCountInString(s) > most:
		return "", problem(field, "input.long", "Max", most)
	case CardNumber(s):
		return "", problem(field, "input.card")
	}
	return s, nil
}

// Storable tells whether PostgreSQL can hold a text: UTF-8, and without NUL.
func Storable(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// SplitCard tells whether a card's number runs through fields that stand one
// after another.
func SplitCard(values ...string) bool { return CardNumber(strings.Join(values, " ")) }

func characters(field, s string) []fault.Problem {
	if !Storable(s) {
		return problem(field, "fault.characters")
	}
	return nil
}

// readable drops what has no meaning where it stands, and keeps what scripts
// need: joiners, marks of direction, variants of a character.
func readable(s string) string {
	return norm.NFC.String(strings.Map(func(r rune) rune {
		switch {
		case r == zwj, r == zwnj, r == '\u200e', r == '\u200f', r == '\u061c', override(r), unicode.Is(unicode.Variation_Selector, r):
			return r
		case Invisible(r):
			return -1
		}
		return r
	}, s))
}

func problem(field, key string, args ...any) []fault.Problem {
	return []fault.Problem{fault.Field(field, key, args...)}
}

func hidden(field, from string) []fault.Problem {
	r, _ := utf8.DecodeRuneInString(from)
	return problem(field, "input.hidden", "Character", fmt.Sprintf("U+%04X", r))
}
