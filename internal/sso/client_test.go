package sso

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

func TestAProvidersKeysComeOverTLSOrNotAtAll(t *testing.T) {
	t.Parallel()
	var keys string
	var issuer string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{
			"issuer": issuer, "authorization_endpoint": issuer + "/authorize", "token_endpoint": issuer + "/token", "jwks_uri": keys,
		})
	}))
	t.Cleanup(server.Close)
	issuer = server.URL
	ctx := oidc.ClientContext(t.Context(), newHTTP(new(atomic.Int64)))
	keys = issuer + "/keys"
	if _, err := discover(ctx, issuer); err != nil {
		t.Fatal(err)
	}
	keys = "http://keys.example/keys"
	if _, err := discover(ctx, issuer); err == nil || !strings.Contains(err.Error(), "without TLS") {
		t.Errorf("keys without TLS are believed: %v", err)
	}
}

func TestATokenThatNamesNoEndIsRevokedToo(t *testing.T) {
	t.Parallel()
	now := time.Now()
	c := &client{now: func() time.Time { return now }}
	tokens := []grantToken{{Access: "endless"}, {Access: "lapsed", Expires: now.Add(-time.Second)}, {Access: "live", Expires: now.Add(time.Hour)}}
	var named []string
	for _, form := range c.usable(tokens) {
		named = append(named, form.Get("token"))
	}
	if got := strings.Join(named, " "); got != "endless live" {
		t.Errorf("revoked by: %s", got)
	}
}
