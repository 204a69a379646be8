// Package text holds every sentence that the portal says, in each language it
// speaks, and writes numbers, dates and sizes as its reader does.
//
// Messages live in <noun>.<language>.yaml beside this file. The language
// travels in the context, because templ components have one.
package text

import (
	"context"
	"embed"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Fallback is the language of last resort.
const Fallback = "en"

//go:embed *.yaml
var files embed.FS

type key struct{}

// Localizer says messages in one language, and times in one zone.
type Localizer struct {
	catalog  *Catalog
	lang     string
	messages map[string]*wording
	printer  *message.Printer
	group    string // what stands between three digits and the next; empty: only the printer knows
	point    string // what stands before tenths
	zone     *time.Location
	now      time.Time // of reading; zero: not known
}

// Language is one that the portal speaks, named in itself.
type Language struct{ Code, Name string }

// Catalog is what is said in the languages the portal speaks.
type Catalog struct {
	localizers map[string]*Localizer
	matcher    language.Matcher
	zone       *time.Location
	languages  []Language
}

// Load reads every message file that is built in, and those of other folders.
// A language is spoken as soon as it has files: their names say which. What is built in
// is read once.
func Load(others ...fs.FS) (*Catalog, error) {
	if len(others) == 0 {
		return builtIn()
	}
	return load(others...)
}

var builtIn = sync.OnceValues(func() (*Catalog, error) { return load() }) //nolint:gochecknoglobals // nothing of a catalog changes once it is loaded

func load(others ...fs.FS) (*Catalog, error) {
	said := map[string]map[string]*wording{} // by language and key
	for _, folder := range append([]fs.FS{files}, others...) {
		if err := read(folder, said); err != nil {
			return nil, err
		}
	}
	c := &Catalog{localizers: map[string]*Localizer{}, zone: time.UTC}
	tags := make([]language.Tag, 0, len(said))
	for _, lang := range slices.SortedFunc(maps.Keys(said), fallbackFirst) {
		tag := language.Make(lang)
		tags = append(tags, tag)
		l := &Localizer{catalog: c, lang: lang, messages: maps.Clone(said[Fallback]), printer: message.NewPrinter(tag), zone: time.UTC}
		maps.Copy(l.messages, said[lang])
		l.group, l.point = separators(l.printer)
		c.localizers[lang] = l
		c.languages = append(c.languages, Language{lang, T(context.WithValue(context.Background(), key{}, l), "format.language")})
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

// separators learns from the printer, which takes its time, how a language
// writes numbers, if that is in digits of 0 to 9 and by threes.
func separators(p *message.Printer) (group, point string) {
	const million, tenths = "1234567", "1.5" // some write four digits without a separator
	said, part := p.Sprintf("%d", 1234567), p.Sprintf("%.1f", 1.5)
	if len(said) > len(million) && (len(said)-len(million))%2 == 0 {
		group = said[1 : 1+(len(said)-len(million))/2]
	}
	if said != million[:1]+group+million[1:4]+group+million[4:] || p.Sprintf("%d", 1234) != "1"+group+"234" || len(part) < len(tenths) || part[0] != tenths[0] || part[len(part)-1] != tenths[2] {
		return "", ""
	}
	return group, part[1 : len(part)-1]
}

// fallbackFirst orders languages by their codes, after the one of last resort.
func fallbackFirst(a, b string) int {
	if (a == Fallback) != (b == Fallback) {
		if a == Fallback {
			return -1
		}
		return 1
	}
	return strings.Compare(a, b)
}

// In gives the same catalog for a portal whose office is in another zone than
// UTC: times are said in it to whoever has none of their own.
func (v *Catalog) In(zone *time.Location) *Catalog {
	other := *v
	other.zone = zone
	other.localizers = map[string]*Localizer{}
	for lang, s := range v.localizers {
		l := *s
		l.catalog, l.zone = &other, zone
		other.localizers[lang] = &l
	}
	return &other
}

// Languages lists the codes of the languages spoken, the first choice first.
func (v *Catalog) Languages() []string {
	codes := make([]string, len(v.languages))
	for i, l := range v.languages {
		codes[i] = l.Code
	}
	return codes
}

// Match picks the best language for a person's own choice (a code, may be
// empty) and the browser's Accept-Language.
func (v *Catalog) Match(chosen, acceptLanguage string) string {
	if _, ok := v.localizers[chosen]; ok {
		return chosen
	}
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(tags) == 0 {
		return Fallback
	}
	_, i, confidence := v.matcher.Match(tags...)
	if confidence == language.No {
		return Fallback
	}
	return v.languages[i].Code
}

// Into puts a language into the context; an unknown one becomes the fallback.
func (v *Catalog) Into(ctx context.Context, lang string) context.Context {
	s, ok := v.localizers[lang]
	if !ok {
		s = v.localizers[Fallback]
	}
	return context.WithValue(ctx, key{}, s)
}

// For puts somebody's language and zone into the context, for mail and other
// things that they read later. A zone that is unknown becomes the office's.
func (v *Catalog) For(ctx context.Context, lang, zone string) context.Context {
	ctx = v.Into(ctx, lang)
	if known, ok := ParseZone(zone); ok {
		ctx = Reading(ctx, known, time.Time{})
	}
	return ctx
}

// Office is the zone of the portal's office, whose days the law counts.
func (v *Catalog) Office() *time.Location { return v.zone }

// Reading puts where and when a page is read into a context that has a
// language.
func Reading(ctx context.Context, zone *time.Location, now time.Time) context.Context {
	s := from(ctx)
	if s == nil {
		return ctx
	}
	reader := *s
	reader.zone, reader.now = zone, now
	return context.WithValue(ctx, key{}, &reader)
}

func from(ctx context.Context) *Localizer {
	s, ok := ctx.Value(key{}).(*Localizer)
	if !ok {
		return nil
	}
	return s
}

// Languages are those a reader may choose.
func Languages(ctx context.Context) []Language {
	if s := from(ctx); s != nil {
		return s.catalog.languages
	}
	return nil
}

// Lang is the code of the context's language.
func Lang(ctx context.Context) string {
	if s := from(ctx); s != nil {
		return s.lang
	}
	return Fallback
}

// Zone is where the context's times are said.
func Zone(ctx context.Context) *time.Location {
	if s := from(ctx); s != nil {
		return s.zone
	}
	return time.UTC
}

// Chosen tells whether a language has been put into the context.
func Chosen(ctx context.Context) bool { return from(ctx) != nil }

// Optional says a message if the context's language has it, and otherwise
// nothing.
func Optional(ctx context.Context, id string) string {
	s := from(ctx)
	if s == nil {
		return ""
	}
	if w := s.messages[id]; w == nil || w.lang != s.lang {
		return ""
	}
	return T(ctx, id)
}

// T says a message. args are pairs of name and value for its placeholders; a
// moment is said as its date, a time in its two largest units.
// An unknown message says its own key in brackets: a test fails on it, a
// person is not shown an error page for it.
func T(ctx context.Context, id string, args ...any) string {
	return from(ctx).say(ctx, id, nil, args)
}

// Phrase is a message that a page has still to say to its reader.
type Phrase struct {
	Key  string
	Args []any // pairs of name and value
}

// Say names a message to be said later.
func Say(key string, args ...any) Phrase { return Phrase{key, args} }

// In says the phrase; none says nothing.
func (p Phrase) In(ctx context.Context) string {
	if p.Key == "" {
		return ""
	}
	return T(ctx, p.Key, p.Args...)
}

// N says a message in the plural form for n, which it may show as {{.Count}}.
func N(ctx context.Context, id string, n int64, args ...any) string {
	return from(ctx).say(ctx, id, &n, append(args[:len(args):len(args)], "Count", Number(ctx, n)))
}
