package ui

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ErrColour is a colour that is not six hexadecimal digits after a #.
var ErrColour = errors.New("a colour is written as # and six hexadecimal digits, like #0b5c55")

// minContrast is what WCAG 2.2 (1.4.3, AA) asks of text of any size.
const minContrast = 4.5

// ground is what an accent has to be read on: page, card, and its own tint.
type ground struct {
	paper, surface, ink, quiet, line rgb
	// away is where the accent goes when it can't be read: darker on paper,
	// lighter at night.
	away rgb
	tint float64 // how much of the accent is in its own soft background
}

func day() ground {
	return ground{paper: hex(0xfaf9f5), surface: hex(0xffffff), ink: hex(0x1a1f22), quiet: hex(0x525a5f), line: hex(0xdcd8ce), away: hex(0x000000), tint: 0.10}
}

func night() ground {
	return ground{paper: hex(0x14181a), surface: hex(0x1b2022), ink: hex(0xe9e7e1), quiet: hex(0xb0b7ba), line: hex(0x343b3e), away: hex(0xffffff), tint: 0.14}
}

// BrandCSS writes the operator's accent as a stylesheet of variables, for
// light and for dark. The colour asked for is kept where it can be read and
// moved towards black or white, as little as it takes, where it can't: text
// in it, and text on it, reach WCAG AA on every ground. Nothing of the input
// but six checked digits reaches the stylesheet.
func BrandCSS(accent string) (string, error) {
	asked, err := parseColour(accent)
	if err != nil {
		return "", err
	}
	light, dark := day().variables(asked), night().variables(asked)
	return ":root{" + light + "}" +
		"@media (prefers-color-scheme:dark){:root:not([data-theme=light]){" + dark + "}}" +
		":root[data-theme=dark]{" + dark + "}" +
		"@media print{:root:root,:root:root[data-theme=dark]{" + light + "}}\n", nil
}

func (g ground) variables(asked rgb) string {
	accent := g.readable(asked)
	strong := accent.towards(g.away, 0.22)
	ink := accent.ink()
	return fmt.Sprintf("--accent:%s;--accent-strong:%s;--accent-ink:%s;--accent-soft:%s",
		accent, strong, ink, g.soft(accent))
}

// Palette is the face where no stylesheet of ours goes along: in mail.
type Palette struct{ Paper, Surface, Ink, Quiet, Line, Accent, AccentInk string }

// Palettes are those for light and for dark, with the operator's accent where it
// can be read, as BrandCSS has it. ErrColour for an accent that is none.
func Palettes(accent string) (light, dark Palette, err error) {
	asked, err := parseColour(accent)
	if err != nil {
		return light, dark, err
	}
	return day().palette(asked), night().palette(asked), nil
}

func (g ground) palette(asked rgb) Palette {
	accent := g.readable(asked)
	return Palette{
		Paper: g.paper.String(), Surface: g.surface.String(), Ink: g.ink.String(), Quiet: g.quiet.String(), Line: g.line.String(),
		Accent: accent.String(), AccentInk: accent.ink().String(),
	}
}

func (g ground) soft(accent rgb) rgb { return g.surface.towards(accent, g.tint) }

// readable moves a colour in small steps until it can be read as text on the
// page, on a card and on its own tint, and until text can be read on it and on
// its stronger form.
func (g ground) readable(asked rgb) rgb {
	for step := 0; step <= 100; step++ {
		c := asked.towards(g.away, float64(step)/100)
		strong := c.towards(g.away, 0.22)
		if contrast(c, g.paper) >= minContrast && contrast(c, g.surface) >= minContrast &&
			contrast(c, g.soft(c)) >= minContrast &&
			contrast(c, c.ink()) >= minContrast && contrast(strong, c.ink()) >= minContrast {
			return c
		}
	}
	return g.ink
}

// ink is what to write with on a colour: white, or nearly black.
func (c rgb) ink() rgb {
	white, black := hex(0xffffff), hex(0x0b1211)
	if contrast(c, white) >= contrast(c, black) {
		return white
	}
	return black
}

// rgb has its parts in sRGB from 0 to 1.
type rgb struct{ r, g, b float64 }

func hex(v uint32) rgb {
	return rgb{float64(v>>16&0xff) / 255, float64(v>>8&0xff) / 255, float64(v&0xff) / 255}
}

func parseColour(s string) (rgb, error) {
	digits, ok := strings.CutPrefix(s, "#")
	if !ok || len(digits) != 6 {
		return rgb{}, ErrColour
	}
	v, err := strconv.ParseUint(digits, 16, 24)
	if err != nil {
		return rgb{}, ErrColour
	}
	return hex(uint32(v)), nil
}

func (c rgb) String() string {
	part := func(v float64) int { return int(math.Round(v * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", part(c.r), part(c.g), part(c.b))
}

// towards is a step from c to other: 0 stays, 1 arrives. It lands on colours
// that a stylesheet can write, so that what is measured is what is shown.
func (c rgb) towards(other rgb, share float64) rgb {
	mix := func(a, b float64) float64 { return math.Round((a+(b-a)*share)*255) / 255 }
	return rgb{mix(c.r, other.r), mix(c.g, other.g), mix(c.b, other.b)}
}

// luminance is the relative luminance of WCAG 2.2.
func (c rgb) luminance() float64 {
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

// contrast is the ratio of WCAG 2.2: 1 for the same colour, 21 for black on white.
func contrast(a, b rgb) float64 {
	high, low := a.luminance(), b.luminance()
	if high < low {
		high, low = low, high
	}
	return (high + 0.05) / (low + 0.05)
}
