package testkit

import (
	"regexp"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

const (
	letter   = `[\p{Han}\p{Hiragana}\p{Katakana}ー々「『（]`
	japanese = `[\p{Han}\p{Hiragana}\p{Katakana}ー々」』）。、]`
)

var halfWidth = regexp.MustCompile(`.{0,20}(?:` + japanese + ` ?[:;(]|` + japanese + `[,!?]|[:;,)!?] ?` + letter + `).{0,20}`)

// HalfWidth finds where Japanese words touch the punctuation of other scripts,
// each with what stands around it.
func HalfWidth(said string) []string { return halfWidth.FindAllString(said, -1) }

// HalfWidth finds that within what each element of a page says, which is shown
// apart from the next.
func (d *Document) HalfWidth() []string {
	var said []string
	d.doc.Find("*").Not("script, style").Each(func(_ int, at *goquery.Selection) {
		for _, name := range []string{"title", "alt", "aria-label"} {
			said = append(said, at.AttrOr(name, ""))
		}
		at.Contents().Each(func(_ int, node *goquery.Selection) {
			if goquery.NodeName(node) == "#text" {
				said = append(said, node.Text())
			}
		})
	})
	return HalfWidth(strings.Join(said, "\n"))
}
