package input

import (
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Code gives the digits of a code as somebody typed or pasted it: in the digits
// of their script, with spaces, hyphens or dots between. What has a letter in
// it is no code: "".
func Code(s string) string {
	letters := false
	digits := strings.Map(func(r rune) rune {
		if d, ok := digit(r); ok {
			return rune(d)
		}
		letters = letters || unicode.IsLetter(r) && r != 'ー'
		return -1
	}, norm.NFKC.String(dropInvisible(s)))
	if letters {
		return ""
	}
	return digits
}

// Token gives a link's token (base64, URL alphabet) as it was made, from a path
// as it arrives: percent-encoded by a mail program, or with the full stop,
// bracket or space behind it that stood behind the link.
func Token(s string) string {
	for range 3 { // some encode what is encoded already
		decoded, err := url.PathUnescape(s)
		if err != nil || decoded == s {
			break
		}
		s = decoded
	}
	s = strings.TrimLeftFunc(dropInvisible(s), func(r rune) bool { return !tokenRune(r) })
	if i := strings.IndexFunc(s, func(r rune) bool { return !tokenRune(r) }); i >= 0 {
		s = s[:i]
	}
	return s
}

func tokenRune(r rune) bool {
	return r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

// Reference gives the letters, digits and hyphens of a reference as somebody
// typed it: in any case, wide or plain, with whatever dashes, and spaces
// between. What has any other sign inside is none: "".
func Reference(s string) string {
	s = strings.TrimFunc(norm.NFKC.String(dropInvisible(s)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	other := false
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return r
		case r >= 'a' && r <= 'z':
			return unicode.ToUpper(r)
		case unicode.Is(unicode.Pd, r), r == 'ー', r == '\u2212':
			return '-'
		}
		other = other || !unicode.IsSpace(r)
		return -1
	}, s)
	if other {
		return ""
	}
	return s
}
