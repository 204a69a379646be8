package ui

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestEveryAccentCanBeReadInLightAndDark(t *testing.T) {
	t.Parallel()
	for v := 0; v <= 0xffffff; v += 0x010f0b {
		asked := hex(uint32(v))
		for name, g := range map[string]ground{"day": day(), "night": night()} {
			c := g.readable(asked)
			for on, other := range map[string]rgb{
				"paper": g.paper, "surface": g.surface, "its tint": g.soft(c), "its ink": c.ink(),
			} {
				if got := contrast(c, other); got < minContrast {
					t.Fatalf("%s asked, %s by %s: %.2f on %s", asked, c, name, got, on)
				}
			}
			if got := contrast(c.towards(g.away, 0.22), c.ink()); got < minContrast {
				t.Fatalf("%s by %s: %.2f when pointed at", asked, name, got)
			}
		}
	}
}

func TestAColourThatCanBeReadIsKept(t *testing.T) {
	t.Parallel()
	css, err := BrandCSS("#0B5C55")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(css, ":root{--accent:#0b5c55;") {
		t.Errorf("the accent was changed: %s", css)
	}
}

func TestNothingButAColourGetsIntoTheStylesheet(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "0b5c55", "#0b5", "#0b5c5g", "#-b5c55", "#+b5c55", "#0b5c55;", "red", "#0b5c55}body{display:none", "#0x5c55", "#0_5c55"} {
		if css, err := BrandCSS(s); !errors.Is(err, ErrColour) || css != "" {
			t.Errorf("%q gave %q, %v", s, css, err)
		}
	}
}

// The tokens are the other place where these grounds stand.
func TestTheTokensReachAAInLightAndDark(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../../tailwind.config.js")
	if err != nil {
		t.Fatal(err)
	}
	for name, g := range map[string]ground{"light": day(), "dark": night()} {
		tokens := tokensOf(t, string(source), name)
		if tokens["paper"] != g.paper || tokens["surface"] != g.surface || tokens["ink"] != g.ink {
			t.Errorf("%s: BrandCSS measures against other grounds than the tokens", name)
		}
		pairs := map[string][]string{
			"ink":        {"paper", "surface", "sunken", "info-soft", "turn-soft", "danger-soft", "done-soft", "accent-soft"},
			"quiet":      {"paper", "surface", "sunken", "accent-soft"},
			"accent":     {"paper", "surface", "sunken", "accent-soft", "accent-ink"},
			"accent-ink": {"accent-strong"},
			"info":       {"info-soft", "paper"},
			"turn":       {"turn-soft", "paper"},
			"danger":     {"danger-soft", "paper", "surface", "danger-ink"},
			"danger-ink": {"danger-strong"},
			"done":       {"done-soft", "paper", "surface"},
			"rail-ink":   {"rail", "rail-line"},
			"rail-quiet": {"rail"},
		}
		for front, grounds := range pairs {
			for _, on := range grounds {
				if got := contrast(tokens[front], tokens[on]); got < minContrast {
					t.Errorf("%s: %s on %s is %.2f", name, front, on, got)
				}
			}
		}
		// 1.4.11: what shows where a control is.
		for _, on := range []string{"paper", "surface", "sunken"} {
			for _, mark := range []string{"edge", "focus"} {
				if got := contrast(tokens[mark], tokens[on]); got < 3 {
					t.Errorf("%s: %s on %s is %.2f", name, mark, on, got)
				}
			}
		}
	}
}

func tokensOf(t *testing.T, source, set string) map[string]rgb {
	t.Helper()
	_, after, ok := strings.Cut(source, fmt.Sprintf("const %s = {", set))
	if !ok {
		t.Fatalf("no tokens named %s", set)
	}
	body, _, _ := strings.Cut(after, "}")
	tokens := map[string]rgb{}
	for _, m := range regexp.MustCompile(`'?([a-z-]+)'?: '(#[0-9a-f]{6})'`).FindAllStringSubmatch(body, -1) {
		c, err := parseColour(m[2])
		if err != nil {
			t.Fatal(err)
		}
		tokens[m[1]] = c
	}
	if len(tokens) < 20 {
		t.Fatalf("only %d tokens named %s were read", len(tokens), set)
	}
	return tokens
}
