package notice_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/internal/notice"
)

func shipped(t *testing.T) *notice.Policy {
	t.Helper()
	policy, err := notice.Default()
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

func TestThePolicySaysTheSameInBothLanguages(t *testing.T) {
	t.Parallel()
	version := shipped(t).Versions()[0]
	en, ja := version.In("en"), version.In("ja")
	if en.Title != "How we treat your data" || ja.Title != "お客様の情報の取り扱いについて" {
		t.Errorf("titles %q and %q", en.Title, ja.Title)
	}
	slots := func(doc notice.Document) (list []notice.Slot) {
		for _, block := range doc.Blocks {
			if block.Slot != "" {
				list = append(list, block.Slot)
			}
		}
		return list
	}
	if !slices.Equal(slots(en), slots(ja)) || len(slots(en)) != len(notice.Slots()) {
		t.Errorf("slots %v and %v", slots(en), slots(ja))
	}
	if len(en.Sections) != 17 || en.Sections[0] != (notice.Section{ID: "who", Title: "Who is responsible"}) ||
		ja.Sections[0] != (notice.Section{ID: "who", Title: "お客様の情報の管理者"}) {
		t.Errorf("sections %v", en.Sections)
	}
}

func TestThePolicyIsHTMLWithoutItsTitle(t *testing.T) {
	t.Parallel()
	var html strings.Builder
	for _, block := range shipped(t).Versions()[0].In("en").Blocks {
		html.WriteString(block.HTML)
	}
	page, err := goquery.NewDocumentFromReader(strings.NewReader(html.String()))
	if err != nil {
		t.Fatal(err)
	}
	if n := page.Find("h1").Length(); n != 0 {
		t.Errorf("%d titles, where the page sets its own", n)
	}
	if got := page.Find("h2#never").Text(); got != "What we never hold" {
		t.Errorf("the section never is called %q", got)
	}
	if n := page.Find(`a[href="/requests"]`).Length(); n == 0 {
		t.Error("nothing links to the requests")
	}
	if strings.Contains(html.String(), "{{") {
		t.Error("a slot was left in the text")
	}
}

// operator writes a policy of one's own, and lets the test spoil it.
func operator(t *testing.T, change func(files map[string]string)) (string, error) {
	t.Helper()
	body := "# Policy\n\n## One {#one}\n\nWords.\n"
	for _, slot := range notice.Required() {
		body += "\n{{" + string(slot) + "}}\n"
	}
	files := map[string]string{
		"2027/version.yaml": "effective: 2027-01-01\nchanges: {en: New., ja: 新しい版。}\n",
		"2027/en.md":        body,
		"2027/ja.md":        body,
	}
	change(files)
	dir := t.TempDir()
	for name, content := range files {
		if content == "" {
			continue
		}
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := notice.Load(dir)
	return dir, err
}

func TestAnOperatorsPolicyIsHeldToTheRules(t *testing.T) {
	t.Parallel()
	words := func(with string) func(map[string]string) {
		return func(files map[string]string) {
			files["2027/ja.md"] = strings.Replace(files["2027/ja.md"], "Words.", with, 1)
		}
	}
	for _, tc := range []struct {
		name   string
		change func(map[string]string)
		want   string
	}{
		{"as it should be", func(map[string]string) {}, ""},
		{"a link to a site", words("[there](https://example.com)"), ""},
		{"a link to a section", words("[there](#one)"), ""},
		{"a mailbox", words("<mail@example.com>"), ""},
		{"script", words("<script>alert(1)</script>"), "2027/ja.md:5: holds HTML"},
		{"HTML in a line", words("so <b onclick=x>bold</b>"), "2027/ja.md:5: holds HTML"},
		{"a script's link", words("[there](javascript:alert(1))"), "2027/ja.md:5: links to"},
		{"a link without TLS", words("[there](http://example.com)"), "2027/ja.md:5: links to"},
		{"a link that only looks like a page", words("[there](//example.com)"), "2027/ja.md:5: links to"},
		{"an image", words("![x](https://example.com/x.png)"), "2027/ja.md:5: holds an image"},
		{"an unknown slot", words("{{weather}}"), "2027/ja.md:5: there is no slot {{weather}}"},
		{"a slot in a sentence", words("Here: {{topics}}"), "2027/ja.md:5: has {{ inside a paragraph"},
		{"a heading without an id", words("## Two"), "2027/ja.md:5: needs an id"},
		{"a heading with style", words(`## Two {#two style="color:red"}`), "2027/ja.md:5: has the attribute style"},
		{"an id twice", words("## Two {#one}"), "2027/ja.md:5: has the id one"},
		{"a second title", words("# Two"), "2027/ja.md:5: has a second title"},
		{"another order of headings", words("## Two {#two}"), "2027/ja.md:1: its headings are one, two, but those of en.md are one"},
		{"a list left out", func(f map[string]string) { f["2027/ja.md"] = strings.Replace(f["2027/ja.md"], "{{rights}}", "", 1) }, "2027/ja.md:1: never shows {{rights}}"},
		{"a language left out", func(f map[string]string) { f["2027/ja.md"] = "" }, "2027/ja.md:1: the version has no text in the language ja"},
		{"no day", func(f map[string]string) { f["2027/version.yaml"] = "changes: {en: a, ja: b}\n" }, "2027/version.yaml:1: effective"},
		{"an unknown key", func(f map[string]string) { f["2027/version.yaml"] += "author: me\n" }, "2027/version.yaml:3: author: there is no such key here"},
		{"a day that is none", func(f map[string]string) {
			f["2027/version.yaml"] = "\n\neffective: 2027-02-30\nchanges: {en: a, ja: b}\n"
		}, "2027/version.yaml:3: effective"},
		{"changes in one language", func(f map[string]string) { f["2027/version.yaml"] = "effective: 2027-01-01\nchanges: {en: a}\n" }, "2027/version.yaml:2: changes: has no text in the language ja"},
		{"no word on what changed", func(f map[string]string) { f["2027/version.yaml"] = "effective: 2027-01-01\n" }, "2027/version.yaml:1: changes: is missing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir, err := operator(t, tc.change)
			if tc.want == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			var faults document.Faults
			if !errors.As(err, &faults) || !strings.HasPrefix(faults[0].String(), filepath.Join(dir, tc.want)) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
	if _, err := notice.Load(t.TempDir()); err == nil {
		t.Error("an empty folder was read as a policy")
	}
}

func TestALinkThatLeavesTellsTheBrowser(t *testing.T) {
	t.Parallel()
	dir, err := operator(t, func(files map[string]string) {
		files["2027/en.md"] = strings.Replace(files["2027/en.md"], "Words.", "[there](https://example.com) and <https://example.org>", 1)
	})
	if err != nil {
		t.Fatal(err)
	}
	policy, err := notice.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	html := policy.Versions()[0].In("en").Blocks[0].HTML // of the section before the first list
	if n := strings.Count(html, `rel="external noopener noreferrer"`); n != 2 {
		t.Errorf("%d links say that they leave: %s", n, html)
	}
}
