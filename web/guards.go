package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/security"
	"plusultra.link/privacy/internal/staff"
)

// guard says who comes through to a route: one of these, or members of the
// staff whose role covers the one that it names.
type guard string

const (
	forPrograms  guard = "programs"   // no session, no language, no origin check
	forKey       guard = "API key"    // a program with a key that is in force
	forLink      guard = "link"       // whoever holds a message's link: no session, no origin check
	forAnybody   guard = "anybody"    // who is signed in is known
	forPerson    guard = "person"     // somebody signed in, about themselves
	forFresh     guard = "fresh"      // somebody who proved who they are within account.Freshness (promise P1)
	forFreshForm guard = "fresh form" // within account.FormFreshness
)

// route is a line of the map, kept for those who walk it. Each post takes the
// number of the form that it came with, or says why it need not.
type route struct {
	Method     string
	Path       string
	Guard      guard
	Scope      record.Scope // that a key must have; empty: any key, or the handler asks for more
	Query      []string     // what a program may say in the address behind the path
	Repeatable repeatable
}

// add lays a route: the guard's middleware, then the handler. Where GET goes,
// HEAD goes (RFC 9110, 9.3.2).
func (s *server) add(r route, h echo.HandlerFunc, before ...echo.MiddlewareFunc) {
	paths := []string{r.Path}
	if strings.Contains(r.Path, ":"+tokenParam) {
		before = append([]echo.MiddlewareFunc{readToken}, before...)
	}
	if mayBeMailed(r) { // a slash that a mail program put behind it changes nothing
		paths = append(paths, r.Path+"/")
	}
	if door, ok := doors()[r.Path]; ok {
		h = s.noteDead(door, h)
	}
	s.table = append(s.table, r)
	for _, path := range paths {
		s.echo.Add(r.Method, path, h, before...)
		if r.Method == get {
			s.echo.Add(http.MethodHead, path, h, before...)
		}
	}
}

// mayBeMailed tells of the addresses that stand in mails, or may.
func mayBeMailed(r route) bool {
	return strings.Contains(r.Path, ":"+tokenParam) || r.Method == get && strings.Contains(r.Path, ":id")
}

// doors are the routes behind a link that works once, or for a while: one that
// is dead, used or made up is noted. (A code that is, is a wrong guess.)
func doors() map[string]security.Door {
	return map[string]security.Door{
		"/verify/:token": security.Verified, "/reset/:token": security.Reset, "/sign-up/finish/:token": security.Service,
		"/staff/enrol/:token": security.Invitation, "/privacy-choices/by-mail/:token": security.Choices, "/parent/:token": security.Guardian,
		"/tasks/:token": security.Task, "/sign-in/by-mail/:token": security.MailedLink, "/ask/:token": security.Request,
	}
}

// noteDead notes what comes to a door with what opens it no more.
func (s *server) noteDead(door security.Door, h echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		err := h(ctx)
		if !fault.Is(err, fault.Gone) || !changes(ctx.Request()) { // mail scanners follow links
			return err
		}
		from := limit.Source{Addr: s.visit(ctx).IP}
		noted := s.Security.Note(ctx.Request().Context(), security.Attempt{Door: door, Outcome: security.Refused, Network: from.Block()})
		return errors.Join(noted, err)
	}
}

// tokenParam is what the token of a link is called in every path that has one.
const tokenParam = "token"

// readToken gives every handler a link's token as it was made, whatever mail
// programs did to the link.
func readToken(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		values := slices.Clone(ctx.ParamValues())
		for i, name := range ctx.ParamNames() {
			if name == tokenParam && i < len(values) {
				values[i] = input.Token(values[i])
			}
		}
		ctx.SetParamValues(values...)
		return next(ctx)
	}
}

// program is a route that programs read.
func (s *server) program(path string, h echo.HandlerFunc) {
	s.add(route{Method: get, Path: path, Guard: forPrograms, Repeatable: "no form comes here"}, h)
}

// keyed is a route for programs that have a key for it. What they say in the
// address and is not understood is refused, and never ignored.
func (s *server) keyed(method, path string, scope record.Scope, h echo.HandlerFunc, query ...string) {
	s.add(route{Method: method, Path: path, Guard: forKey, Scope: scope, Query: query, Repeatable: "no form comes here"}, func(ctx echo.Context) error {
		key, err := s.findKey(ctx)
		if err != nil {
			return err
		}
		if scope != "" && !key.May(scope) {
			return fault.New(fault.Forbidden, "record.keyScopeMissing", "Scope", string(scope))
		}
		for name := range ctx.QueryParams() {
			if !slices.Contains(query, name) {
				return fault.Invalidate(fault.Field(name, "fault.parameter"))
			}
		}
		ctx.Set(keyKey, key)
		return h(ctx)
	})
}

