package testkit

import (
	"context"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Viewport is the size of the window.
type Viewport int

// The two windows that every page is judged in.
const (
	Wide  Viewport = iota // an office screen, 1280 × 900
	Phone                 // a small phone in the hand, 390 × 844
)

// Inspect judges the page as every reader meets it, light and dark, phone and wide: axe
// finds nothing, nothing is wider than the window, no word is broken inside, a person's page
// is at most four screens of a phone long, the keyboard reaches every control and shows where
// it is, and a picture of each is kept.
func (p *Page) Inspect(name string) {
	p.t.Helper()
	for _, window := range []struct {
		name string
		size Viewport
	}{{"phone", Phone}, {"wide", Wide}} {
		p.SetViewport(window.size)
		for _, scheme := range []string{"light", "dark"} { // another only in its colours
			p.colours(scheme)
			p.settle()
			p.axe(" ("+window.name+", "+scheme+")", scheme != "light")
			p.Screenshot(name + "-" + window.name + "-" + scheme)
		}
		p.Fits()
		p.look("by its looks", misshapen)
		p.look("by keyboard", unfocused)
	}
	p.Light()
}

// misshapen is a page of a person that is too long for a phone, and what of its words are
// broken inside: addresses and codes may be.
const misshapen = `(() => {
	const bad = [], most = 4, root = document.documentElement
	if (document.body.classList.contains('person') && innerWidth < 640 && root.scrollHeight > most * innerHeight)
		bad.push((root.scrollHeight / innerHeight).toFixed(1) + ' screens long')
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange()
	for (let text; (text = texts.nextNode());) {
		if (!text.parentElement.checkVisibility() || text.parentElement.closest('.sr-only, code, .wide')) continue
		for (const word of text.data.matchAll(/(?<![\w@./:_-])\p{Script=Latin}{3,}(?![\w@/:_-]|\.\w)/gu)) {
			range.setStart(text, word.index)
			range.setEnd(text, word.index + word[0].length)
			const lines = [...range.getClientRects()].filter(r => r.width > 0).map(r => Math.round(r.top))
			if (new Set(lines).size > 1) bad.push(word[0] + ' is broken inside')
		}
	}
	return bad.join('\n')
})()`

// unfocused are the controls that a keyboard does not reach in the order of the page, or
// on which nothing shows that it has (WCAG 2.1.1, 2.4.3, 2.4.7).
const unfocused = `(() => {
	const bad = []
	for (const e of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')) {
		const say = words => bad.push(e.outerHTML.slice(0, 100) + ': ' + words)
		if (e.tabIndex > 0) say('goes before what stands above it')
		if (e.disabled || e.tabIndex < 0 || !e.checkVisibility({visibilityProperty: true})) continue
		e.focus({focusVisible: true, preventScroll: true})
		const s = getComputedStyle(e)
		if (document.activeElement !== e) say('takes no focus')
		else if (s.outlineStyle === 'none' || parseFloat(s.outlineWidth) < 2) say('does not show that it has the focus')
	}
	document.activeElement.blur()
	return bad.join('\n')
})()`

// look has the page say what is wrong with it.
func (p *Page) look(how, script string) {
	p.t.Helper()
	bad, err := evaluate[string](p.ctx, script)
	if err != nil {
		p.fail("looking at the page: %v", err)
	}
	if bad != "" {
		p.t.Errorf("%s %s:\n%s", p.Path(), how, bad)
	}
}

// SetViewport makes the window that of a phone or of an office screen.
func (p *Page) SetViewport(v Viewport) {
	p.t.Helper()
	size := chromedp.EmulateViewport(1280, 900)
	if v == Phone {
		size = chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulatePortrait)
	}
	p.do("setting the window's size", size)
}

// Paper shows the page as it is printed.
func (p *Page) Paper() {
	p.t.Helper()
	p.do("asking for paper", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		return err
	}))
}

// Light asks for the light form of the page, which is how a page opens.
func (p *Page) Light() { p.t.Helper(); p.colours("light") }

func (p *Page) colours(scheme string) {
	p.t.Helper()
	p.do("asking for "+scheme+" colours", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

// FitsAcross fails if the page must be moved sideways in a window of any of
// these widths, in pixels.
func (p *Page) FitsAcross(widths ...int64) {
	p.t.Helper()
	for _, width := range widths {
		p.do("setting the window's width", chromedp.EmulateViewport(width, 900))
		p.Fits()
	}
}

// Lang makes the browser ask for a language (en, ja) from the next page on.
func (p *Page) Lang(language string) {
	p.t.Helper()
	agent, err := evaluate[string](p.ctx, "navigator.userAgent")
	if err != nil {
		p.fail("reading the browser's name: %v", err)
	}
	p.do("asking for "+language, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{
			UserAgent: agent, AcceptLanguage: language,
		})
		return err
	}))
}

// Scripts has pages run theirs, or none, from the next one on.
func (p *Page) Scripts(run bool) {
	p.t.Helper()
	p.scriptless = !run
	p.do("turning scripts on or off", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !run})
		return err
	}))
}

// Zone puts the browser into a time zone, by its IANA name.
func (p *Page) Zone(name string) {
	p.t.Helper()
	p.do("moving to "+name, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: name})
		return err
	}))
}

// Fits fails if the page must be moved sideways to be read (WCAG 1.4.10).
func (p *Page) Fits() {
	p.t.Helper()
	over, err := evaluate[int](p.ctx, "document.documentElement.scrollWidth - document.documentElement.clientWidth")
	if err != nil {
		p.fail("measuring the page: %v", err)
	}
	if over > 0 {
		width, _ := evaluate[int](p.ctx, "document.documentElement.clientWidth")
		p.t.Errorf("%s is %d pixels wider than the window of %d", p.Path(), over, width)
	}
}

// Screenshot keeps a picture of the whole page in the folder $PORTAL_SHOTS, if that is
// set.
func (p *Page) Screenshot(name string) {
	p.t.Helper()
	folder := os.Getenv("PORTAL_SHOTS")
	if folder == "" {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, 2*p.patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.fail("taking a picture: %v", err)
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600); err != nil {
		p.t.Fatal(err)
	}
}
