package web_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

func TestWhoHasToWaitIsToldForHowLongInWords(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "https")
	w.Person(apptest.Somebody{Email: "robin@example.com"})
	key, _, err := w.Records.CreateKey(t.Context(), audit.BySystem("test"), "gateway", []string{"connection-log"})
	must(t, err)
	wrong := url.Values{"email": {"robin@example.com"}, "password": {"not it at all"}}.Encode()
	until429 := func(most int, q func() request) (http.Header, string) {
		for range most {
			if res := w.send(q()); res.StatusCode == http.StatusTooManyRequests {
				body, err := io.ReadAll(res.Body)
				must(t, err)
				return res.Header, string(body)
			}
		}
		t.Fatalf("%d tries were let through", most)
		return nil, ""
	}
	for lang, words := range map[string][]string{"en": {"Try again in", "minute"}, "ja": {"分"}} {
		header := formHeader.Clone()
		header.Set("Accept-Language", lang)
		h, body := until429(20, func() request {
			return request{method: http.MethodPost, path: "/sign-in", header: header, body: strings.NewReader(wrong)}
		})
		for _, said := range words {
			if !strings.Contains(body, said) || strings.Contains(body, "[unit") || h.Get("Retry-After") == "" {
				t.Errorf("%s: Retry-After %q, no %q in\n%s", lang, h.Get("Retry-After"), said, body)
			}
		}
	}
	h, body := until429(700, func() request {
		return request{method: http.MethodPost, path: "/api/v1/records/connection-log", header: http.Header{"Authorization": {"Bearer " + key}, "Content-Type": {"text/plain"}}, body: strings.NewReader("")}
	})
	if !strings.Contains(body, "second") && !strings.Contains(body, "minute") || strings.Contains(body, "[unit") || h.Get("Retry-After") == "" {
		t.Errorf("a program is told: %s, Retry-After %q", body, h.Get("Retry-After"))
	}
}
