package static_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"plusultra.link/privacy/static"
)

func get(t *testing.T, target string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil))
	return w
}

func TestAFileMayBeKeptForEverUnderItsOwnHashOnly(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"app.css", "portal.js", "htmx.min.js", "icons.svg", "favicon.svg"} {
		address := static.Path(name)
		if !strings.HasPrefix(address, "/static/"+name+"?v=") {
			t.Fatalf("%s is at %s", name, address)
		}
		if w := get(t, address); w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %s", address, w.Code, w.Header().Get("Cache-Control"))
		}
		if w := get(t, "/static/"+name+"?v=older"); w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("an older address of %s: %d, %s", name, w.Code, w.Header().Get("Cache-Control"))
		}
	}
}

func TestARouterMayTakeThePrefixOff(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	http.StripPrefix("/static", static.Handler()).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, static.Path("app.css"), nil))
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Errorf("%d, %s", w.Code, w.Header().Get("Content-Type"))
	}
}

func TestNothingElseIsServed(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/static/", "/static/embed.go", "/static/../go.mod", "/static/missing.css"} {
		if w := get(t, target); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
}