// link is a page behind a message's link.
func (s *server) link(method, path string, h echo.HandlerFunc) {
	s.add(route{Method: method, Path: path, Guard: forLink, Repeatable: "a no is written whenever it is said, and an undo is for a no"}, h, within(pageTime), s.localize)
}

// open is a page for anybody; who is signed in is known.
func (s *server) open(method, path string, h echo.HandlerFunc, why ...repeatable) {
	s.page(forAnybody, method, path, h, why)
}

// person is a page for somebody signed in, about themselves.
func (s *server) person(method, path string, h echo.HandlerFunc, why ...repeatable) {
	s.page(forPerson, method, path, h, why, known)
}

// fresh is a page for somebody who has lately proved who they are (promise
// P1): corrections, downloads, revocations, deletions.
func (s *server) fresh(method, path string, h echo.HandlerFunc, why ...repeatable) {
	s.page(forFresh, method, path, h, why, known, s.proved(account.Freshness))
}

// freshForm is a form of that sort. It may be sent for longer than it may be
// opened, so that nobody loses what they took their time to write.
func (s *server) freshForm(path string, show, send echo.HandlerFunc) {
	s.fresh(get, path, show)
	s.page(forFreshForm, post, path, send, nil, known, s.proved(account.FormFreshness))
}

// staff is a page for a member of the staff whose role covers the one needed.
func (s *server) staff(method, path string, role staff.Role, h echo.HandlerFunc, why ...repeatable) {
	s.page(guard(role), method, path, h, why, s.works(role))
}

// staffFresh is a page for such a member who has lately proved who they are: what
// stands behind it can't be undone, or keeps others from what they were promised.
func (s *server) staffFresh(method, path string, role staff.Role, h echo.HandlerFunc, why ...repeatable) {
	s.page(guard(role), method, path, h, why, s.works(role), s.proved(account.Freshness))
}

// staffFreshForm is a form of that sort, as freshForm is.
func (s *server) staffFreshForm(path string, role staff.Role, show, send echo.HandlerFunc) {
	s.staffFresh(get, path, role, show)
	s.page(guard(role), post, path, send, nil, s.works(role), s.proved(account.FormFreshness))
}

// opens tells whether a member of the staff with this role may open a page:
// whatever leads there asks the guards themselves.
func (s *server) opens(role staff.Role, path string) bool {
	return slices.ContainsFunc(s.table, func(r route) bool { return r.Method == get && r.Path == path && role.Covers(staff.Role(r.Guard)) })
}

// page is a route with everything that a person's browser needs around it; the
// guards come last.
func (s *server) page(g guard, method, path string, h echo.HandlerFunc, why []repeatable, guards ...echo.MiddlewareFunc) {
	r := route{Method: method, Path: path, Guard: g}
	if len(why) > 0 {
		r.Repeatable = why[0]
	} else if method == post {
		h = s.once(h)
	}
	s.add(r, h, append([]echo.MiddlewareFunc{s.notice, within(pageTime), s.sameOrigin, s.recognise(g), s.localize, s.heed}, guards...)...)
}

// works lets members of the staff through whose role covers the one needed.
func (s *server) works(role staff.Role) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(ctx echo.Context) error {
			m, err := besideOf(ctx.Request()).member.Member(signedIn(ctx).StaffID)
			if err != nil {
				return err
			}
			if err := m.Needs(role); err != nil {
				return err
			}
			ctx.Set(memberKey, m)
			return next(ctx)
		}
	}
}

// known lets nobody through who is not signed in.
func known(h echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		if person(ctx) == uuid.Nil {
			return fault.New(fault.Unauthenticated, "fault.signIn")
		}
		return h(ctx)
	}
}

// proved lets those through who proved who they are lately enough.
func (s *server) proved(within time.Duration) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(ctx echo.Context) error {
			if !signedIn(ctx).Fresh(s.Now(), within) {
				return fault.New(fault.StepUp, "fault.stepUp")
			}
			return next(ctx)
		}
	}
}

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

// getOnly is for a GET that begins something, which HEAD would do for nobody.
func getOnly(h echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		if ctx.Request().Method != get {
			ctx.Response().Header().Set("Allow", get)
			return echo.ErrMethodNotAllowed
		}
		return h(ctx)
	}
}

// keyKey is where the guard leaves the API key of a request.
const keyKey = "API key"

// apiKey is with what a program came in. Only behind the guard for keys.
func apiKey(ctx echo.Context) record.Key {
	k, _ := ctx.Get(keyKey).(record.Key)
	return k
}

// memberKey is where the staff guard leaves the member of staff behind a request.
const memberKey = "member"

// member is who works. Only behind the staff guard.
func member(ctx echo.Context) staff.Member {
	m, _ := ctx.Get(memberKey).(staff.Member)
	return m
}
