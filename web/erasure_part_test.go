package web_test

import (
	"net/http"
	"testing"

	"plusultra.link/privacy/internal/testkit"
)

// Whoever gives days and has all of it ticked, or nothing, is asked what they mean: one
// press further on, what they did not mean would be gone.
func TestDaysBesideAllOfItAreNotDropped(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	for query, want := range map[string]int{
		"": http.StatusOK, "?which=all&from=2026-01-05&to=2026-01-06": http.StatusUnprocessableEntity, "?which=all&from=&to=": http.StatusOK,
		"?from=&to=": http.StatusUnprocessableEntity, "?which=time&from=&to=": http.StatusUnprocessableEntity,
	} {
		got := c.get("/data/devices/delete" + query)
		page := testkit.HTML(t, got.body)
		if got.status != want || want == http.StatusUnprocessableEntity && page.Count("#which-error, #from-error") != 1 {
			t.Errorf("%s: %d, with %d problems", query, got.status, page.Count("#which-error, #from-error"))
		}
		if page.Count(`input[name="which"][value="all"][checked]`) != 0 {
			t.Errorf("%s: all of it is ticked beforehand", query)
		}
	}
}
