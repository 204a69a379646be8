package web_test

import (
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/web"
)

// rewriter is a proxy as many are: it speaks TLS to the outside, gives the
// portal a Host of its own, drops the headers that tell whose request it was,
// and says from where it came.
func rewriter(t *testing.T) func(string) (string, *x509.CertPool) {
	return func(backend string) (string, *x509.CertPool) {
		t.Helper()
		to, err := url.Parse(backend)
		must(t, err)
		front := httptest.NewTLSServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.SetXForwarded()
			r.Out.Host = "portal.internal:8080"
			for _, header := range []string{"Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Sec-Fetch-User"} {
				r.Out.Header.Del(header)
			}
		}})
		t.Cleanup(front.Close)
		pool := x509.NewCertPool()
		pool.AddCert(front.Certificate())
		return front.URL, pool
	}
}

// onlyProxy is what an operator says whose proxy is on this machine.
func onlyProxy(d *web.Options) {
	d.TrustedProxies = []*net.IPNet{{IP: net.IPv4(127, 0, 0, 1), Mask: net.CIDRMask(32, 32)}}
}

// writing are the portal's routes that may change something, with words for
// their parameters.
func (p *portal) writing() []*echo.Route {
	var out []*echo.Route
	for _, r := range p.routes {
		if strings.HasPrefix(r.Path, "/") && r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != "echo_route_not_found" {
			out = append(out, r)
		}
	}
	if len(out) < 30 {
		p.t.Fatalf("only %d routes write: this test proves little", len(out))
	}
	return out
}

// address fills a route's parameters with what nobody has.
func address(route string) string {
	parts := strings.Split(route, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, ":") {
			parts[i] = uuid.NewString()
		}
	}
	return strings.Join(parts, "/")
}

func TestOurOwnOriginIsOursBehindAProxyThatRewritesHostAndNobodyElsesIs(t *testing.T) {
	t.Parallel()
	p := openBehind(t, rewriter(t), func(*app.Parts) {}, onlyProxy)
	c := p.client()
	for _, route := range p.writing() {
		send := func(origin string) answer {
			return c.send(route.Method, address(route.Path), strings.NewReader(""), http.Header{
				"Content-Type": {"application/x-www-form-urlencoded"}, "Origin": {origin}, "Sec-Fetch-Site": {"same-origin"},
			})
		}
		outside := slices.ContainsFunc([]string{"/unsubscribe/", "/api/"}, func(prefix string) bool { return strings.HasPrefix(route.Path, prefix) })
		if got := send(p.url); got.status == http.StatusForbidden && strings.Contains(got.body, "another site") {
			t.Errorf("%s %s refuses our own origin", route.Method, route.Path)
		}
		if got := send("https://elsewhere.example"); !outside && (got.status != http.StatusForbidden || !strings.Contains(got.body, "another site")) {
			t.Errorf("%s %s takes a form of another site: %d", route.Method, route.Path, got.status)
		}
	}
}

func TestWhoComesBackFromAProofFindsTheirPageBehindAProxyThatRewritesHost(t *testing.T) {
	t.Parallel()
	p := openBehind(t, rewriter(t), func(*app.Parts) {}, onlyProxy)
	got := p.client().send(http.MethodPost, "/security/sessions/"+uuid.NewString()+"/end", nil, http.Header{"Referer": {p.url + "/security"}})
	if to := got.header.Get("Location"); to != "/sign-in?next=%2Fsecurity" {
		t.Errorf("led to %s", to)
	}
}
