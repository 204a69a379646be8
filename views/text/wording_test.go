package text_test

import (
	"context"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/views/text"
)

// executed says messages as go-i18n does, by text/template.
type executed struct{ of map[string]*i18n.Localizer }

func execute(t *testing.T, folders ...fs.FS) executed {
	t.Helper()
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("yaml", func(data []byte, into any) error { return yaml.Unmarshal(data, into) })
	said := executed{map[string]*i18n.Localizer{}}
	for _, folder := range folders {
		names, err := fs.Glob(folder, "*.yaml")
		if err != nil || len(names) == 0 {
			t.Fatalf("no message files: %v", err)
		}
		for _, name := range names {
			file, err := bundle.LoadMessageFileFS(folder, name)
			if err != nil {
				t.Fatal(err)
			}
			lang := file.Tag.String()
			said.of[lang] = i18n.NewLocalizer(bundle, lang, text.Fallback)
		}
	}
	return said
}

func (e executed) say(lang, id string, data map[string]any, n any) string {
	out, err := e.of[lang].Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: data, PluralCount: n})
	if err != nil && out == "" {
		return "[" + id + "]"
	}
	return strings.TrimSuffix(out, "\n")
}

func TestAMessageTakenApartSaysWhatItsTemplateSays(t *testing.T) {
	t.Parallel()
	odd := fstest.MapFS{
		"odd.en.yaml": {Data: []byte("odd:\n  spaced: \"{{ .Name }}, {{.Name }}{{.Name}}\"\n  lines: |\n    a\n    {{.Name}}\n  brace: \"{.Name} }}{{.Name}}\"\n  english: { one: \"{{.Count}} only\", other: \"{{.Count}} {{.Name}}\" }\n")},
		"odd.pl.yaml": {Data: []byte("odd:\n  spaced: \"\"\n  forms: { one: \"{{.Count}} a\", few: \"{{.Count}} b\", many: \"{{.Count}} c\", other: \"{{.Count}} d\" }\n  short: { few: \"{{.Count}} b\", other: \"{{.Count}} d\" }\n  never: { few: few }\n")},
		"odd.cy.yaml": {Data: []byte("odd:\n  forms: { zero: a, one: b, two: c, few: d, many: e, other: f }\n")},
	}
	third := testkit.ThirdLanguage(t)
	catalog, err := text.Load(third, odd)
	if err != nil {
		t.Fatal(err)
	}
	want := execute(t, os.DirFS("."), third, odd)
	ids := map[string]string{"odd.unknown": ""}
	for _, lang := range []string{"en", "ja"} {
		for id, message := range messages(t, lang) {
			ids[id] = message
		}
	}
	for _, id := range []string{"spaced", "lines", "brace", "english", "forms", "short", "never"} {
		ids["odd."+id] = "{{.Name}}"
	}
	for _, lang := range catalog.Languages() {
		ctx := catalog.Into(context.Background(), lang)
		for id, message := range ids {
			args, data := []any{"Name", "\u0639\u0644\u06cc <b>"}, map[string]any{"Name": "\u2068\u0639\u0644\u06cc <b>\u2069"}
			for i, name := range places(message) {
				day := time.Date(2026, 5, 1+i, 9, 5, 0, 0, time.UTC)
				for _, v := range []struct{ given, said any }{{name, name}, {i, i}, {day, text.Date(ctx, day)}, {time.Hour, text.Duration(ctx, time.Hour)}}[i%4:][:1] {
					if name != "Count" && name != "Name" {
						args, data[name] = append(args, name, v.given), v.said
					}
				}
			}
			if got, want := text.T(ctx, id, args...), want.say(lang, id, data, nil); got != want {
				t.Errorf("%s: %s says %q, its template %q", lang, id, got, want)
			}
			if got, want := text.T(ctx, id), want.say(lang, id, nil, nil); got != want {
				t.Errorf("%s: %s without values says %q, its template %q", lang, id, got, want)
			}
			for _, n := range []int64{0, 1, 2, 3, 5, 11, 12, 21, 22, 100, 101, 112, 1_000, 214_803, 1_000_001, math.MaxInt32, -1} {
				data["Count"] = text.Number(ctx, n)
				if got, want := text.N(ctx, id, n, args...), want.say(lang, id, data, n); got != want {
					t.Errorf("%s: %s for %d says %q, its template %q", lang, id, n, got, want)
				}
			}
		}
	}
}

