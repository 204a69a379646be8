package web_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/standin"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
	"plusultra.link/privacy/web"
)

// portal is a whole portal of one test's own: its database, its jobs at work,
// its mailbox, and a server on loopback.
type portal struct {
	*apptest.Portal
	t       *testing.T
	url     string
	routes  []*echo.Route
	echo    *echo.Echo
	trust   *x509.CertPool // of the certificate in front, where there is one
	mailbox *standin.Mailbox
	clock   *testkit.SetClock
	log     *apptest.Log
}

// goodPassword is one that the portal takes.
const goodPassword = apptest.Password

// open starts a portal. change may adjust how it is reached.
func open(t *testing.T, change ...func(*web.Options)) *portal {
	t.Helper()
	return openWith(t, func(*app.Parts) {}, change...)
}

// openWith is open for a portal of other parts than most.
func openWith(t *testing.T, parts func(*app.Parts), change ...func(*web.Options)) *portal {
	t.Helper()
	return openBehind(t, nil, parts, change...)
}

// openBehind is openWith for a portal that people reach through front, which
// is given where the portal listens and gives the address that they use.
func openBehind(t *testing.T, front func(backend string) (base string, trust *x509.CertPool), parts func(*app.Parts), change ...func(*web.Options)) *portal {
	t.Helper()
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	base, trust := strings.Replace(server.URL, "127.0.0.1", "localhost", 1), (*x509.CertPool)(nil)
	if front != nil {
		base, trust = front(server.URL)
	}

	p := &portal{t: t, url: base, trust: trust, log: &apptest.Log{}}
	p.Portal = apptest.New(t, func(made *app.Parts) {
		made.BaseURL, made.Log = base, slog.New(slog.NewTextHandler(p.log, nil))
		parts(made)
	})
	p.clock, p.mailbox = p.Clock, p.Mailbox
	p.clock.Set(time.Now()) // cookies and browsers go by the real time
	options := web.Options{}
	for _, c := range change {
		c(&options)
	}
	var err error
	handler, err = web.New(p.App, options)
	must(t, err)
	p.echo = handler.(*echo.Echo)
	p.routes = p.echo.Routes()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the portal's log:\n%s", p.log)
		}
	})
	p.WorkJobs()
	return p
}

// preferences are how somebody stands to each topic.
func (p *portal) preferences(id uuid.UUID) []consent.Preference {
	p.t.Helper()
	r := p.Reads()
	list := p.Consents.ReadPreferences(r, id, "robin@example.com")
	must(p.t, r.Send(p.t.Context()))
	return *list
}

// person makes somebody with an account and goodPassword.
func (p *portal) person(email string) uuid.UUID {
	p.t.Helper()
	return p.Person(apptest.Somebody{Email: email, Country: "DE"})
}

// browser is a browser at the portal's first page.
func (p *portal) browser() *testkit.Page {
	p.t.Helper()
	b := testkit.Browser(p.t)
	b.Open(p.url + "/")
	return b
}

// signedIn is a browser in which a person has signed in, at path.
func (p *portal) signedIn(email, path string) *testkit.Page {
	p.t.Helper()
	b := p.browser()
	b.Open(p.url + "/sign-in?next=" + url.QueryEscape(path))
	b.Fill("E-mail address", email)
	b.Fill("Password", goodPassword)
	b.Press("Sign in")
	return b
}

// letter waits for a message and gives it.
func (p *portal) letter(to, subject string) standin.Message {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 20*time.Second)
	defer cancel()
	m, err := p.mailbox.Wait(ctx, to, subject)
	if err != nil {
		p.t.Fatalf("no mail %q to %s: %v\nthe portal's log:\n%s", subject, to, err, p.log)
	}
	return m
}

// linkTo is the first link of a message that leads to a path of the portal.
func (p *portal) linkTo(m standin.Message, path string) string {
	p.t.Helper()
	for _, link := range m.Links() {
		if strings.HasPrefix(link, p.url+path) {
			return link
		}
	}
	p.t.Fatalf("no link to %s in %v", path, m.Links())
	return ""
}

// count asks the database for one number.
func (p *portal) count(query string, args ...any) int { return p.Count(query, args...) }

// client is a browser without a screen: cookies, and no redirects followed.
type client struct {
	*portal
	http *http.Client
}

func (p *portal) client() *client { return p.clientAt("") }

// clientAt is a client at an address of its own on loopback.
func (p *portal) clientAt(address string) *client {
	jar, err := cookiejar.New(nil)
	must(p.t, err)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: p.trust, MinVersion: tls.VersionTLS12}}
	if address != "" {
		transport.DialContext = (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}).DialContext
	}
	p.t.Cleanup(transport.CloseIdleConnections)
	return &client{p, &http.Client{Transport: transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// signIn signs a person in.
func (c *client) signIn(email string) *client {
	c.t.Helper()
	if got := c.post("/sign-in", url.Values{"email": {email}, "password": {goodPassword}}); got.status != http.StatusSeeOther {
		c.t.Fatalf("signing in: %d\n%s", got.status, got.body)
	}
	return c
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (c *client) get(path string) answer {
	c.t.Helper()
	return c.send(http.MethodGet, path, nil, nil)
}

func (c *client) post(path string, form url.Values) answer {
	c.t.Helper()
	return c.send(http.MethodPost, path, strings.NewReader(form.Encode()), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
}

// wrong posts a form with something to mend in it, and gives the page that
// shows it once more.
func (c *client) wrong(path string, form url.Values) answer {
	c.t.Helper()
	got := c.post(path, form)
	if got.status != http.StatusSeeOther {
		c.t.Errorf("%s: %d, and no way to a page\n%s", path, got.status, got.body)
		return got
	}
	page := c.get(got.header.Get("Location"))
	html := testkit.HTML(c.t, page.body)
	if page.status != http.StatusOK || html.Count(".error-summary") != 1 || !strings.HasPrefix(html.Text("title"), "Error: ") {
		c.t.Errorf("%s leads to %s: %d, named %q", path, got.header.Get("Location"), page.status, html.Text("title"))
	}
	return page
}

// send follows no redirect, but for that to the page that tells a fault.
func (c *client) send(method, path string, body io.Reader, header http.Header) answer {
	c.t.Helper()
	got := c.ask(method, path, body, header)
	if to := got.header.Get("Location"); strings.HasPrefix(to, "/fault?") {
		return c.ask(http.MethodGet, to, nil, nil)
	}
	return got
}

func (c *client) ask(method, path string, body io.Reader, header http.Header) answer {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, body)
	must(c.t, err)
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	for name, values := range header {
		r.Header[name] = values
	}
	res, err := c.http.Do(r)
	must(c.t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	must(c.t, err)
	return answer{res.StatusCode, res.Header, string(data)}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (c *client) address() *url.URL {
	address, err := url.Parse(c.url)
	must(c.t, err)
	return address
}

// cookie is the value of a cookie that the browser holds for the portal.
func (c *client) cookie(name string) string {
	for _, cookie := range c.http.Jar.Cookies(c.address()) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

func (c *client) setCookie(name, value string) {
	c.http.Jar.SetCookies(c.address(), []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}
