package export_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"plusultra.link/privacy/internal/testkit"
)

func TestTheArchivesFirstScreenIsThePortalOfflineForEverybody(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string][]string{
		"en": {"Plus Ultra", "3,002", "kinds of data", "Entries by month", "What we observed", "to"},
		"ja": {"Plus Ultra", "3,002", "種類", "月ごとの件数", "当社が記録したもの", "から"},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			mara := b.person("mara@example.com", lang)
			b.connections(mara, 3_000)
			b.exec(`update connection_log set started_at = started_at + (seconds % 7) * interval '1 month' where person_id = $1`, mara)
			e := b.ask(mara, "profile", "connection-log", "posts")
			b.build(e)
			files := b.fetch(e).files
			var asked sync.Map
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Store(r.URL.Path, true)
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				if r.URL.Path == "/index.html" {
					_, _ = w.Write([]byte(files["index.html"]))
				}
			}))
			t.Cleanup(server.Close)
			p := testkit.Browser(t)
			p.SetViewport(testkit.Phone)
			p.Open(server.URL + "/index.html")
			p.Inspect("archive-" + lang)
			for _, words := range want {
				p.SeeText(words)
			}
			asked.Range(func(path, _ any) bool {
				if path != "/index.html" && path != "/favicon.ico" {
					t.Errorf("the page asks for %s", path)
				}
				return true
			})
			page := files["index.html"]
			if strings.Index(page, "<tbody>") > strings.Index(page, "data/connection-log/") || strings.Index(page, "<svg") > strings.Index(page, "<nav") {
				t.Error("files stand before what is in them, or the list before the picture")
			}
			if lists := testkit.HTML(t, page).Texts("#profile caption"); len(lists) == 0 {
				t.Error("nothing tells the profile's lists apart")
			}
		})
	}
}
