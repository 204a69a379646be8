package notice

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

var (
	slotLine  = regexp.MustCompile(`^\{\{\s*([^{}]*?)\s*\}\}$`)
	sectionID = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
)

// document reads one Markdown file.
func (r *reader) document(file string, source []byte) Document {
	markdown := goldmark.New(goldmark.WithParserOptions(parser.WithHeadingAttribute()))
	tree := markdown.Parser().Parse(text.NewReader(source))
	d := documentReader{reader: r, file: file, source: source, markdown: markdown}
	d.check(tree)
	for node := tree.FirstChild(); node != nil; node = node.NextSibling() {
		d.block(node)
	}
	d.flush()
	if d.doc.Title == "" {
		r.fault(file, 1, "must begin with a title: # …")
	}
	for _, slot := range Required() {
		if !slices.ContainsFunc(d.doc.Blocks, func(b Block) bool { return b.Slot == slot }) {
			r.fault(file, 1, "never shows {{%s}}, which a policy may not leave out", slot)
		}
	}
	return d.doc
}

type documentReader struct {
	*reader
	file     string
	source   []byte
	markdown goldmark.Markdown
	doc      Document
	html     bytes.Buffer // of the block at hand
	text     []string     // its words, paragraph by paragraph
	section  string       // in which it stands
}

// check refuses what has no business in a policy, wherever it stands.
func (d *documentReader) check(tree ast.Node) {
	_ = ast.Walk(tree, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := node.(type) {
		case *ast.RawHTML, *ast.HTMLBlock:
			d.faultAt(node, "holds HTML: write Markdown")
		case *ast.Image:
			d.faultAt(node, "holds an image, which would tell another server who reads this")
		case *ast.Link:
			d.link(n, string(n.Destination))
		case *ast.AutoLink:
			if n.AutoLinkType == ast.AutoLinkURL {
				d.link(n, string(n.URL(d.source)))
			}
		}
		return ast.WalkContinue, nil
	})
}

// link allows pages of the portal, places on this page, sites over TLS and
// mailboxes; links that leave say so to the browser.
func (d *documentReader) link(node ast.Node, destination string) {
	u, err := url.Parse(destination)
	switch {
	case err != nil:
	case u.Scheme == "https" && u.Host != "":
		node.SetAttributeString("rel", []byte("external noopener noreferrer"))
		return
	case u.Scheme == "mailto",
		u.Scheme == "" && u.Host == "" && strings.HasPrefix(destination, "/") && !strings.Contains(destination, `\`),
		u.Scheme == "" && u.Host == "" && u.Path == "" && u.Fragment != "":
		return
	}
	d.faultAt(node, "links to %q: only /pages, #sections, https sites and mailto addresses can be linked", destination)
}

// block sorts a block of the text into title, slots and HTML.
func (d *documentReader) block(node ast.Node) {
	switch n := node.(type) {
	case *ast.Heading:
		if !d.heading(n) {
			return
		}
	case *ast.Paragraph:
		words := strings.TrimSpace(string(n.Lines().Value(d.source)))
		if match := slotLine.FindStringSubmatch(words); match != nil {
			d.slot(node, Slot(match[1]))
			return
		}
		if strings.Contains(words, "{{") {
			d.faultAt(node, "has {{ inside a paragraph: a slot stands on a line of its own, between empty lines")
		}
	}
	if err := d.markdown.Renderer().Render(&d.html, d.source, node); err != nil {
		d.faultAt(node, "%v", err)
	}
	d.text = append(d.text, paragraphs(node, d.source)...)
}

func (d *documentReader) slot(node ast.Node, slot Slot) {
	if !slices.Contains(Slots(), slot) {
		d.faultAt(node, "there is no slot {{%s}}", slot)
		return
	}
	d.flush()
	d.doc.Blocks = append(d.doc.Blocks, Block{Section: d.section, Slot: slot})
}

// heading notes titles and reports whether the heading is part of the text.
func (d *documentReader) heading(h *ast.Heading) bool {
	words := plainText(h, d.source)
	if h.Level == 1 {
		if d.doc.Title != "" || h.PreviousSibling() != nil {
			d.faultAt(h, "has a second title: there is one, at the top")
		}
		d.doc.Title = words
		return false // the page shows it
	}
	for _, attribute := range h.Attributes() {
		if string(attribute.Name) != "id" {
			d.faultAt(h, "has the attribute %s: a heading can have an id only", attribute.Name)
		}
	}
	id, _ := h.AttributeString("id")
	name, _ := id.([]byte)
	if h.Level != 2 && len(name) == 0 {
		return true
	}
	switch {
	case !sectionID.Match(name):
		d.faultAt(h, "needs an id for links to it, such as ## %s {#rights}", words)
	case slices.Contains(ids(d.doc), string(name)):
		d.faultAt(h, "has the id %s, which stands above already", name)
	}
	if h.Level == 2 {
		d.flush()
		d.section = string(name)
		d.doc.Sections = append(d.doc.Sections, Section{ID: string(name), Title: words})
	}
	return true
}

// flush closes the HTML that was gathered.
func (d *documentReader) flush() {
	if d.html.Len() > 0 {
		d.doc.Blocks = append(d.doc.Blocks, Block{Section: d.section, HTML: d.html.String(), Text: d.text})
		d.html.Reset()
		d.text = nil
	}
}

// faultAt names the line on which a node begins.
func (d *documentReader) faultAt(node ast.Node, format string, args ...any) {
	at := 0
	for n := node; n != nil; n = n.Parent() {
		if n.Type() == ast.TypeBlock && n.Lines().Len() > 0 {
			at = n.Lines().At(0).Start
			break
		}
	}
	d.fault(d.file, 1+bytes.Count(d.source[:at], []byte("\n")), format, args...)
}

// paragraphs are the words of a block, each paragraph and item of a list by
// itself; a section's title stands for itself.
func paragraphs(block ast.Node, source []byte) (all []string) {
	_ = ast.Walk(block, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if n.Level > 2 {
				all = append(all, plainText(n, source))
			}
			return ast.WalkSkipChildren, nil
		case *ast.Paragraph, *ast.TextBlock:
			all = append(all, plainText(n, source))
			return ast.WalkSkipChildren, nil
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			all = append(all, string(n.Lines().Value(source)))
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	return all
}

// plainText is what a block says, without marks.
func plainText(node ast.Node, source []byte) string {
	var words strings.Builder
	_ = ast.Walk(node, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			words.Write(n.Value(source))
			if n.SoftLineBreak() || n.HardLineBreak() {
				words.WriteByte(' ')
			}
		case *ast.AutoLink:
			words.Write(n.Label(source))
		}
		return ast.WalkContinue, nil
	})
	return words.String()
}
