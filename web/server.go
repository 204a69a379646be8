// Package web is the portal in a browser: it binds what was sent, asks one
// service, and shows a page or the way to the next.
//
// Errors have one road. A handler returns what a service returned; fail (in
// errors.go) makes the status, the page or the redirect of it, and the line in
// the log. Safety stands on the route (routes.go), not in handlers.
package web

import (
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// Deps are what the pages stand on.
type Deps struct {
	BaseURL        *url.URL
	TrustedProxies []*net.IPNet // whose X-Forwarded-For is believed
	Demo           bool
	Log            *slog.Logger
	Now            func() time.Time

	DB       *postgres.DB
	Register *register.Register
	Policy   *notice.Policy
	Catalog  *text.Catalog
	Limits   *limit.Limiter
	Accounts *account.Service
	Records  *record.Service
	Consents *consent.Service
	Exports  *export.Service
	Traffic  *jobs.Traffic
	Staff    *staff.Service
	Looks    *disclosure.Service
	Requests *request.Service
	SSO      *sso.Service
	Erasures *erasure.Service
}

// DepsOf takes them from a joined portal.
func DepsOf(a *app.App, base *url.URL) Deps {
	return Deps{
		Exports: a.Exports, Traffic: a.Traffic,
		BaseURL: base, Log: a.Log, Now: a.Now,
		DB: a.DB, Register: a.Register, Policy: a.Policy, Catalog: a.Catalog, Limits: a.Limits, Accounts: a.Accounts, Records: a.Records,
		Consents: a.Consents,
		Staff:    a.Staff, Looks: a.Looks, Requests: a.Requests, Erasures: a.Erasures,
		SSO: a.SSO,
	}
}

type server struct {
	Deps
	echo     *echo.Echo
	store    *sessionStore
	origins  *http.CrossOriginProtection
	brandCSS string
	policy   string // the Content-Security-Policy of every page
}

// New gives the portal as a handler, its routes laid.
func New(d Deps) (http.Handler, error) {
	css, err := ui.BrandCSS(d.Register.Brand.Accent)
	if err != nil {
		return nil, err
	}
	origins, err := originsOf(d.BaseURL)
	if err != nil {
		return nil, err
	}
	s := &server{Deps: d, echo: echo.New(), origins: origins, brandCSS: css, policy: contentPolicy(d.SSO.FormOrigins())}
	s.store = &sessionStore{server: s}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.IPExtractor = ipExtractor(d.TrustedProxies)
	s.echo.HTTPErrorHandler = s.fail
	gz, err := gzhttp.NewWrapper(gzhttp.CompressionLevel(1), gzhttp.MinSize(1024))
	if err != nil {
		return nil, err
	}
	s.echo.Use(
		echo.WrapMiddleware(func(next http.Handler) http.Handler { return gz(next) }), // around errors too
		s.logRequests, // and answers them, so that it knows the status
		s.recoverPanics,
		s.headers,
		limitBody,
		legible,
	)
	s.routes()
	return s.echo, nil
}

// secure tells whether people reach the portal over TLS. Only the demo and
// tests, on loopback, are reached without.
func (s *server) secure() bool { return s.BaseURL.Scheme == "https" }

func ipExtractor(proxies []*net.IPNet) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		options = append(options, echo.TrustIPRange(p))
	}
	return echo.ExtractIPFromXFFHeader(options...)
}
