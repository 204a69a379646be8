package story_test

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/views/story"
	"plusultra.link/privacy/views/text"
)

var latin = regexp.MustCompile(`[A-Za-z]{2,}`)

// words are what a reader of the page sees or hears.
func words(t *testing.T, page *goquery.Document) map[string]bool {
	t.Helper()
	said := map[string]bool{}
	add := func(s string) {
		for _, w := range latin.FindAllString(s, -1) {
			said[w] = true
		}
	}
	page.Find("script, style").Remove()
	page.Find("body *").AfterHtml(" ") // one's last word is not the next one's first
	page.Find("title, body").Each(func(_ int, e *goquery.Selection) { add(e.Text()) })
	for _, attribute := range []string{"alt", "aria-label", "placeholder", "title"} {
		page.Find("[" + attribute + "]").Each(func(_ int, e *goquery.Selection) { add(e.AttrOr(attribute, "")) })
	}
	return said
}

// A page in Japanese is in Latin letters where names and addresses are; what
// only the third language has in them is a word that its files did not bring.
func TestAThirdLanguageNeedsFilesOfWordsAlone(t *testing.T) {
	t.Parallel()
	catalog, err := text.Load(testkit.ThirdLanguage(t))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(catalog.Languages(), " "); got != "en el ja" {
		t.Fatalf("the languages are %s", got)
	}
	draw := func(t *testing.T, lang string, s story.Story) *goquery.Document {
		ctx := story.Into(context.Background(), catalog, lang)
		var drawn bytes.Buffer
		if err := story.Render(ctx, s).Render(ctx, &drawn); err != nil {
			t.Fatal(err)
		}
		if found := unsaid.FindString(drawn.String()); found != "" {
			t.Errorf("a message is missing in %s: %s", lang, found)
		}
		page, err := goquery.NewDocumentFromReader(&drawn)
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	for _, g := range story.Pages() {
		for _, s := range g.Stories {
			t.Run(g.Path(s), func(t *testing.T) {
				t.Parallel()
				elsewhere := words(t, draw(t, "ja", s))
				for w := range words(t, draw(t, testkit.Third, s)) {
					if !elsewhere[w] {
						t.Errorf("%q is no word of the third language", w)
					}
				}
			})
		}
	}
}
