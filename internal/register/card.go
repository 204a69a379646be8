package register

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// LuhnCard reports whether a payment card's full number stands anywhere in a
// value: 13 to 19 digits, together or in the groups in which cards print
// them, that begin as an issuer's numbers do and pass the check digit of
// ISO/IEC 7812-1. Digits inside a longer number or in the middle of a word
// are not one (a hash, an id), nor is what follows a plus sign (a telephone).
func LuhnCard(s string) bool {
	runs := digitRuns(s)
	for first := range runs {
		number, shape := "", ""
		for last := first; last < len(runs) && (last == first || runs[last].joined); last++ {
			number += runs[last].digits
			if len(number) > 19 {
				break
			}
			shape += "abcdefghijklmnopqrst"[len(runs[last].digits):][:1]
			word := runs[first].afterLetter && runs[last].beforeLetter
			if !word && !runs[first].afterPlus && printed(shape) && issued(number) && luhn(number) {
				return true
			}
		}
	}
	return false
}

// run is a run of digits and what touches it.
type run struct {
	digits                               string
	joined                               bool // nothing but separators since the run before
	afterPlus, afterLetter, beforeLetter bool
}

func digitRuns(s string) []run {
	if len(s) < 13 {
		return nil
	}
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
			joined:       len(runs) > 0 && utf8.RuneCountInString(between) <= 3 && strings.Trim(between, separators) == "",
			afterPlus:    before == '+' || before == '＋',
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

// separators are what people write between the groups of a card's number.
const separators = " -._/\t\u00a0\u2010\u2011\u2012\u2013\u2212\u3000－ー"

// printed reports whether groups of these lengths (b is 1, e is 4) are how
// cards show a number. Dates, network addresses and lists of figures are not.
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

// digit reads a digit, also one of those twice as wide that a Japanese
// keyboard writes.
func digit(c rune) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return byte(c), true
	case c >= '０' && c <= '９':
		return byte(c-'０') + '0', true
	}
	return 0, false
}

// issued reports whether a number has the first digits and the length of a
// card of Visa, Mastercard, American Express, Discover, JCB, Diners Club,
// UnionPay or Maestro.
func issued(number string) bool {
	n := len(number)
	if n < 13 {
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
