package story_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/static"
	"plusultra.link/privacy/views/story"
	"plusultra.link/privacy/views/text"
)

// eachPage draws every story in every language.
func eachPage(t *testing.T, check func(t *testing.T, lang string, page *goquery.Document, source string)) {
	t.Helper()
	catalog, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range story.Pages() {
		for _, s := range g.Stories {
			for _, lang := range catalog.Languages() {
				t.Run(lang+g.Path(s), func(t *testing.T) {
					t.Parallel()
					var drawn bytes.Buffer
					ctx := story.Into(context.Background(), catalog, lang)
					if err := story.Render(ctx, s).Render(ctx, &drawn); err != nil {
						t.Fatal(err)
					}
					source := drawn.String()
					page, err := goquery.NewDocumentFromReader(&drawn)
					if err != nil {
						t.Fatal(err)
					}
					check(t, lang, page, source)
				})
			}
		}
	}
}

var (
	unsaid  = regexp.MustCompile(`\[[a-z]+\.[A-Za-z.]+\]`)
	inlined = regexp.MustCompile(`(?i)<[^>]+\s(style|on[a-z]+|hx-on[^=]*)=|<style|<script[^>]*>[^<]`)
)

func TestOnlyAPageThatAsksForItselfAnewLoadsWhatDoesThat(t *testing.T) {
	t.Parallel()
	eachPage(t, func(t *testing.T, _ string, page *goquery.Document, _ string) {
		asks, loads := page.Find("[hx-get]").Length() > 0, page.Find(`script[src*="htmx"]`).Length()
		if asks && loads != 1 || !asks && loads != 0 {
			t.Errorf("asks for itself: %v, and loads it %d times", asks, loads)
		}
		if page.Find("[hx-get] script").Length() > 0 {
			t.Error("it stands inside what is swapped")
		}
	})
}

func TestEveryPageLivesUnderTheContentSecurityPolicy(t *testing.T) {
	t.Parallel()
	eachPage(t, func(t *testing.T, _ string, _ *goquery.Document, source string) {
		if found := inlined.FindString(source); found != "" {
			t.Errorf("something inline: %s", found)
		}
	})
}

func TestEveryPageIsSaidInItsLanguageUnderOneHeading(t *testing.T) {
	t.Parallel()
	eachPage(t, func(t *testing.T, lang string, page *goquery.Document, source string) {
		if found := unsaid.FindString(source); found != "" {
			t.Errorf("a message is missing: %s", found)
		}
		if got := page.Find("html").AttrOr("lang", ""); got != lang {
			t.Errorf("the page says it is in %q", got)
		}
		if n := page.Find("h1").Length(); n != 1 {
			t.Errorf("%d headings of the first level", n)
		}
		if page.Find("main#main").Length() != 1 || page.Find("a.skip[href='#main']").Length() != 1 {
			t.Error("no way past the navigation")
		}
	})
}

func TestEveryControlHasALabelAndEveryReferenceItsTarget(t *testing.T) {
	t.Parallel()
	eachPage(t, func(t *testing.T, _ string, page *goquery.Document, _ string) {
		ids := map[string]bool{}
		page.Find("[id]").Each(func(_ int, e *goquery.Selection) {
			id := e.AttrOr("id", "")
			if ids[id] {
				t.Errorf("the id %q stands twice", id)
			}
			ids[id] = true
		})
		labels := map[string]bool{}
		page.Find("label[for]").Each(func(_ int, e *goquery.Selection) { labels[e.AttrOr("for", "")] = true })
		page.Find("input:not([type=hidden]), select, textarea, progress").Each(func(_ int, e *goquery.Selection) {
			if !labels[e.AttrOr("id", "")] {
				t.Errorf("%s has no label", e.AttrOr("name", goquery.NodeName(e)))
			}
		})
		page.Find("[aria-describedby]").Each(func(_ int, e *goquery.Selection) {
			for id := range strings.FieldsSeq(e.AttrOr("aria-describedby", "")) {
				if !ids[id] {
					t.Errorf("aria-describedby names %q, which is not there", id)
				}
			}
		})
		page.Find("a[href^='#']").Each(func(_ int, e *goquery.Selection) {
			if to := strings.TrimPrefix(e.AttrOr("href", ""), "#"); !ids[to] {
				t.Errorf("a link leads to #%s, which is not there", to)
			}
		})
		page.Find("button:not(:has(span)), a").Each(func(_ int, e *goquery.Selection) {
			if strings.TrimSpace(e.Text()) == "" {
				t.Error("a link or button without a word")
			}
		})
	})
}

