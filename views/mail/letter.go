// Package mail draws the messages that the portal sends, as HTML and as text.
// Every message is a Letter; none has a drawing of its own.
package mail

import (
	"fmt"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views/ui"
)

// Letter is a message, its words already chosen.
type Letter struct {
	Lang        string
	Joint       string // between a name and its value: ": "
	Brand       string
	Accent      string // #rrggbb; empty: ink
	Subject     string
	Heading     string
	Paragraphs  []string
	Facts       []Fact
	Action      *Link
	Otherwise   string   // above the address of the action: for whom its button does not open
	Footer      []string // who sends this, from where
	Unsubscribe *Unsubscribe
}

// Fact is a line of a small table: a name and its value.
type Fact struct{ Name, Value string }

// Link is a button, and a line with its address for those who see no buttons.
type Link struct{ Label, URL string }

// Unsubscribe stands at the foot of promotional mail alone.
type Unsubscribe struct {
	Why         string // "You get this because …"
	Label, URL  string // one page, one button
	Preferences Link
}

// face is how a letter looks: every colour and size stands on its element, for
// the programs that drop stylesheets, and what only some know (the dark, a narrow
// window) in the stylesheet. Nothing is an image, so nothing is ever blocked.
type face struct{ light, dark ui.Palette }

// inkAlone is the accent of whoever has none.
const inkAlone = "#1a1f22"

func faceOf(l Letter) face {
	light, dark, err := ui.Palettes(l.Accent)
	if err != nil {
		light, dark, _ = ui.Palettes(inkAlone) // which is a colour
	}
	return face{light, dark}
}

const (
	// sans is the portal's own, in the order in which machines have it. Outlook
	// takes the first it knows and falls back to a serif without one.
	sans = "font-family:'Segoe UI','Helvetica Neue',Arial,'Hiragino Sans','Yu Gothic',Meiryo,'Noto Sans JP',sans-serif;"
	flow = "margin:0 0 16px;font-size:16px;line-height:1.65;overflow-wrap:break-word;white-space:pre-line;"
)

func css(format string, args ...any) templ.SafeCSS {
	return templ.SafeCSS(fmt.Sprintf(format, args...)) // constants and six checked digits
}

func (f face) body() templ.SafeCSS {
	return css("margin:0;padding:0;background-color:%s;color:%s;-webkit-text-size-adjust:100%%;", f.light.Paper, f.light.Ink)
}

func (f face) card() templ.SafeCSS {
	return css("width:100%%;max-width:600px;background-color:%s;border:1px solid %s;border-top:4px solid %s;", f.light.Surface, f.light.Line, f.light.Accent)
}

func (f face) inside() templ.SafeCSS {
	return css("%spadding:28px 36px 32px;color:%s;text-align:left;", sans, f.light.Ink)
}

func (f face) mark() templ.SafeCSS {
	return css("margin:0 0 28px;font-size:17px;line-height:1.3;font-weight:bold;color:%s;", f.light.Accent)
}

func (f face) heading() templ.SafeCSS {
	return css("margin:0 0 20px;font-size:26px;line-height:1.3;font-weight:bold;color:%s;", f.light.Ink)
}

func (f face) words() templ.SafeCSS { return css("%scolor:%s;", flow, f.light.Ink) }

func (f face) name() templ.SafeCSS {
	return css("%spadding:10px 20px 10px 0;border-top:1px solid %s;font-size:14px;line-height:1.5;font-weight:normal;text-align:left;vertical-align:top;color:%s;", sans, f.light.Line, f.light.Quiet)
}

func (f face) value() templ.SafeCSS {
	return css("%spadding:9px 0;border-top:1px solid %s;font-size:16px;line-height:1.5;text-align:left;vertical-align:top;overflow-wrap:anywhere;white-space:pre-line;color:%s;", sans, f.light.Line, f.light.Ink)
}

func (f face) button() templ.SafeCSS {
	return css("background-color:%s;border-radius:4px;", f.light.Accent)
}

// press is the link inside the button: as large as it, so that a thumb that hits
// the one hits the other.
func (f face) press() templ.SafeCSS {
	return css("%sdisplay:inline-block;padding:13px 26px;font-size:16px;line-height:1.3;font-weight:bold;text-decoration:none;color:%s;border:1px solid %s;border-radius:4px;", sans, f.light.AccentInk, f.light.Accent)
}

func (f face) small() templ.SafeCSS {
	return css("margin:0 0 12px;font-size:14px;line-height:1.6;overflow-wrap:anywhere;color:%s;", f.light.Quiet)
}

func (f face) foot() templ.SafeCSS {
	return css("%spadding:20px 36px 28px;border-top:1px solid %s;color:%s;text-align:left;", sans, f.light.Line, f.light.Quiet)
}

func (f face) link() templ.SafeCSS {
	return css("color:%s;text-decoration:underline;", f.light.Accent)
}

// sheet is what not every program knows. Outlook's own pages mark what they
// darken themselves with data-ogsc; ours are the colours that can be read there.
func (f face) sheet() string {
	d := f.dark
	night := ""
	for _, at := range []string{"", "[data-ogsc] "} {
		rules := fmt.Sprintf("%[1]s.page{background-color:%[2]s!important}%[1]s.card{background-color:%[3]s!important;border-color:%[4]s!important;border-top-color:%[5]s!important}"+
			"%[1]s.ink{color:%[6]s!important}%[1]s.quiet{color:%[7]s!important}%[1]s.line{border-color:%[4]s!important}%[1]s.accent{color:%[5]s!important}"+
			"%[1]s.button{background-color:%[5]s!important}%[1]s.press{color:%[8]s!important;border-color:%[5]s!important}",
			at, d.Paper, d.Surface, d.Line, d.Accent, d.Ink, d.Quiet, d.AccentInk)
		if at == "" {
			rules = "@media (prefers-color-scheme:dark){" + rules + "}"
		}
		night += rules
	}
	return ":root{color-scheme:light dark;supported-color-schemes:light dark}" +
		"a:focus{outline:2px solid currentColor;outline-offset:2px}" +
		":lang(ja){line-break:strict}h1:lang(ja){word-break:auto-phrase}" +
		"@media (max-width:480px){.room{padding:0!important}.inside{padding-left:20px!important;padding-right:20px!important}.card{border-left:0!important;border-right:0!important}" +
		".wide{width:100%!important}.press{display:block!important;text-align:center!important}}" + night
}
