package mail_test

import (
	"strings"
	"testing"

	"plusultra.link/privacy/internal/testkit"
	mailview "plusultra.link/privacy/views/mail"
)

func TestBothFormsOfALetterSayTheSameAndNoneNeedsAnImage(t *testing.T) {
	t.Parallel()
	l := mailview.Letter{
		Lang: "en", Joint: ": ", Brand: "Halyard", Accent: "#7a2e0e", Subject: "A word", Heading: "A word with you", Paragraphs: []string{"The first.", "The second,\nof two lines."},
		Facts: []mailview.Fact{{Name: "Authority", Value: "Berlin"}}, Action: &mailview.Link{Label: "Answer", URL: "https://privacy.example.com/a?b=c&d=e"}, Otherwise: "Or else:",
		Footer:      []string{"Halyard GmbH", "Berlin, Germany"},
		Unsubscribe: &mailview.Unsubscribe{Why: "You said yes.", Label: "Stop", URL: "https://privacy.example.com/u/1", Preferences: mailview.Link{Label: "Choose", URL: "https://privacy.example.com/u/1/preferences"}},
	}
	var drawn strings.Builder
	if err := mailview.HTML(l).Render(t.Context(), &drawn); err != nil {
		t.Fatal(err)
	}
	page := testkit.HTML(t, drawn.String())
	links := strings.Join(page.Attrs("a", "href"), "\n")
	seen := strings.Join(strings.Fields(page.Text("body")), " ")
	for line := range strings.SplitSeq(mailview.Text(l), "\n") {
		for part := range strings.SplitSeq(strings.TrimSuffix(strings.TrimPrefix(line, "-- "), ":"), ": ") {
			if !strings.Contains(seen, part) && !strings.Contains(links, part) {
				t.Errorf("only the text says %q", part)
			}
		}
	}
	for _, never := range []string{"<img", "<script", "url(", "src="} {
		if strings.Contains(drawn.String(), never) {
			t.Errorf("the HTML has %s", never)
		}
	}
	if !strings.Contains(drawn.String(), "prefers-color-scheme:dark") || !strings.Contains(drawn.String(), `bgcolor="#7a2e0e"`) {
		t.Error("it has neither the operator's colour nor a dark form")
	}
}
