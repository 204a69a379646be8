package record

import (
	"unicode/utf8"

	"plusultra.link/privacy/internal/input"
)

// split tells whether a card's number, which the register forbids, runs through
// texts that stand one after another.
func split[Text string | []byte](c checker, texts []Text) bool {
	digits := 0
	for _, s := range texts {
		digits += digitsIn(s)
	}
	if digits < fewestCard || len(texts) < 2 {
		return false
	}
	all := make([]string, len(texts))
	for i, s := range texts {
		all[i] = string(s)
	}
	return input.SplitCard(all...) && c.card([]byte(aCard)) != noReason
}

// digitsIn counts the bytes that may be of digits: those twice as wide are not
// ASCII.
func digitsIn[Text string | []byte](s Text) int {
	digits := 0
	for i := range len(s) {
		if s[i]-'0' < 10 || s[i] >= utf8.RuneSelf {
			digits++
		}
	}
	return digits
}
