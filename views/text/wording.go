package text

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// wording is a message as one language says it, in each of its plural forms
// (CLDR's; most messages have the last resort alone, plural.Other).
type wording struct {
	lang  string
	tag   language.Tag
	forms forms
}

type forms [plural.Many + 1]*template

// template is a message taken apart when it is read, so that saying it only
// joins words: words[0], the value of names[0], words[1] and so on.
type template struct{ words, names []string }

var placeholder = regexp.MustCompile(`\{\{\s*\.(\w+)\s*\}\}`)

// parse takes a message apart; nil is one without words.
func parse(message string) (*template, error) {
	if message == "" {
		return nil, nil //nolint:nilnil // a form that the language does not have
	}
	t, at := &template{}, 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(message, -1) {
		t.words, t.names, at = append(t.words, message[at:m[0]]), append(t.names, message[m[2]:m[3]]), m[1]
	}
	t.words = append(t.words, message[at:])
	if strings.Contains(strings.Join(t.words, " "), "{{") {
		return nil, fmt.Errorf("%q: a placeholder is {{.Name}}", message)
	}
	return t, nil
}

// read adds a folder's message files to what is said: by language, then by key.
func read(folder fs.FS, said map[string]map[string]*wording) error {
	names, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		return err
	}
	formats := map[string]i18n.UnmarshalFunc{"yaml": func(data []byte, into any) error { return yaml.Unmarshal(data, into) }}
	for _, name := range names {
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		file, err := i18n.ParseMessageFileBytes(data, name, formats)
		if err != nil {
			return fmt.Errorf("messages %s: %w", name, err)
		}
		lang := file.Tag.String()
		if said[lang] == nil {
			said[lang] = map[string]*wording{}
		}
		for _, m := range file.Messages {
			w := &wording{lang: lang, tag: file.Tag}
			for form, message := range map[plural.Form]string{
				plural.Zero: m.Zero, plural.One: m.One, plural.Two: m.Two, plural.Few: m.Few, plural.Many: m.Many, plural.Other: m.Other,
			} {
				if w.forms[form], err = parse(message); err != nil {
					return fmt.Errorf("messages %s: %s: %w", name, m.ID, err)
				}
			}
			if w.forms != (forms{}) {
				said[lang][m.ID] = w
			}
		}
	}
	return nil
}

// form is the template for n, or the one that serves for every number.
func (w *wording) form(n *int64) *template {
	if w == nil {
		return nil
	}
	last := w.forms[plural.Other]
	if n == nil || w.forms == (forms{plural.Other: last}) {
		return last
	}
	return cmp.Or(w.forms[plural.Cardinal.MatchPlural(w.tag, int(max(*n, -*n)), 0, 0, 0, 0)], last)
}

// say says a message, in its plural form for n if there is one.
func (s *Localizer) say(ctx context.Context, id string, n *int64, args []any) string {
	var t *template
	if s != nil {
		t = s.messages[id].form(n)
	}
	switch {
	case t == nil:
		return "[" + id + "]"
	case len(t.names) == 0:
		return strings.TrimSuffix(t.words[0], "\n")
	}
	var room [256]byte
	out := room[:0]
	for i, name := range t.names {
		out = append(append(out, t.words[i]...), value(ctx, name, args)...)
	}
	out = append(out, t.words[len(t.names)]...)
	return strings.TrimSuffix(string(out), "\n")
}

// value is what a placeholder's name stands for among pairs of name and value.
func value(ctx context.Context, name string, args []any) string {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] != name {
			continue
		}
		switch v := args[i+1].(type) {
		case string:
			return isolated(v)
		case int:
			return strconv.Itoa(v)
		case time.Time:
			return isolated(Date(ctx, v))
		case time.Duration:
			return isolated(Duration(ctx, v))
		default:
			return fmt.Sprint(v)
		}
	}
	return "<no value>"
}

// isolated keeps words that run from right to left, somebody's name say, from
// turning the sentence around them (UAX #9, isolates).
func isolated(s string) string {
	if !strings.ContainsFunc(s, rightToLeft) {
		return s
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
