package web_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/postgres/embedded"
	"plusultra.link/privacy/internal/testkit"
)

func TestWhileTheDatabaseIsAwayEveryPageSaysSoCalmlyAndThenGoesOn(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "portal-away-")
	must(t, err)
	must(t, os.Chmod(dir, 0o711)) // the server may run as somebody else than the test
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	start := func() *embedded.Server {
		server, err := embedded.Start(t.Context(), embedded.Config{Dir: filepath.Join(dir, "pg")})
		must(t, err)
		t.Cleanup(func() { _ = server.Stop() })
		return server
	}
	server := start()
	config := postgres.Config{URL: server.URL(), MaxConns: 8}
	must(t, postgres.Migrate(t.Context(), postgres.Config{URL: server.OwnerURL()}, embedded.RuntimeRole))
	db, err := postgres.Open(t.Context(), config)
	must(t, err)
	w := newWalk(t, "https", func(p *app.Parts) { p.DB = db })
	t.Cleanup(db.Close)
	robin := w.robin()
	callers := w.some(robin)
	for i := range callers { // while there is a database to keep a session in
		token := callers[i].cookie()
		callers[i].cookie = func() string { return token }
	}
	must(t, server.Stop())

	away := 0
	for _, who := range callers {
		for _, route := range w.routes {
			if route.Method != http.MethodGet && !strings.HasPrefix(route.Path, "/api/") {
				continue
			}
			for lang, words := range map[string]string{"en": "Try again in a few minutes", "ja": "数分後"} {
				began := time.Now()
				header := http.Header{"Accept-Language": {lang}, "Content-Type": {"application/x-ndjson"}}
				res := w.send(request{method: route.Method, path: at(route, uuid.New()), who: who, header: header})
				if took := time.Since(began); took > 3*time.Second {
					t.Errorf("%s at %s waits for %s", who.name, route.Path, took)
				}
				if res.StatusCode >= http.StatusInternalServerError && res.StatusCode != http.StatusServiceUnavailable {
					t.Errorf("%s at %s %s: %d", who.name, route.Method, route.Path, res.StatusCode)
				}
				if res.StatusCode != http.StatusServiceUnavailable {
					continue
				}
				away++
				if res.Header.Get("Retry-After") == "" {
					t.Errorf("%s at %s: 503 and no Retry-After", who.name, route.Path)
				}
				data, err := io.ReadAll(res.Body)
				must(t, err)
				body := string(data)
				switch kind := res.Header.Get("Content-Type"); {
				case strings.HasPrefix(kind, "application/json"):
					if !json.Valid([]byte(body)) || !strings.Contains(body, "Try again") {
						t.Errorf("%s: %s", route.Path, body)
					}
				case route.Guard == "programs": // nobody's language
				default:
					if html := testkit.HTML(t, body); html.Count("h1") != 1 || !strings.Contains(html.Text("main"), words) || html.Attr("html", "lang") != lang {
						t.Errorf("%s in %s: %s", route.Path, lang, html.Text("main"))
					}
				}
			}
		}
	}
	if away < 150 {
		t.Errorf("only %d answers were away: this test proves little", away)
	}
	start()
	for _, who := range callers {
		if res := w.send(request{method: http.MethodGet, path: "/sign-in", who: who}); res.StatusCode >= http.StatusInternalServerError {
			t.Errorf("%s after it came back: %d", who.name, res.StatusCode)
		}
	}
	res := w.send(request{method: http.MethodGet, path: "/readyz"})
	if res.StatusCode != http.StatusOK {
		t.Errorf("ready after it came back: %d", res.StatusCode)
	}
}

func TestAServerThatAnswersNobodyIsNotWaitedForForLong(t *testing.T) {
	t.Parallel()
	for url, within := range map[string]time.Duration{
		"postgres://user@192.0.2.1/db?sslmode=disable":                   20 * time.Second,
		"postgres://user@192.0.2.1/db?sslmode=disable&connect_timeout=1": 10 * time.Second,
	} {
		ctx, cancel := context.WithTimeout(t.Context(), within)
		began := time.Now()
		if _, err := postgres.Open(ctx, postgres.Config{URL: url, AllowPlaintext: true}); err == nil || !postgres.IsAway(err) || time.Since(began) >= within {
			t.Errorf("%s: %v after %s", url, err, time.Since(began))
		}
		cancel()
	}
}
