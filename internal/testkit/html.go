package testkit

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Document is a page of HTML under test, asked by CSS selectors.
type Document struct {
	t   testing.TB
	doc *goquery.Document
}

// HTML parses a page, or a part of one.
func HTML(t testing.TB, body string) *Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatalf("parsing HTML: %v", err)
	}
	return &Document{t: t, doc: doc}
}

// MustHave fails unless something matches, and returns what does.
func (d *Document) MustHave(selector string) *goquery.Selection {
	d.t.Helper()
	found := d.doc.Find(selector)
	if found.Length() == 0 {
		d.t.Fatalf("nothing matches %s in:\n%s", selector, d.shown())
	}
	return found
}

// MustNotHave fails if something matches.
func (d *Document) MustNotHave(selector string) {
	d.t.Helper()
	if found := d.doc.Find(selector); found.Length() > 0 {
		html, _ := goquery.OuterHtml(found.First())
		d.t.Fatalf("%s should match nothing, but does: %s", selector, html)
	}
}

// Count is how many elements match.
func (d *Document) Count(selector string) int { return d.doc.Find(selector).Length() }

// Text is the text of the first match, with single spaces. Nothing that matches fails.
func (d *Document) Text(selector string) string {
	d.t.Helper()
	return oneLine(d.MustHave(selector).First().Text())
}

// Texts are the texts of all matches, in their order.
func (d *Document) Texts(selector string) []string {
	return d.doc.Find(selector).Map(func(_ int, s *goquery.Selection) string { return oneLine(s.Text()) })
}

// Attr is an attribute of the first match. One that is missing fails.
func (d *Document) Attr(selector, name string) string {
	d.t.Helper()
	value, ok := d.MustHave(selector).First().Attr(name)
	if !ok {
		d.t.Fatalf("%s has no attribute %s", selector, name)
	}
	return value
}

func (d *Document) shown() string {
	html, err := d.doc.Html()
	if err != nil {
		return err.Error()
	}
	if len(html) > 4000 {
		html = html[:4000] + " …"
	}
	return html
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Attrs are the values of an attribute of every element that matches.
func (d *Document) Attrs(selector, name string) []string {
	return d.doc.Find(selector).Map(func(_ int, s *goquery.Selection) string { return s.AttrOr(name, "") })
}
