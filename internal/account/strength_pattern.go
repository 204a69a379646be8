package account

import (
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/ccojocar/zxcvbn-go/frequency"
	"github.com/ccojocar/zxcvbn-go/match"
	"github.com/ccojocar/zxcvbn-go/matching"
)

// The work of zxcvbn grows with the square of a text's length and with the
// number of its readings: it is asked window by window, which overlap by more
// than the length of most words, and reads signs as letters only while few
// readings are possible, as they are of any word.
const (
	window      = 32  // characters
	stride      = 16  // from one window to the next
	maxVariants = 128 // readings of digits and signs as letters, of all windows
)

// forgetLists gives back a megabyte: zxcvbn has made other lists of these.
var forgetLists = sync.OnceFunc(func() { clear(frequency.Lists) }) //nolint:gochecknoglobals // it forgets what is global

// patterns are what zxcvbn finds: words of its lists, keyboards, dates.
func patterns(text []rune) []guess {
	ascii := make([]byte, len(text))
	for i, r := range text {
		ascii[i] = byte(1 + i%7) // no letter, and no repetition
		if r < utf8.RuneSelf {
			ascii[i] = byte(r) //nolint:gosec // it is ASCII
		}
	}
	windows := 1 + max(0, len(ascii)-window+stride-1)/stride
	var found []guess
	for n := range windows {
		from := n * stride
		part := string(ascii[from:min(from+window, len(ascii))])
		var without []func(match.Matcher) bool
		if variants(part)*windows > maxVariants {
			without = append(without, matching.FilterL33tMatcher)
		}
		for _, m := range matching.Omnimatch(part, nil, without...) {
			if m.I >= 0 && m.J < len(part) && m.I <= m.J && !strings.ContainsFunc(part[m.I:m.J+1], func(r rune) bool { return r < ' ' }) {
				found = append(found, guess{from + m.I, from + m.J + 1, m.Entropy})
			}
		}
	}
	return found
}

// variants is at least how many readings zxcvbn tries: one sign for each letter
// that several stand for, and one letter for each sign that stands for two.
func variants(password string) int {
	n := 1
	for _, signs := range []string{"4@", "([{<", "69", "1!|", "1|7", "$5", "+7"} {
		there := 0
		for _, sign := range signs {
			if strings.ContainsRune(password, sign) {
				there++
			}
		}
		n *= max(there, 1)
	}
	for _, sign := range "1|7" {
		if strings.ContainsRune(password, sign) {
			n *= 2
		}
	}
	return n
}
