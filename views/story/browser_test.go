package story_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/views/story"
)

// One window per chapter walks its stories: English in all four forms, Japanese on the
// phone, where long words and narrow columns meet.
func TestEveryPageIsAccessibleInEveryForm(t *testing.T) {
	t.Parallel()
	book, err := story.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(book)
	t.Cleanup(server.Close)
	for _, group := range story.Pages() {
		t.Run(group.Name, func(t *testing.T) {
			t.Parallel()
			p := testkit.Browser(t)
			for _, s := range group.Stories {
				path := group.Path(s)
				name := strings.ReplaceAll(strings.Trim(path, "/"), "/", "-")
				p.Open(server.URL + path + "?lang=en")
				p.Inspect(name)
				p.FitsAcross(641, 720, 1024, 1440)
				p.SetViewport(testkit.Phone)
				p.Open(path + "?lang=ja")
				p.Axe()
				p.Fits()
				p.Screenshot(name + "-phone-light-ja")
				if s.Letter != nil { // the mail itself, which no stylesheet of ours reaches
					p.Open(path + story.AsMail + "?lang=en")
					p.Inspect(name + "-mail")
					p.FitsAcross(320, 641)
					p.SetViewport(testkit.Phone)
					p.Open(path + story.AsMail + "?lang=ja")
					p.Axe()
					p.Fits()
					p.Screenshot(name + "-mail-phone-light-ja")
				}
			}
		})
	}
}

func TestPaperSaysHowManyOfHowManyEntriesAreOnItAndWhatIsFoldedOnTheScreen(t *testing.T) {
	t.Parallel()
	book, err := story.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(book)
	t.Cleanup(server.Close)
	p := testkit.Browser(t)
	for path, want := range map[string][]string{
		"/my-data/connection-log?lang=en": {"of 214,803 entries.", "https://privacy.example.com/downloads/new", "so that nothing is kept twice"},
		"/my-data/connection-log?lang=ja": {"全214,803件のうち", "https://privacy.example.com/downloads/new"},
		"/privacy-desk/audit-log?lang=en": {"entries; the list goes on."},
	} {
		p.Open(server.URL + path)
		p.SeeNoText(want[0])
		p.Paper()
		for _, words := range want {
			p.SeeText(words)
		}
		p.Light()
	}
}
