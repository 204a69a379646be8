package testkit_test

import (
	"slices"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/testkit"
)

func TestHTMLIsAskedBySelector(t *testing.T) {
	t.Parallel()
	page := testkit.HTML(t, `<main><h1>What we
		hold</h1><ul><li>one</li><li class="x" title="second">two</li></ul></main>`)
	page.MustHave("ul > li.x")
	page.MustNotHave("form")
	if got := page.Text("h1"); got != "What we hold" {
		t.Errorf("Text is %q", got)
	}
	if got := page.Texts("li"); !slices.Equal(got, []string{"one", "two"}) || page.Count("li") != 2 {
		t.Errorf("Texts are %q", got)
	}
	if got := page.Attr("li.x", "title"); got != "second" {
		t.Errorf("Attr is %q", got)
	}
}

func TestHTMLShowsWhatIsThereWhenSomethingIsMissing(t *testing.T) {
	t.Parallel()
	for want, ask := range map[string]func(*testkit.Document){
		"<p>here</p>":         func(d *testkit.Document) { d.MustHave("form") },
		"should match":        func(d *testkit.Document) { d.MustNotHave("p") },
		"no attribute title":  func(d *testkit.Document) { d.Attr("p", "title") },
		"nothing matches div": func(d *testkit.Document) { d.Text("div") },
	} {
		said := failures(t, func(tb testing.TB) { ask(testkit.HTML(tb, "<p>here</p>")) })
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in %q", want, said)
		}
	}
}
