package input

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	shortestCard = 13 // digits
	longestCard  = 19
	widestGap    = 3 // characters that are seen between two groups
)

// CardNumber reports whether a payment card's full number stands anywhere in a
// text: 13 to 19 digits of whatever script, that begin as an issuer's numbers
// do and pass the check digit of ISO/IEC 7812-1. They stand together, or in the
// groups in which cards print them with whatever signs, spaces or line breaks
// between, or in other groups with the same sign between all of them. Digits
// inside a longer number or in the middle of a word are not one (a hash, an
// id), nor is what follows a plus sign (a telephone).
func CardNumber(s string) bool {
	if len(s) < shortestCard {
		return false
	}
	if strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return cardIn(digitRuns(s, digit))
	}
	s = norm.NFKC.String(s)
	s = strings.Map(func(r rune) rune {
		if Invisible(r) || unicode.Is(unicode.M, r) {
			return -1
		}
		return r
	}, s)
	return cardIn(digitRuns(s, digit)) || cardIn(digitRuns(s, numeral))
}

// HideDigits puts a dot for each digit of a text.
func HideDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if _, ok := numeral(r); ok || unicode.IsNumber(r) {
			return '•'
		}
		return r
	}, s)
}

func cardIn(runs []run) bool {
	for first := range runs {
		number, shape := "", ""
		for last := first; last < len(runs) && (last == first || runs[last].joined); last++ {
			number += runs[last].digits
			if len(number) > longestCard {
				break
			}
			shape += "abcdefghijklmnopqrst"[len(runs[last].digits):][:1]
			word := runs[first].afterLetter && runs[last].beforeLetter
			if !word && !runs[first].afterPlus && grouped(runs[first:last+1], shape, len(number)) && !longer(runs, first, last) &&
				issued(number) && luhn(number) {
				return true
			}
		}
	}
	return false
}

// run is a run of digits and what touches it.
type run struct {
	digits                               string
	between                              string // what stands before it, if that is short
	joined                               bool   // nothing but separators since the run before
	afterPlus, afterLetter, beforeLetter bool
}

func digitRuns(s string, digit func(rune) (byte, bool)) []run {
	var runs []run
	var digits []byte
	gap, start := 0, 0 // where the gap before the run, and the run, begin
	end := func(at int, next rune) {
		if len(digits) == 0 {
			return
		}
		between := s[gap:start]
		before, _ := utf8.DecodeLastRuneInString(between)
		runs = append(runs, run{
			digits:       string(digits),
			between:      between,
			joined:       len(runs) > 0 && separates(between),
			afterPlus:    before == '+',
			afterLetter:  latin(before),
			beforeLetter: latin(next),
		})
		digits, gap = digits[:0], at
	}
	for i, c := range s {
		if d, ok := digit(c); ok {
			if len(digits) == 0 {
				start = i
			}
			digits = append(digits, d)
			continue
		}
		end(i, c)
	}
	end(len(s), ' ')
	return runs
}

func latin(c rune) bool { return c <= unicode.MaxASCII && unicode.IsLetter(c) }

// separates tells whether people might write that between the groups of one
// number: a few signs, spaces or line breaks, and the long marks of Japanese
// that look like dashes.
func separates(between string) bool {
	if utf8.RuneCountInString(between) > widestGap {
		return false
	}
	return !strings.ContainsFunc(between, func(c rune) bool {
		return c != 'ー' && c != '一' && (unicode.IsLetter(c) || unicode.IsNumber(c))
	})
}

// grouped reports whether these groups are how a card's number may be written.
// Dates, network addresses and lists of figures are not.
func grouped(runs []run, shape string, digits int) bool {
	if printed(shape) {
		return true
	}
	between := runs[1].between
	for _, r := range runs[1:] {
		if r.between != between {
			return false
		}
	}
	body, last := shape[:len(shape)-1], shape[len(shape)-1]
	if strings.Trim(body, body[:1]) == "" && last <= body[0] {
		return true // equal groups, and a rest
	}
	// Fewer are a telephone number without its plus.
	return digits >= 15 && len(between) <= utf8.UTFMax && strings.Trim(between, " \t-\u2010\u2011\u2012\u2013\u2014\u2212") == ""
}

