package web_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/app"
)

// nginx is Debian's in front of the portal, as its manuals set it up. Without
// the program the test is skipped, by name, and fails where CI wants all.
func nginx(t *testing.T) func(string) (string, *x509.CertPool) {
	t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		program, err = exec.LookPath("/usr/sbin/nginx")
	}
	if err != nil {
		if os.Getenv("PORTAL_REQUIRE_BROWSER") != "" {
			t.Fatal("nginx is not installed; bash .ci/run installs it")
		}
		t.Skip("nginx is not installed")
	}
	return func(backend string) (string, *x509.CertPool) {
		t.Helper()
		dir := t.TempDir()
		pool := certificate(t, dir)
		port := freePort(t)
		config := fmt.Sprintf(`daemon off;
master_process off;
pid %[1]s/pid;
error_log %[1]s/error.log;
events {}
http {
  access_log off;
  client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
  server {
    listen 127.0.0.1:%[2]d ssl;
    ssl_certificate %[1]s/cert.pem;
    ssl_certificate_key %[1]s/key.pem;
    location / {
      proxy_pass %[3]s;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
  }
}
`, dir, port, backend)
		must(t, os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(config), 0o600))
		cmd := exec.CommandContext(t.Context(), program, "-c", filepath.Join(dir, "nginx.conf"), "-p", dir)
		must(t, cmd.Start())
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
		address := fmt.Sprintf("127.0.0.1:%d", port)
		for range 200 {
			conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", address)
			if err == nil {
				must(t, conn.Close())
				return "https://" + address, pool
			}
			time.Sleep(25 * time.Millisecond)
		}
		said, _ := os.ReadFile(filepath.Join(dir, "error.log"))
		t.Fatalf("nginx does not answer:\n%s", said)
		return "", nil
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	defer func() { must(t, l.Close()) }()
	return l.Addr().(*net.TCPAddr).Port
}

// certificate writes one for loopback that signs itself.
func certificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	made, err := x509.ParseCertificate(der)
	must(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(made)
	return pool
}

func TestThePortalWorksBehindNginx(t *testing.T) {
	t.Parallel()
	behind(t, openBehind(t, nginx(t), func(*app.Parts) {}, onlyProxy))
}

func TestThePortalWorksBehindAProxyThatRewritesWhatItCan(t *testing.T) {
	t.Parallel()
	behind(t, openBehind(t, rewriter(t), func(*app.Parts) {}, onlyProxy))
}

// behind walks what people do through a proxy, over TLS, and what a stranger
// at another address does meanwhile.
func behind(t *testing.T, p *portal) {
	t.Helper()
	robin := p.person("robin@example.com")
	form := func(c *client, path string, values url.Values) answer {
		t.Helper()
		return c.send(http.MethodPost, path, strings.NewReader(values.Encode()), http.Header{
			"Content-Type": {"application/x-www-form-urlencoded"}, "Origin": {p.url}, "Sec-Fetch-Site": {"same-origin"}, "Referer": {p.url + "/"},
		})
	}
	stranger := p.clientAt("127.0.7.66")
	shut := 0
	for i := range 65 {
		if got := form(stranger, "/staff/sign-in", url.Values{"email": {fmt.Sprintf("nobody%d@example.com", i)}, "password": {"a guess"}}); got.status == http.StatusTooManyRequests {
			shut++
		}
	}
	if shut != 5 {
		t.Errorf("%d of 65 guesses from one address were refused", shut)
	}
	c := p.clientAt("127.0.9.5")
	if got := form(c, "/staff/sign-in", url.Values{"email": {"nobody@example.com"}, "password": {"a guess"}}); got.status == http.StatusTooManyRequests {
		t.Error("the stranger's guesses shut the door for another address")
	}
	if got := form(c, "/sign-in", url.Values{"email": {"robin@example.com"}, "password": {goodPassword}, "next": {"/security"}}); got.status != http.StatusSeeOther || got.header.Get("Location") != "/security" {
		t.Fatalf("signing in from elsewhere: %d %s", got.status, got.header.Get("Location"))
	}
	if got := c.get("/security"); got.status != http.StatusOK || !strings.Contains(got.body, "127.0.9.5") {
		t.Errorf("the page of sessions does not say the browser's own address: %d", got.status)
	}
	if got := form(c, "/language", url.Values{"lang": {"ja"}, "return": {"/overview"}}); got.status != http.StatusSeeOther {
		t.Errorf("choosing a language: %d", got.status)
	}
	if n := p.count(`select count(*) from session where person_id = $1 and host(ip) = '127.0.9.5'`, robin); n != 1 {
		t.Errorf("%d sessions from there", n)
	}
	form(c, "/forgot", url.Values{"email": {"robin@example.com"}})
	if link := p.letter("robin@example.com", "").Links(); len(link) == 0 || !strings.HasPrefix(link[0], p.url+"/reset/") {
		t.Errorf("the link in the mail: %v", link)
	}
	if got := form(c, "/sign-out", nil); got.status != http.StatusSeeOther {
		t.Errorf("signing out: %d", got.status)
	}
	if got := c.get("/readyz"); strings.Contains(got.body, "PORTAL_TRUSTED_PROXIES") || strings.Contains(p.log.String(), "PORTAL_TRUSTED_PROXIES") {
		t.Errorf("a proxy that is named is warned of:\n%s", got.body)
	}
}

func TestAProxyThatNobodyNamedIsSaidOnceAndOnTheHealthPage(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"X-Forwarded-For", "Forwarded", "X-Real-IP"} {
		p := open(t)
		c := p.client()
		if got := c.get("/readyz"); got.body != "ready\n" {
			t.Errorf("before: %s", got.body)
		}
		for range 3 {
			c.send(http.MethodGet, "/", nil, http.Header{http.CanonicalHeaderKey(header): {"203.0.113.9"}})
		}
		if n := strings.Count(p.log.String(), "PORTAL_TRUSTED_PROXIES"); n != 1 || !strings.Contains(p.log.String(), "neighbour=127.0.0.1") {
			t.Errorf("%s is said %d times", header, n)
		}
		if strings.Contains(p.log.String(), "203.0.113.9") {
			t.Error("an address that was forwarded is in the log")
		}
		if got := c.get("/readyz"); got.status != http.StatusOK || !strings.Contains(got.body, "PORTAL_TRUSTED_PROXIES") {
			t.Errorf("the health page: %d %s", got.status, got.body)
		}
	}
}