func TestOnlyTheReadersOwnLanguageIsOptional(t *testing.T) {
	t.Parallel()
	catalog, err := text.Load(fstest.MapFS{"odd.en.yaml": {Data: []byte("odd: { said: said }")}})
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"en": "said", "ja": ""} {
		if got := text.Optional(catalog.Into(context.Background(), lang), "odd.said"); got != want {
			t.Errorf("%s: %q", lang, got)
		}
	}
}

func TestWhatIsNoPlaceholderIsRefused(t *testing.T) {
	t.Parallel()
	for _, message := range []string{"{{.Name | printf}}", "{{if .Name}}x{{end}}", "{{Name}}", "{{- .Name}}", "{{.Name"} {
		if _, err := text.Load(fstest.MapFS{"odd.en.yaml": {Data: []byte("odd: '" + message + "'")}}); err == nil || !strings.Contains(err.Error(), "{{.Name}}") {
			t.Errorf("%s: %v", message, err)
		}
	}
}

func TestANumberOfFewDigitsIsSaidInTheReadersDigits(t *testing.T) {
	t.Parallel()
	catalog, err := text.Load(fstest.MapFS{"odd.ar.yaml": {Data: []byte("odd: x")}})
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"en": "120", "ar": "١٢٠"} {
		if got := text.Number(catalog.Into(context.Background(), lang), 120); got != want {
			t.Errorf("%s: %s", lang, got)
		}
	}
}

func TestNumbersAreSaidAsCLDRSaysThem(t *testing.T) {
	t.Parallel()
	others := fstest.MapFS{}
	languages := []string{"en", "ja", "de", "fr", "es", "hi", "ar", "pl", "de-CH"}
	for _, lang := range languages[2:] { // the sizes must be there: in another language they would hide a fault
		others["odd."+lang+".yaml"] = &fstest.MapFile{Data: []byte("unit: {size: {kB: '{{.Number}}'}}")}
	}
	catalog, err := text.Load(others)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range languages {
		ctx, printer := catalog.Into(t.Context(), lang), message.NewPrinter(language.Make(lang))
		for _, n := range []int64{0, 7, 120, 999, 1000, 1234, 9999, 10_000, 98_765, 123_456, 1_000_001, 1_234_567_890, math.MaxInt64, -1, -1234, math.MinInt64} {
			if got, want := text.Number(ctx, n), printer.Sprintf("%d", n); got != want {
				t.Errorf("%s: %d is %s, not %s", lang, n, got, want)
			}
		}
		for n := int64(1000); n < 9950; n += 7 {
			if got, want := strings.Trim(text.Bytes(ctx, n), "\u2068\u2069 kB"), printer.Sprintf("%.1f", float64(n)/1000); got != want {
				t.Errorf("%s: %d bytes are %s, not %s", lang, n, got, want)
			}
		}
	}
}

// What people read has one kind of apostrophe, in messages, documents and the policy.
func TestEveryTextHasOneKindOfApostrophe(t *testing.T) {
	t.Parallel()
	straight, read := regexp.MustCompile(`[A-Za-z}]'[A-Za-z]`), 0
	for _, names := range []string{"*.yaml", "../../internal/register/default/*.yaml", "../../internal/dictionary/*.yaml", "../../internal/notice/default/*/*.*"} {
		files, err := filepath.Glob(names)
		if err != nil || len(files) == 0 {
			t.Fatalf("no texts at %s: %v", names, err)
		}
		for _, file := range files {
			said, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for line := range strings.Lines(string(said)) {
				n++
				said, _, _ := strings.Cut(line, " # ") // what follows is for us
				if !strings.HasPrefix(strings.TrimSpace(said), "#") && straight.MatchString(said) {
					t.Errorf("%s:%d: a straight apostrophe: %s", file, n, strings.TrimSpace(line))
				}
				read++
			}
		}
	}
	if read < 5000 {
		t.Errorf("only %d lines were read", read)
	}
}
