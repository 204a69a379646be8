package account

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestJudgingAPasswordIsBoundedWork(t *testing.T) {
	t.Parallel()
	for _, password := range []string{
		strings.Repeat("1!il|7", 33),
		strings.Repeat("4@8({[<3691!|70$5+%2", 10),
		"4@8({[<3691!|70$5+%2",
		strings.Repeat("😀", 50),
		strings.Repeat("a", 200),
	} {
		head, without := scored(password)
		if n := utf8.RuneCountInString(head); n > 32 {
			t.Errorf("%q: %d characters are weighed", password, n)
		}
		if len(without) == 0 && variants(head) > 128 {
			t.Errorf("%q: %d readings are tried", password, variants(head))
		}
	}
}

func TestTheBoundLetsNoWeakPasswordThrough(t *testing.T) {
	t.Parallel()
	for password, weak := range map[string]bool{
		strings.Repeat("a", 200):                   true,
		strings.Repeat("password", 20):             true,
		"p4$$w0rd123":                              true,
		"P@$$w0rd!!":                               true,
		"quiet harbour lantern 7":                  false,
		"correct horse battery staple, four times": false,
		"4@8({[<3691!|70$5+%2":                     false,
	} {
		if got := weakness("password", password); (len(got) > 0) != weak {
			t.Errorf("%q: %v", password, got)
		}
	}
}