func TestEveryIconIsDrawn(t *testing.T) {
	t.Parallel()
	response := httptest.NewRecorder()
	static.Handler().ServeHTTP(response, httptest.NewRequestWithContext(t.Context(), http.MethodGet, static.Path("icons.svg"), nil))
	drawn := response.Body.String()
	eachPage(t, func(t *testing.T, _ string, page *goquery.Document, _ string) {
		page.Find("svg.icon use").Each(func(_ int, e *goquery.Selection) {
			_, name, _ := strings.Cut(e.AttrOr("href", ""), "#")
			if !strings.Contains(drawn, `<symbol id="`+name+`"`) {
				t.Errorf("no symbol is named %q", name)
			}
		})
	})
}

var (
	exported = regexp.MustCompile(`(?m)^templ ([A-Z]\w*)\(`)
	used     = regexp.MustCompile(`\bui\.([A-Z]\w*)\(`)
)

func TestEveryPartIsInTheBook(t *testing.T) {
	t.Parallel()
	inBook := map[string]bool{}
	for _, pattern := range []string{"*.templ", "../*.templ", "../ui/*.templ"} {
		for _, source := range read(t, pattern) {
			for _, m := range used.FindAllStringSubmatch(source, -1) {
				inBook[m[1]] = true
			}
		}
	}
	within := strings.Join(read(t, "../ui/*.templ"), "\n")
	for _, m := range exported.FindAllStringSubmatch(within, -1) {
		if !inBook[m[1]] && !strings.Contains(within, "@"+m[1]+"(") {
			t.Errorf("ui.%s is nowhere in the book", m[1])
		}
	}
}

func read(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("nothing at %s: %v", pattern, err)
	}
	sources := make([]string, 0, len(names))
	for _, name := range names {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, string(source))
	}
	return sources
}

func TestTheBookOpensAndItsLanguageFormComesBackToThePage(t *testing.T) {
	t.Parallel()
	handler, err := story.Handler()
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, target, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
		if body != "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	if w := ask(http.MethodGet, "/", ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "/parts/buttons") {
		t.Errorf("the contents: %d", w.Code)
	}
	if w := ask(http.MethodGet, "/parts/buttons?lang=ja", ""); w.Header().Get("Content-Security-Policy") == "" || w.Code != http.StatusOK {
		t.Errorf("a page: %d, policy %q", w.Code, w.Header().Get("Content-Security-Policy"))
	}
	for body, want := range map[string]string{
		"lang=ja&return=/parts/buttons?lang=en":  "/parts/buttons?lang=ja",
		"lang=ja&return=https://elsewhere.test/": "/?lang=ja",
		"lang=ja&return=//elsewhere.test/":       "/?lang=ja",
	} {
		if got := ask(http.MethodPost, "/language", body).Header().Get("Location"); got != want {
			t.Errorf("%s leads to %q, want %q", body, got, want)
		}
	}
}

func TestAJapanesePageHasNoHalfWidthPunctuationBetweenItsWords(t *testing.T) {
	t.Parallel()
	eachPage(t, func(t *testing.T, lang string, _ *goquery.Document, source string) {
		if lang != "ja" {
			return
		}
		for _, half := range testkit.HTML(t, source).HalfWidth() {
			t.Errorf("%q", half)
		}
	})
}
