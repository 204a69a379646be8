package web

import (
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/static"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// routes is the whole map of the portal's addresses.
func (s *server) routes() {
	health := &healthController{s}
	s.bare(get, "/healthz", health.alive)
	s.bare(get, "/readyz", health.ready)
	s.bare(get, "/static/*", echo.WrapHandler(static.Handler()))
	s.bare(get, brandPath, s.brand)

	home := &homeController{s}
	s.open(get, "/", home.show)
	s.open(post, "/language", home.language)
	s.open(post, "/theme", home.theme)

	policy := &policyController{s}
	s.open(get, "/policy", policy.show)
	s.open(get, "/policy/:version", policy.version)
	s.open(get, "/policy/data", policy.data)
	s.open(get, "/policy/data/:category", policy.category)
	s.open(get, "/recipients", policy.others)
	s.open(get, "/contact", policy.contact)

	overview := &overviewController{s}
	s.person(get, "/overview", overview.show)

	accounts := &accountController{s}
	s.open(get, "/sign-up", accounts.newSignUp)
	s.open(post, "/sign-up", accounts.signUp)
	s.open(get, "/verify/:token", accounts.newVerify)
	s.open(post, "/verify/:token", accounts.verify)
	s.open(get, "/sign-in", accounts.newSignIn)
	s.open(post, "/sign-in", accounts.signIn)
	s.open(post, "/sign-out", accounts.signOut)
	s.open(get, "/forgot", accounts.newForgot)
	s.open(post, "/forgot", accounts.forgot)
	s.open(get, "/reset/:token", accounts.newReset)
	s.open(post, "/reset/:token", accounts.reset)
	s.person(get, "/confirm", accounts.newConfirm)
	s.person(post, "/confirm", accounts.confirm)
	s.person(post, "/confirm/mail", accounts.mailCode)
	s.person(post, "/confirm/code", accounts.confirmByCode)

	services := &serviceController{s, accounts}
	s.open(get, "/sign-in/with/:provider", getOnly(services.signIn))
	s.open(get, "/sign-in/with/:provider/callback", getOnly(services.callback)) // a GET that acts: on a state that works once, in the browser it belongs to
	s.open(get, "/sign-up/finish/:token", services.newJoin)
	s.open(post, "/sign-up/finish/:token", services.join)
	s.person(get, "/confirm/with/:provider", getOnly(services.confirm))

	security := &securityController{s}
	s.person(get, "/security", security.show)
	s.freshForm("/security/password", security.newPassword, security.password)
	s.person(post, "/security/sessions/:id/end", security.endSession)
	s.fresh(post, "/security/services/:provider/link", services.link)
	s.fresh(post, "/security/linked/:id/revoke", services.revoke)

	data := &dataController{s}
	s.person(get, "/data", data.index)
	s.person(get, "/data/:category", data.show)
	s.freshForm("/data/profile/edit", data.editProfile, data.correct)
	s.freshForm("/data/:category/edit", data.editRow, data.correctRow)

	downloads := &downloadsController{s}
	s.person(get, "/downloads", downloads.index)
	s.freshForm("/downloads/new", downloads.new, downloads.create)
	s.person(get, "/downloads/:id", downloads.show)
	s.person(get, "/downloads/:id/progress", downloads.progress)
	s.fresh(get, archivePath, getOnly(downloads.file))

	records := &recordsController{s}
	s.bare(post, "/api/v1/records/:category", records.create)

	email := &emailController{s}
	s.person(get, "/email", email.show)
	s.person(post, "/email", email.save)
	s.person(post, "/email/off", email.off)

	unsubscribe := &unsubscribeController{s}
	s.link(get, "/unsubscribe/:token", unsubscribe.handle(unsubscribe.show))
	s.link(post, "/unsubscribe/:token", unsubscribe.handle(unsubscribe.stop))
	s.link(get, "/unsubscribe/:token/preferences", unsubscribe.handle(unsubscribe.choose))
	s.link(post, "/unsubscribe/:token/all", unsubscribe.handle(unsubscribe.stopAll))
	s.link(post, "/unsubscribe/:token/undo", unsubscribe.handle(unsubscribe.undo))

	requests := &requestController{s}
	erasures := &erasureController{s}
	s.freshForm("/erasure", erasures.preview, erasures.ask)
	s.open(get, "/erasure/:id", erasures.show) // whoever has left has no session
	s.open(get, "/erasure/:id/receipt", erasures.receipt)
	s.person(post, "/erasure/:id/cancel", erasures.cancel)
	s.bare(get, "/.well-known/portal-receipt-key", erasures.key)

	s.person(get, "/requests", requests.index)
	s.person(get, "/requests/new", requests.choose)
	s.person(get, "/requests/new/:kind", requests.write)
	s.person(post, "/requests/new/:kind", requests.file)
	s.person(post, "/requests/new/:kind/check", requests.check)
	s.person(post, "/requests/new/:kind/change", requests.rewrite)
	s.person(get, "/requests/:id", requests.show)
	s.person(get, "/requests/:id/filed", requests.filed)
	s.person(post, "/requests/:id/messages", requests.say)
	s.person(post, "/requests/:id/cancel", requests.cancel)

	looks := &disclosureController{s}
	s.person(get, "/lookups", looks.lookups)

	s.staffRoutes()
}

// staffRoutes is the privacy desk.
func (s *server) staffRoutes() {
	door := &staffDoor{s}
	s.open(get, "/staff/sign-in", door.newSignIn)
	s.open(post, "/staff/sign-in", door.signIn)
	s.open(get, "/staff/code", door.newCode)
	s.open(post, "/staff/code", door.code)
	s.open(get, "/staff/enrol/:token", door.newEnrol)
	s.open(post, "/staff/enrol/:token", door.enrol)

	queue := &staffQueue{s}
	s.staff(get, "/staff", staff.Agent, queue.show)

	log := &staffAudit{s}
	s.staff(get, "/staff/audit", staff.Officer, log.show)

	desk := &staffRequest{s}
	s.staff(get, "/staff/requests/:id", staff.Agent, desk.show)
	s.staff(post, "/staff/requests/:id/take", staff.Agent, desk.take)
	s.staff(post, "/staff/requests/:id/release", staff.Agent, desk.release)
	s.staff(post, "/staff/requests/:id/messages", staff.Agent, desk.reply)
	s.staff(post, "/staff/requests/:id/notes", staff.Agent, desk.note)
	s.staff(get, "/staff/requests/:id/approve", staff.Officer, desk.newApproval)
	s.staff(post, "/staff/requests/:id/approve", staff.Officer, desk.approve)
	s.staff(get, "/staff/requests/:id/refuse", staff.Officer, desk.newRefusal)
	s.staff(post, "/staff/requests/:id/refuse", staff.Officer, desk.refuse)

	people := &staffPerson{s}
	s.staff(get, "/staff/people", staff.Agent, people.newFind)
	s.staff(post, "/staff/people", staff.Agent, people.find)
	s.staff(get, "/staff/people/:id", staff.Agent, people.show)
	s.staff(post, "/staff/people/:id", staff.Agent, people.open)
}

// bare is a route for programs: no session, no language, no origin check.
func (s *server) bare(method, path string, h echo.HandlerFunc) {
	for _, m := range methods(method) {
		s.echo.Add(m, path, h)
	}
}

// methods are those that a route answers: where GET goes, HEAD goes
// (RFC 9110, 9.3.2).
func methods(method string) []string {
	if method == get {
		return []string{get, http.MethodHead}
	}
	return []string{method}
}

// getOnly is for a GET that hands something over or begins something, which
// HEAD would do for nobody.
func getOnly(h echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		if ctx.Request().Method != get {
			ctx.Response().Header().Set("Allow", get)
			return echo.ErrMethodNotAllowed
		}
		return h(ctx)
	}
}

