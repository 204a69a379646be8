package ui

import (
	"strings"
	"unicode"
)

const (
	longWord   = 12       // letters from which a word may part at its punctuation
	widestWord = 24       // letters of a part that no column is made wide enough for
	firstHan   = '\u2e80' // the scripts that break anywhere begin here
)

// parts cuts what is written without spaces, an address say, where a reader
// would: behind its punctuation. Letters of one word stay together.
func parts(words string) []string {
	if len(words) <= longWord || longest(words, unicode.IsSpace) <= longWord {
		return []string{words}
	}
	var cut []string
	from, after := 0, false
	for i, r := range words {
		if after && !parting(r) && i > from {
			cut, from = append(cut, words[from:i]), i
		}
		after = parting(r)
	}
	return append(cut, words[from:])
}

func parting(r rune) bool { return strings.ContainsRune("/.-@?&=_,:#+", r) }

// wide tells that a part of it has to break anywhere.
func wide(words string) bool {
	return len(words) > widestWord && longest(words, func(r rune) bool { return unicode.IsSpace(r) || parting(r) }) > widestWord
}

// longest counts the letters of the longest run that nothing parts. Scripts
// that break between any two letters have no long words.
func longest(words string, parted func(rune) bool) int {
	most, run := 0, 0
	for _, r := range words {
		if run++; parted(r) || r >= firstHan && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
			run = 0
		}
		most = max(most, run)
	}
	return most
}
