// Package text holds every sentence that the portal says, in each language it
// speaks, and writes numbers, dates and sizes as its reader does.
//
// Messages live in <noun>.<language>.yaml beside this file. The language
// travels in the context, because templ components have one.
package text

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
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
	catalog   *Catalog
	lang      string
	localizer *i18n.Localizer
	printer   *message.Printer
	zone      *time.Location
	now       time.Time // of reading; zero: not known
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
// A language is spoken as soon as it has files: their names say which.
func Load(others ...fs.FS) (*Catalog, error) {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("yaml", unmarshal)
	spoken := map[string]bool{}
	for _, folder := range append([]fs.FS{files}, others...) {
		names, err := fs.Glob(folder, "*.yaml")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			file, err := bundle.LoadMessageFileFS(folder, name)
			if err != nil {
				return nil, fmt.Errorf("messages %s: %w", name, err)
			}
			spoken[file.Tag.String()] = true
		}
	}
	c := &Catalog{localizers: map[string]*Localizer{}, zone: time.UTC}
	tags := make([]language.Tag, 0, len(spoken))
	for _, lang := range slices.SortedFunc(maps.Keys(spoken), fallbackFirst) {
		tag := language.Make(lang)
		tags = append(tags, tag)
		l := &Localizer{catalog: c, lang: lang, localizer: i18n.NewLocalizer(bundle, lang, Fallback), printer: message.NewPrinter(tag), zone: time.UTC}
		c.localizers[lang] = l
		c.languages = append(c.languages, Language{lang, T(context.WithValue(context.Background(), key{}, l), "format.language")})
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
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

// unmarshal reads YAML for go-i18n, which wants plain maps.
func unmarshal(data []byte, into any) error { return yaml.Unmarshal(data, into) }

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

// Optional says a message if there is one, and otherwise nothing.
func Optional(ctx context.Context, id string) string {
	s := from(ctx)
	if s == nil {
		return ""
	}
	out, err := s.localizer.Localize(&i18n.LocalizeConfig{MessageID: id})
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(out, "\n")
}

// T says a message. args are pairs of name and value for its placeholders; a
// moment is said as its date, a time in its two largest units.
// An unknown message says its own key in brackets: a test fails on it, a
// person is not shown an error page for it.
func T(ctx context.Context, id string, args ...any) string {
	return say(ctx, &i18n.LocalizeConfig{MessageID: id, TemplateData: data(ctx, args)})
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
	d := data(ctx, append([]any{"Count", Number(ctx, n)}, args...))
	return say(ctx, &i18n.LocalizeConfig{MessageID: id, TemplateData: d, PluralCount: n})
}

func say(ctx context.Context, config *i18n.LocalizeConfig) string {
	s := from(ctx)
	if s == nil {
		return "[" + config.MessageID + "]"
	}
	out, err := s.localizer.Localize(config)
	if err != nil && out == "" {
		return "[" + config.MessageID + "]"
	}
	return strings.TrimSuffix(out, "\n")
}

// isolated keeps words that run from right to left, somebody's name say, from
// turning the sentence around them (UAX #9, isolates).
func isolated(v any) any {
	s, ok := v.(string)
	if !ok || !strings.ContainsFunc(s, rightToLeft) {
		return v
	}
	return "\u2068" + s + "\u2069"
}

func rightToLeft(r rune) bool {
	switch {
	case r < 0x590:
		return false
	case r < 0x900, r >= 0xfb1d && r <= 0xfdff, r >= 0xfe70 && r < 0xfeff, r >= 0x10800 && r <= 0x10fff, r >= 0x1e800 && r <= 0x1efff: // the blocks of such scripts
		return true
	}
	return r == '\u200e' || r == '\u200f' || r >= '\u202a' && r <= '\u202e'
}

func data(ctx context.Context, args []any) map[string]any {
	if len(args) == 0 {
		return nil
	}
	m := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		value := args[i+1]
		switch v := value.(type) {
		case time.Time:
			value = Date(ctx, v)
		case time.Duration:
			value = Duration(ctx, v)
		}
		m[fmt.Sprint(args[i])] = isolated(value)
	}
	return m
}
