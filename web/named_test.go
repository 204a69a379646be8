package web_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// said collects every text of a document by its language: of a file of one
// language all, else those under "en" and "ja".
func said(node any, lang string, into map[string][]string) {
	switch n := node.(type) {
	case string:
		if lang != "" {
			into[lang] = append(into[lang], strings.TrimSpace(n))
		}
	case []any:
		for _, one := range n {
			said(one, lang, into)
		}
	case map[string]any:
		for key, one := range n {
			of := lang
			if key == "en" || key == "ja" {
				of = key
			}
			said(one, of, into)
		}
	}
}

// A page, a button or a right that a sentence names in quotes bears that name:
// in every message, mail and sentence of the register, in both languages.
func TestWhatIsNamedInQuotesIsCalledSo(t *testing.T) {
	t.Parallel()
	all := map[string][]string{}
	for _, folder := range []string{"../views/text", "../internal/register/default", "../internal/dictionary"} {
		files, err := filepath.Glob(folder + "/*.yaml")
		must(t, err)
		for _, file := range files {
			source, err := os.ReadFile(file)
			must(t, err)
			var document any
			must(t, yaml.Unmarshal(source, &document))
			lang := ""
			if parts := strings.Split(filepath.Base(file), "."); len(parts) == 3 {
				lang = parts[1]
			}
			said(document, lang, all)
		}
	}
	noNames := []string{ // what is quoted and names nothing here
		"Shine the Light", // as everybody calls that law
		"データ・プライバシー・フレームワーク",                                                             // a list of the United States
		"Billing question of 3 May, reference R-7KQ2M9", "5月3日のお申し出についてのお問い合わせ、R-7KQ2M9", // an example of what one may write
	}
	found := 0
	for lang, quoted := range map[string]*regexp.Regexp{"en": regexp.MustCompile(`“([^”]+)”`), "ja": regexp.MustCompile(`「([^」]+)」`)} {
		for _, words := range all[lang] {
			for _, match := range quoted.FindAllStringSubmatch(words, -1) {
				if name := match[1]; !strings.Contains(name, "{{") && !slices.Contains(noNames, name) {
					found++
					if !slices.Contains(all[lang], name) {
						t.Errorf("nothing is called %q: %s", name, words)
					}
				}
			}
		}
	}
	if found < 5 {
		t.Errorf("%d names in quotes were found", found)
	}
}
