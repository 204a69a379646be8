package web_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"plusultra.link/privacy/web"
)

// Whoever can read the metrics has no business knowing who somebody is, or
// which link they hold.
func TestMetricsTellRoutesByTheirPatternAndNobodyByAnything(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "https")
	metrics := w.Operation.Metrics()
	var err error
	w.handler, err = web.New(w.App, web.Options{Observe: metrics.Observe})
	must(t, err)
	robin := w.robin()
	for _, who := range w.callers(robin) {
		for _, route := range w.routes {
			for _, id := range append(robin.rows, robin.id, uuid.New()) {
				w.send(request{method: route.Method, path: at(route, id), who: who, header: formHeader, body: elsewhere()})
				if !strings.Contains(route.Path, ":id") {
					break
				}
			}
		}
	}
	w.send(request{method: "ROBIN", path: "/nothing/of-ours/robin"})
	w.send(request{method: http.MethodGet, path: "/nothing/of-ours/robin"})
	answer := httptest.NewRecorder()
	metrics.Handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
	body := answer.Body.String()
	for _, want := range []string{
		`portal_request_duration_seconds_count{method="GET",route="/data/:category",status="200"}`, `portal_up 1`, `portal_problem{problem="erasures-late"} 0`,
		`portal_work{kind="export",state="waiting"} 1`, "portal_mail{", "portal_database_connections{", "portal_export_bytes_total 0", "portal_ingest_rows_total{", "portal_schema_version",
		"portal_files_up 1", "go_goroutines",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("nothing of %s", want)
		}
	}
	for _, personal := range []string{robin.id.String(), "robin", "ROBIN", "nothing-of-ours", "example.com", "R-"} {
		if at := strings.Index(body, personal); at >= 0 {
			t.Errorf("%q is told: %s", personal, body[max(0, at-100):min(len(body), at+100)])
		}
	}
	if found := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[^"]*`).FindString(body); found != "" {
		t.Errorf("an id is told: %s", found)
	}
}
