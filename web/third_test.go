package web_test

import (
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/testkit"
)

// A page in Japanese is in Latin letters where names, addresses and citations
// are; what only the third language has in them did not come from its files.
func TestRegisterAndPolicyComeInAThirdLanguageByFilesAlone(t *testing.T) {
	t.Parallel()
	third := testkit.ThirdLanguage(t)
	reg, err := register.Default(third)
	must(t, err)
	p := openWith(t, func(parts *app.Parts) { parts.Register, parts.Words = reg, []fs.FS{third} })
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	latin := regexp.MustCompile(`[A-Za-z]{2,}`)
	pages := []string{"/policy", "/policy/data", "/recipients", "/contact", "/data", "/email", "/requests/new", "/erasure", "/downloads/new"}
	for _, category := range reg.Categories {
		pages = append(pages, "/policy/data/"+category.ID, "/data/"+category.ID)
	}
	cookies := map[string]bool{} // browsers know them by these names
	for _, cookie := range reg.Dictionary.Cookies {
		cookies[cookie.ID] = true
	}
	for _, at := range pages {
		words := func(lang string) map[string]bool {
			got := c.get(at + "?lang=" + lang)
			if got.status == http.StatusNotFound && strings.HasPrefix(at, "/data/") { // nobody's own to look at
				return nil
			}
			if got.status != http.StatusOK {
				t.Errorf("%s: %d", at, got.status)
			}
			said := map[string]bool{}
			for _, w := range latin.FindAllString(testkit.HTML(t, got.body).Text("main"), -1) {
				said[w] = true
			}
			return said
		}
		elsewhere := words("ja")
		for w := range words(testkit.Third) {
			if !elsewhere[w] && !cookies[w] {
				t.Errorf("%s says %q", at, w)
			}
		}
	}
}