// printed reports whether groups of these lengths (b is 1, e is 4) are how
// cards show a number.
func printed(shape string) bool {
	switch {
	case len(shape) == 1:
		return true
	case shape == "egf", shape == "ege", shape == "eddd", shape == "eef", shape == "ii", shape == "gn":
		return true
	}
	head, last := shape[:len(shape)-1], shape[len(shape)-1]
	return len(shape) >= 4 && strings.Trim(head, "e") == "" && last >= 'b' && last <= 'e'
}

// longer reports whether groups with colons between are but a part of more of
// them: an address of IPv6.
func longer(runs []run, first, last int) bool {
	if last == first || runs[last].between != ":" {
		return false
	}
	return runs[first].joined && strings.HasSuffix(runs[first].between, ":") ||
		last+1 < len(runs) && strings.HasPrefix(runs[last+1].between, ":")
}

// digit reads a decimal digit of any script. Those stand in Unicode in tens,
// each from its zero.
func digit(c rune) (byte, bool) {
	if c < utf8.RuneSelf {
		return byte(c), c >= '0' && c <= '9' //nolint:gosec // it is ASCII
	}
	for _, r := range unicode.Nd.R16 {
		if c >= rune(r.Lo) && c <= rune(r.Hi) {
			return '0' + byte((c-rune(r.Lo))%10), true //nolint:gosec // below ten
		}
	}
	for _, r := range unicode.Nd.R32 {
		if c >= rune(r.Lo) && c <= rune(r.Hi) { //nolint:gosec // code points
			return '0' + byte((c-rune(r.Lo))%10), true //nolint:gosec // a digit
		}
	}
	return 0, false
}

// numeral reads a digit, or a Chinese character that stands for one.
func numeral(c rune) (byte, bool) {
	if d, ok := digit(c); ok {
		return d, true
	}
	switch c {
	case '〇', '零':
		return '0', true
	case '一':
		return '1', true
	case '二':
		return '2', true
	case '三':
		return '3', true
	case '四':
		return '4', true
	case '五':
		return '5', true
	case '六':
		return '6', true
	case '七':
		return '7', true
	case '八':
		return '8', true
	case '九':
		return '9', true
	}
	return 0, false
}

// issued reports whether a number has the first digits and the length of a
// card of Visa, Mastercard, American Express, Discover, JCB, Diners Club,
// UnionPay or Maestro.
func issued(number string) bool {
	n := len(number)
	if n < shortestCard {
		return false
	}
	head := 0
	for _, c := range number[:6] {
		head = head*10 + int(c-'0')
	}
	between := func(low, high int) bool { // of as many first digits as the bounds have
		prefix := head
		for limit := 1_000_000; limit > 10*low; limit /= 10 {
			prefix /= 10
		}
		return prefix >= low && prefix <= high
	}
	switch {
	case between(4, 4):
		return n == 13 || n == 16 || n == 19
	case between(51, 55), between(2221, 2720):
		return n == 16
	case between(34, 34), between(37, 37):
		return n == 15
	case between(36, 36), between(38, 39), between(300, 305), between(3095, 3095):
		return n >= 14
	case between(6011, 6011), between(644, 649), between(65, 65), between(3528, 3589), between(62, 62), between(81, 81):
		return n >= 16
	case between(5018, 5018), between(5020, 5020), between(5038, 5038), between(5893, 5893),
		between(6304, 6304), between(6759, 6759), between(6761, 6763):
		return true
	}
	return false
}

// luhn verifies the check digit.
func luhn(number string) bool {
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
			if d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
