package export

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views/text"
)

//go:embed page.html
var pageSource string

// pageTemplate is parsed once: a mistake in it shows at the first test.
var pageTemplate = template.Must(template.New("page").Parse(pageSource)) //nolint:gochecknoglobals // a constant in all but name

// indexPage is index.html: what is in the archive, in the person's language.
type indexPage struct {
	Lang, Title, Lead, Warning  string
	Brand, Mark, What           string
	Accent                      template.CSS
	Rows, RowsWord              string
	Kinds, KindsWord            string
	Chart                       *indexChart // of everything together
	Groups                      []indexGroup
	Empty, Asked, Lost, Account []indexCategory // by what the archive has of them
	Words                       map[string]string
	Notes                       []string
}

// indexGroup is what came to be held in one way, as the portal groups it.
type indexGroup struct {
	Name string
	Has  []indexCategory
}

type indexCategory struct {
	ID, Name, Summary, Count, Because string
	Period                            string // from which month to which
	Chart                             *indexChart
	Purposes                          []string
	Kept, Recipients                  string
	Files                             []indexFile
	Tables                            []indexTable
	Withheld                          []indexWithheld
}

type indexFile struct{ Path, Size string }

type indexTable struct {
	Name  string // where the category has more than one
	Heads []string
	Rows  [][]string
}

type indexWithheld struct{ What, Because string }

// page draws index.html. It needs neither script nor network.
func (s *Service) page(ctx context.Context, m *manifest, kept func(register.Category, string) text.Rule) ([]byte, error) {
	say := func(id string, args ...any) string { return text.T(ctx, "export.page."+id, args...) }
	p := indexPage{
		Lang: m.Language, Title: say("title", "Brand", s.deps.Register.Brand.Name),
		Brand: s.deps.Register.Brand.Name, Mark: initial(s.deps.Register.Brand.Name), What: text.T(ctx, "shell.what"),
		Rows: text.Number(ctx, m.Rows), RowsWord: text.N(ctx, "data.entries", m.Rows),
		Lead:   say("lead", "When", text.Time(ctx, m.Created)),
		Accent: accent(s.deps.Register.Brand.Accent), Notes: m.Notes, Words: map[string]string{},
	}
	if !m.Complete {
		p.Warning = say("incomplete")
	}
	for _, id := range []string{
		"contents", "why", "kept", "who", "files", "newest", "withheld", "nothing", "nothingLead",
		"notAsked", "notAskedLead", "account", "accountLead", "lost", "lostLead", "read", "notes", "manifest",
	} {
		p.Words[id] = say(id)
	}
	all, kinds := map[string]int64{}, int64(0)
	has := map[register.Origin][]indexCategory{}
	for _, c := range m.Categories {
		entry := s.indexCategory(ctx, c, kept)
		for month, rows := range c.months() {
			all[month] += rows
		}
		if c.Rows > 0 {
			kinds++
		}
		switch c.Status {
		case included:
			has[c.register.Origin] = append(has[c.register.Origin], entry)
		case incomplete:
			p.Lost = append(p.Lost, entry)
		case nothingHeld:
			p.Empty = append(p.Empty, entry)
		case notAsked:
			p.Asked = append(p.Asked, entry)
		case noAccount:
			p.Account = append(p.Account, entry)
		}
	}
	for _, origin := range []register.Origin{register.FromYou, register.Observed, register.FromProvider, register.FromUs} {
		if len(has[origin]) > 0 {
			p.Groups = append(p.Groups, indexGroup{text.T(ctx, "data.group."+string(origin)), has[origin]})
		}
	}
	p.Kinds, p.KindsWord = text.Number(ctx, kinds), text.N(ctx, "export.page.kinds", kinds)
	p.Chart = chartOf(ctx, all)
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, p); err != nil {
		return nil, fmt.Errorf("drawing the archive's page: %w", err)
	}
	return out.Bytes(), nil
}

// accent lets a colour of the register into the style, and nothing else.
func accent(colour string) template.CSS {
	if digits, ok := strings.CutPrefix(colour, "#"); ok && len(digits) == 6 {
		if _, err := strconv.ParseUint(digits, 16, 32); err == nil {
			return template.CSS(colour) //nolint:gosec // six digits
		}
	}
	return "#0f5c5c"
}

// initial is the brand's sign where its picture can't be: nothing is fetched.
func initial(brand string) string {
	first, _ := utf8.DecodeRuneInString(brand)
	return string(unicode.ToUpper(first))
}

func (s *Service) indexCategory(ctx context.Context, c *category, kept func(register.Category, string) text.Rule) indexCategory {
	lang := text.Lang(ctx)
	of := c.register
	entry := indexCategory{
		ID: c.ID, Name: c.Name, Summary: of.Summary.In(lang), Because: c.Because, Kept: kept(of, lang).In(ctx),
		Count: text.N(ctx, "export.rows", c.Rows),
	}
	for _, p := range s.deps.Register.PurposesOf(of) {
		entry.Purposes = append(entry.Purposes, text.Aside(ctx, p.Name.In(lang), s.deps.Register.Basis(p.Basis).Name.In(lang)))
	}
	var who []string
	for _, r := range s.deps.Register.RecipientsOf(of) {
		who = append(who, r.Name.In(lang))
	}
	entry.Recipients = text.Clauses(ctx, who)
	for _, f := range c.Files {
		entry.Files = append(entry.Files, indexFile{f.Path, text.Bytes(ctx, f.Bytes)})
	}
	for _, sm := range c.samples {
		if len(sm.rows) > 0 {
			entry.Tables = append(entry.Tables, s.indexTable(ctx, sm))
		}
	}
	if len(entry.Tables) == 1 && len(s.deps.Sources(of.ID)) == 1 {
		entry.Tables[0].Name = "" // the section's heading says it
	}
	entry.Period, entry.Chart = periodOf(ctx, c.months()), chartOf(ctx, c.months())
	for _, w := range c.Withheld {
		entry.Withheld = append(entry.Withheld, indexWithheld{w.Name, w.Because})
	}
	return entry
}

// indexTable leaves out what the portal's own tables leave out: the files have it.
func (s *Service) indexTable(ctx context.Context, of sample) indexTable {
	t := indexTable{Name: of.title.In(text.Lang(ctx)), Rows: make([][]string, len(of.rows))}
	for i, f := range of.fields {
		if f.Hidden {
			continue
		}
		t.Heads = append(t.Heads, f.Name.In(text.Lang(ctx)))
		for n, row := range of.rows {
			t.Rows[n] = append(t.Rows[n], s.cell(ctx, f, row[i]))
		}
	}
	return t
}

const maxCell = 300 // characters of a text that the page shows; the files have all of it

// cell says a value as its reader would, and the head of a long one.
func (s *Service) cell(ctx context.Context, f dictionary.Field, v []byte) string {
	said := s.deps.Words.Value(ctx, f, v).Text
	if words := []rune(said); len(words) > maxCell {
		return string(words[:maxCell]) + "…"
	}
	return said
}
