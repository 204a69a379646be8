package sso

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

func TestARefusalHasItsCodeAndNothingElseOfWhatAProviderWrote(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("robin@example.com ", 50_000)
	for body, want := range map[string]string{
		`{"error":"invalid_grant","error_description":"` + long + `"}`: `{"error":"invalid_grant"}`,
		`{"error":"` + long + `"}`:                                     `{}`,
		`{"error":{"message":"` + long + `"}}`:                         `{}`,
		long:                                                           `{}`,
		"":                                                             `{}`,
	} {
		for _, status := range []int{http.StatusFound, http.StatusBadRequest, http.StatusInternalServerError} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/"+long[:17])
				w.WriteHeader(status)
				_, _ = io.WriteString(w, body)
			}))
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := newHTTP(new(atomic.Int64)).Do(r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(res.Body)
			_ = res.Body.Close()
			server.Close()
			if err != nil || string(got) != want || res.StatusCode != status || strings.Contains(res.Status+res.Header.Get("Content-Type"), "robin") {
				t.Errorf("%.60s with %d: %v, %.200s, %s %s", body, status, err, got, res.Status, res.Header.Get("Content-Type"))
			}
		}
	}
}
