package account

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
)

// Weakness says what is wrong with a new password, if anything, for the form's
// field: too short, too long, or guessed within some ten thousand million tries
// (zxcvbn's third step of four) by one who knows whose it is. about is who they
// are: name and address, in any script. The brand is known to everybody.
func (s *Service) Weakness(field, password string, about ...string) []fault.Problem {
	if s.deps.Mail != nil {
		about = append(about, s.deps.Mail.Brand().Name)
	}
	return weakness(field, password, about...)
}

func weakness(field, password string, about ...string) []fault.Problem {
	password = normal(password)
	switch {
	case utf8.RuneCountInString(password) < minPassword:
		return []fault.Problem{fault.Field(field, "account.passwordShort", "Min", minPassword)}
	case len(password) > maxPassword:
		return []fault.Problem{fault.Field(field, "account.passwordLong")}
	}
	if strength(password, about) < enough {
		return []fault.Problem{fault.Field(field, "account.passwordWeak")}
	}
	return nil
}

const (
	enough    = 34.2 // bits: zxcvbn's score 3 begins there
	knownBits = 2.0  // to guess which of somebody's names it is
)

// strength is how many bits have to be guessed: the cheapest way to put the
// whole password together from words that are known of the person, common
// words, patterns of the keyboard, sequences, and single characters. What is
// repeated is guessed once.
func strength(password string, about []string) float64 {
	text := letters(password)
	words := append(personal(about), common()...)
	once, again := collapse(text)
	return math.Min(cheapest(text, words), cheapest(once, words)+again)
}

// letters is a text without accents, and with one sort of kana.
func letters(s string) []rune {
	var out []rune
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.M, r):
			continue
		case r >= 'ァ' && r <= 'ヶ':
			r -= 'ァ' - 'ぁ'
		}
		out = append(out, r)
	}
	return out
}

// word is one that whoever guesses tries.
type word struct {
	letters []rune
	bits    float64
}

func newWord(s string, bits float64) word {
	return word{letters(strings.ToLower(s)), bits}
}

// personal are the words that are known of somebody: whole, and in their parts.
func personal(about []string) []word {
	var words []word
	for _, s := range about {
		whole := []string{s}
		if at, err := address.Parse(s); err == nil {
			whole = append(whole, at.String(), at.Display(), at.Local(), at.Domain())
		}
		for _, s := range whole {
			words = append(words, newWord(s, knownBits))
			for _, part := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) }) {
				words = append(words, newWord(part, knownBits))
				for _, half := range strings.FieldsFunc(part, unicode.IsDigit) {
					words = append(words, newWord(half, knownBits))
				}
			}
		}
	}
	return words
}

// collapse writes what is repeated once, and gives the bits that the numbers of
// repetitions are worth.
func collapse(s []rune) (once []rune, bits float64) {
	for at := 0; at < len(s); {
		size, times := repeated(s[at:])
		once = append(once, s[at:at+size]...)
		bits += math.Log2(float64(times))
		at += size * times
	}
	return once, bits
}

// repeated is the shortest beginning that follows upon itself, and how often it
// stands there: a single character at least three times, more of them twice.
func repeated(s []rune) (size, times int) {
	for size := 1; size <= len(s)/2; size++ {
		times := 1
		for (times+1)*size <= len(s) && string(s[times*size:(times+1)*size]) == string(s[:size]) {
			times++
		}
		if times > 2 || times == 2 && size > 1 {
			return size, times
		}
	}
	return 1, 1
}

// cheapest is the fewest bits to put a text together.
func cheapest(text []rune, words []word) float64 {
	guesses := append(patterns(text), sequences(text)...)
	guesses = append(guesses, spelt(text, words)...)
	ending := make([][]guess, len(text)+1)
	for _, g := range guesses {
		ending[g.to] = append(ending[g.to], g)
	}
	sign := signBits(text)
	best := make([]float64, len(text)+1)
	for to := 1; to <= len(text); to++ {
		best[to] = best[to-1] + runeBits(text[to-1], sign)
		for _, g := range ending[to] {
			best[to] = math.Min(best[to], best[g.from]+g.bits)
		}
	}
	return best[len(text)]
}

// guess is a part of a text, from and to in characters, that costs so many bits.
type guess struct {
	from, to int
	bits     float64
}

// spelt are the words that stand in a text, in any case, and with signs for
// letters as people put them.
func spelt(text []rune, words []word) []guess {
	lower, plain := make([]rune, len(text)), make([]rune, len(text))
	for i, r := range text {
		lower[i] = unicode.ToLower(r)
		plain[i] = lower[i]
		if at := strings.IndexRune("4@301!$57", r); at >= 0 {
			plain[i] = rune("aaeoiisst"[at])
		}
	}
	var found []guess
	for _, w := range words {
		n := len(w.letters)
		if n < 3 && (n == 0 || w.letters[0] < utf8.RuneSelf) {
			continue // initials are in everything
		}
		for at := 0; at+n <= len(text); at++ {
			switch string(w.letters) {
			case string(lower[at : at+n]):
				found = append(found, guess{at, at + n, w.bits})
			case string(plain[at : at+n]):
				found = append(found, guess{at, at + n, w.bits + 1})
			}
		}
	}
	return found
}

// sequences are characters at even steps, three at least: abc, 9753, あいう.
func sequences(text []rune) []guess {
	var found []guess
	for from := 0; from+2 < len(text); from++ {
		step := text[from+1] - text[from]
		if step < -2 || step > 2 || step == 0 {
			continue
		}
		to := from + 2
		for to < len(text) && text[to]-text[to-1] == step {
			to++
		}
		if to-from > 2 {
			found = append(found, guess{from, to, runeBits(text[from], signBits(text[from:from+1])) + math.Log2(float64(to-from)) + 1})
		}
	}
	return found
}

// signBits is what one character of ASCII is worth: of as many as there are of
// the sorts in the text.
func signBits(text []rune) float64 {
	var lower, upper, digit, other float64
	for _, r := range text {
		switch {
		case r >= utf8.RuneSelf:
		case unicode.IsLower(r):
			lower = 26
		case unicode.IsUpper(r):
			upper = 26
		case unicode.IsDigit(r):
			digit = 10
		default:
			other = 33
		}
	}
	return math.Log2(math.Max(lower+upper+digit+other, 1))
}

// runeBits is what one character is worth by itself, of as many as people of
// its script use.
func runeBits(r rune, sign float64) float64 {
	switch {
	case r < utf8.RuneSelf:
		return sign
	case unicode.Is(unicode.Han, r):
		return 11
	case unicode.Is(unicode.Hangul, r):
		return 3 // of the parts into which a syllable falls
	case unicode.In(r, unicode.Hiragana, unicode.Katakana):
		return 6
	case unicode.IsLetter(r):
		return 5
	}
	return 7
}
