// Package web is the portal in a browser: it binds what was sent, asks one
// service, and shows a page or the way to the next.
//
// Errors have one road. A handler returns what a service returned; fail (in
// errors.go) makes the status, the page or the redirect of it, and the line in
// the log. Safety stands on the route (routes.go), not in handlers.
package web

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/views/ui"
)

// Options are what a portal's face needs beside the portal.
type Options struct {
	TrustedProxies []*net.IPNet // whose X-Forwarded-For is believed
	Demo           bool         // say on each page that nobody here is real
	DemoGuide      string       // address that says whom one can sign in as there
	Warnings       []string     // what the operator should mend, for the health page

	// Observe is told of each request by the pattern of its route; nil: nobody is.
	Observe func(method, route string, status int, took time.Duration)
}

type server struct {
	*app.App
	Options
	BaseURL    *url.URL
	echo       *echo.Echo
	table      []route
	store      *sessionStore
	origins    *http.CrossOriginProtection
	unlisted   atomic.Bool // a proxy that nobody named has been seen
	brandCSS   string
	queuePages http.Handler
	policy     string // the Content-Security-Policy of every page
}

// New gives a joined portal as a handler, its routes laid.
func New(a *app.App, o Options) (http.Handler, error) {
	base, err := url.Parse(a.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("the portal's address: %w", err)
	}
	css, err := ui.BrandCSS(a.Register.Brand.Accent)
	if err != nil {
		return nil, err
	}
	origins, err := originsOf(base)
	if err != nil {
		return nil, err
	}
	s := &server{App: a, Options: o, BaseURL: base, echo: echo.New(), origins: origins, brandCSS: css, policy: contentPolicy(a.SSO.FormOrigins())}
	s.store = &sessionStore{server: s}
	if s.queuePages, err = a.Queue.Pages(jobsPath); err != nil {
		return nil, err
	}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.IPExtractor = ipExtractor(o.TrustedProxies)
	s.echo.HTTPErrorHandler = s.fail
	gz, err := gzhttp.NewWrapper(gzhttp.CompressionLevel(1), gzhttp.MinSize(1024))
	if err != nil {
		return nil, err
	}
	s.echo.Use(
		echo.WrapMiddleware(func(next http.Handler) http.Handler { return gz(next) }), // around errors too
		s.logRequests, // and answers them, so that it knows the status
		s.recoverPanics,
		s.noticeProxies,
		s.headers,
		limitBody,
		refuseUnstorable,
	)
	s.routes()
	return s.echo, nil
}

// secure tells whether people reach the portal over TLS. Only the demo and
// tests, on loopback, are reached without.
func (s *server) secure() bool { return s.BaseURL.Scheme == "https" }
