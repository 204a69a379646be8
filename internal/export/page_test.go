package export_test

import (
	"slices"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/testkit"
)

func TestThePageSaysThingsInWordsAndNotInTheDatabases(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]struct{ withheld, because, state, category, archive, kept string }{
		"en": {"Internal number", "An internal number", "Ready", "Profile", "How the file was made", "3 months"},
		"ja": {"内部の番号", "番号", "受け取り可能", "プロフィール", "作成と保管の内部情報", "3か月"},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			mara := b.person("mara@example.com", lang)
			b.connections(mara, 2)
			must(t, b.portal.Retention.Choose(t.Context(), mara, "connection-log", "3 months", ""))
			first := b.ask(mara, "profile")
			b.build(first)
			e := b.ask(mara, "profile", "exports", "connection-log")
			b.build(e)
			got := b.fetch(e)
			page := testkit.HTML(t, got.files["index.html"])
			if withheld := page.Text("#profile details"); !strings.Contains(withheld, want.withheld) || !strings.Contains(withheld, want.because) {
				t.Errorf("what is withheld of the profile: %q", withheld)
			}
			if withheld := page.Text("#exports details"); !strings.Contains(withheld, want.archive) || strings.Contains(withheld, "blob_key") {
				t.Errorf("what is withheld of the downloads: %q", withheld)
			}
			if kept := page.Text("#connection-log"); !strings.Contains(kept, want.kept) {
				t.Errorf("how long it is kept, as its person chose: %q", kept)
			}
			cells := page.Texts("#exports tbody tr:last-child td")
			if !slices.Contains(cells, want.state) || !slices.Contains(cells, want.category) {
				t.Errorf("codes in place of words: %q", cells)
			}
			if heads, cells := page.Count("#exports th"), page.Count("#exports tbody tr:first-child td"); heads != cells || heads == 0 {
				t.Errorf("%d cells under %d headings", cells, heads)
			}
			if strings.Contains(page.Text("#exports table"), "作成開始") || strings.Contains(page.Text("#exports table"), "Begun") {
				t.Error("a hidden field is in the table")
			}
			for _, file := range page.Attrs("a[href^='data/']", "href") {
				if _, ok := got.files[file]; !ok {
					t.Errorf("a link to %s leads nowhere", file)
				}
			}
			for _, c := range got.about.Categories {
				for _, w := range c.Withheld {
					if w.Name == "" || w.Because == "" {
						t.Errorf("of %s something nameless is withheld", c.ID)
					}
				}
			}
		})
	}
}

func TestAnArchiveComesInAThirdLanguage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", testkit.Third)
	e := b.ask(mara, "profile")
	b.build(e)
	source := b.fetch(e).files["index.html"]
	if !strings.Contains(source, `lang="`+testkit.Third+`"`) || strings.Contains(source, "[export.") {
		t.Error("the archive is not in the third language, or lacks a word")
	}
	// The rest of the words are the operator's, whose register speaks two languages.
	for _, heading := range testkit.HTML(t, source).Texts("h3:not([id]), section:not([id]) > h2") {
		if testkit.Greek(heading) != heading {
			t.Errorf("%q is in English", heading)
		}
	}
}
