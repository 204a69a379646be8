package ui

import (
	"context"
	"io"
	"strconv"

	"github.com/a-h/templ"

	"plusultra.link/privacy/static"
	"plusultra.link/privacy/views/text"
)

// What a page has by the hundred is written by hand: each of templ's own
// expressions goes through package fmt, which took a fifth of the time of a page
// with a table.

// markup writes HTML until something fails.
type markup struct {
	to  io.Writer
	err error
}

// raw writes what is HTML already.
func (m *markup) raw(parts ...string) {
	for _, part := range parts {
		if m.err == nil {
			_, m.err = io.WriteString(m.to, part)
		}
	}
}

func (m *markup) words(words string) { m.raw(templ.EscapeString(words)) }

func (m *markup) part(ctx context.Context, c templ.Component) {
	if m.err == nil {
		m.err = c.Render(ctx, m.to)
	}
}

// byHand is a component that write writes.
func byHand(write func(ctx context.Context, m *markup)) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		m := &markup{to: w}
		write(ctx, m)
		return m.err
	})
}

// Icon draws one symbol of static/icons.svg. It is never alone: a word stands
// beside it, so it is hidden from those who listen.
func Icon(name string) templ.Component {
	return byHand(func(_ context.Context, m *markup) {
		m.raw(`<svg class="icon" aria-hidden="true" focusable="false"><use href="`, templ.EscapeString(static.Path("icons.svg")), "#")
		m.words(name)
		m.raw(`"></use></svg>`)
	})
}

// Badge draws a state in a word or two.
func Badge(p BadgeProps) templ.Component {
	return byHand(func(ctx context.Context, m *markup) {
		m.raw(`<span class="`, templ.EscapeString(class("badge", p.Kind)), `">`)
		if p.Icon != "" {
			m.part(ctx, Icon(p.Icon))
		}
		m.words(p.Label)
		m.raw("</span>")
	})
}

// Words are words that part between words, also where there is no space.
func Words(words string) templ.Component {
	return byHand(func(_ context.Context, m *markup) { m.parted(words) })
}

func (m *markup) parted(words string) {
	for i, part := range parts(words) {
		if i > 0 {
			m.raw("<wbr>")
		}
		m.words(part)
	}
}

// rows are a table's, each with what is folded in under it.
func rows(p TableProps) templ.Component {
	return byHand(func(ctx context.Context, m *markup) {
		begin := make([]string, len(p.Columns))
		for i, c := range p.Columns {
			begin[i] = c.cell()
		}
		for n, row := range p.Rows {
			more := n < len(p.More)
			if m.raw(`<tr role="row"`); more {
				m.raw(` class="has-more"`)
			}
			m.raw(">")
			for i, cell := range row {
				m.raw(begin[i])
				m.cell(ctx, cell)
				m.raw("</td>")
			}
			if m.raw("</tr>"); more {
				m.part(ctx, moreOf(p.More[n], strconv.Itoa(len(p.Columns))))
			}
		}
	})
}

// cell is how the cells of a column begin.
func (c Column) cell() string {
	begin := `<td role="cell"`
	switch {
	case c.Numeric && c.Named:
		begin += ` class="num named"`
	case c.Numeric:
		begin += ` class="num"`
	case c.Named:
		begin += ` class="named"`
	}
	if !c.Quiet {
		begin += ` data-label="` + templ.EscapeString(c.Label) + `"`
	}
	return begin + ">"
}

func (m *markup) cell(ctx context.Context, c Cell) {
	switch {
	case c.Inside != nil:
		m.raw("<div>")
		m.part(ctx, c.Inside)
		m.raw("</div>")
	case c.Href != "":
		m.raw(`<a href="`, templ.EscapeString(c.Href), `">`)
		m.parted(c.Text)
		m.raw("</a>")
	case c.None:
		m.raw(`<span class="none">`)
		m.words(c.Text)
		m.raw("</span>")
	case wide(c.Text):
		m.raw(`<span class="wide">`)
		m.parted(c.Text)
		m.raw("</span>")
	default:
		m.raw("<span>")
		m.parted(c.Text)
		m.raw("</span>")
	}
}

// bars are a chart's, drawn to its scale.
func bars(p BarChartProps) templ.Component {
	return byHand(func(ctx context.Context, m *markup) {
		top, wide := p.top(), units(step-gap)
		for i, b := range p.Bars {
			tall := b.tall(top)
			if b.Href != "" { // all of its height leads there
				m.raw(`<a href="`, templ.EscapeString(b.Href), `"><rect class="hit" x="`, units(float64(i)*step), `" width="`, units(step), `" height="`, units(height), `"></rect>`)
			}
			m.raw(`<rect class="bar" x="`, units(float64(i)*step+gap/2), `" y="`, units(height-tall), `" width="`, wide, `" height="`, units(tall), `"><title>`)
			m.words(text.Pair(ctx, b.Label, b.Text))
			if m.raw("</title></rect>"); b.Href != "" {
				m.raw("</a>")
			}
		}
	})
}