// link is a page behind a message's link, for whoever holds it: no session and
// no origin check. A slash that a mail program put behind it changes nothing.
func (s *server) link(method, path string, h echo.HandlerFunc) {
	for _, m := range methods(method) {
		s.echo.Add(m, path, h, within(pageTime), s.localize)
		s.echo.Add(m, path+"/", h, within(pageTime), s.localize)
	}
}

// open is a page for anybody; who is signed in is known.
func (s *server) open(method, path string, h echo.HandlerFunc) {
	for _, m := range methods(method) {
		s.echo.Add(m, path, h, s.notice, within(pageTime), s.sameOrigin, s.recognise, s.localize)
	}
}

// person is a page for somebody signed in, about themselves.
func (s *server) person(method, path string, h echo.HandlerFunc) {
	s.open(method, path, func(ctx echo.Context) error {
		if person(ctx) == uuid.Nil {
			return fault.New(fault.Unauthenticated, "fault.signIn")
		}
		return h(ctx)
	})
}

// fresh is a page for somebody who has lately proved who they are (promise
// P1): corrections, downloads, revocations, deletions.
func (s *server) fresh(method, path string, h echo.HandlerFunc) {
	s.person(method, path, s.proved(account.Freshness, h))
}

// freshForm is a form of that sort. It may be sent for longer than it may be
// opened, so that nobody loses what they took their time to write.
func (s *server) freshForm(path string, show, send echo.HandlerFunc) {
	s.person(get, path, s.proved(account.Freshness, show))
	s.person(post, path, s.proved(account.FormFreshness, send))
}

func (s *server) proved(within time.Duration, h echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		if !signedIn(ctx).Fresh(s.Now(), within) {
			return fault.New(fault.StepUp, "fault.stepUp")
		}
		return h(ctx)
	}
}

// archivePath hands a file over, which is no page to come to or back to.
const archivePath = "/downloads/:id/file"

// notice lets slow work know that somebody waits for a page; a bar that moves
// by itself is nobody waiting.
func (s *server) notice(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		if !polls(ctx.Request()) {
			s.Traffic.Seen()
		}
		return next(ctx)
	}
}

// pageTime is how long a page may take; what takes longer is a job.
const pageTime = 20 * time.Second

// sameOrigin refuses what another site makes a browser send. No GET changes
// anything, so it looks at the others alone.
func (s *server) sameOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		if err := s.origins.Check(ctx.Request()); err != nil {
			return fault.Wrap(err, fault.Forbidden, "fault.crossOrigin")
		}
		return next(ctx)
	}
}

// originsOf knows our own origin by the address that people use. A proxy may
// rewrite Host, and older browsers send no Sec-Fetch-Site: then Origin alone
// tells whose form it was.
func originsOf(base *url.URL) (*http.CrossOriginProtection, error) {
	protection := http.NewCrossOriginProtection()
	return protection, protection.AddTrustedOrigin(base.Scheme + "://" + base.Host)
}
