package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// status is what HTTP calls a kind of fault (RFC 9110).
func status(kind fault.Kind) int {
	switch kind {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.StepUp, fault.Forbidden:
		return http.StatusForbidden
	case fault.Conflict:
		return http.StatusConflict
	case fault.Gone:
		return http.StatusGone
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Internal:
	}
	return http.StatusInternalServerError
}

// fail is the one place where an error becomes an answer.
func (s *server) fail(err error, ctx echo.Context) {
	if ctx.Response().Committed {
		return
	}
	f := asFault(err)
	if f.Kind == fault.Unavailable && f.RetryAfter == 0 {
		later := *f
		later.RetryAfter = comeBackIn
		f = &later
	}
	code := status(f.Kind)
	if errors.Is(err, echo.ErrMethodNotAllowed) { // only HTTP knows of methods
		code = http.StatusMethodNotAllowed
	}
	var answer error
	switch {
	case strings.HasPrefix(ctx.Request().URL.Path, "/api/"):
		if f.RetryAfter > 0 {
			ctx.Response().Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter.Seconds())+1))
		}
		answer = s.failJSON(ctx, err, f, code)
	case f.Kind == fault.Unauthenticated:
		answer = s.sendTo(ctx, "/sign-in")
	case f.Kind == fault.StepUp:
		answer = s.sendTo(ctx, "/confirm")
	default:
		if told := s.told(ctx, err, f, code); !s.leadToFault(ctx, err, told) {
			answer = s.tell(ctx, told)
		}
	}
	if answer != nil {
		s.Log.ErrorContext(ctx.Request().Context(), "an error could not be told", "cause", answer)
	}
}

// comeBackIn is when to ask again for what is away, if nobody knows better.
const comeBackIn = 30 * time.Second

// asFault makes a fault of Echo's own errors, of bodies that are too large, and
// of a database that is away.
func asFault(err error) *fault.Error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.New(fault.TooLarge, "fault.tooLarge")
	}
	h, ok := errors.AsType[*echo.HTTPError](err)
	switch {
	case !ok && postgres.IsAway(err):
		return fault.New(fault.Unavailable, "fault.unavailable")
	case !ok:
		return fault.New(fault.Internal, "fault.internal")
	case h.Code == http.StatusNotFound:
		return fault.New(fault.NotFound, "fault.notFound")
	case h.Code == http.StatusMethodNotAllowed:
		return fault.New(fault.Invalid, "fault.method")
	case h.Code == http.StatusRequestEntityTooLarge:
		return fault.New(fault.TooLarge, "fault.tooLarge")
	case h.Code >= http.StatusBadRequest && h.Code < http.StatusInternalServerError:
		return fault.New(fault.Invalid, "fault.invalid")
	}
	return fault.New(fault.Internal, "fault.internal")
}

// sendTo sends a person to prove who they are and brings them back.
func (s *server) sendTo(ctx echo.Context, where string) error {
	r := ctx.Request()
	if forStaff(ctx) {
		where = "/staff" + where
	}
	next, left := s.comeBack(ctx), views.FormLeft("")
	if changes(r) && !polls(r) && typed(r) {
		left = views.FormLost
		if r.Referer() != "" { // else nobody knows on which page it stood
			name, err := s.keepPosted(ctx)
			if err != nil {
				s.Log.WarnContext(r.Context(), "a form is lost on the way to a proof", "cause", err)
			}
			if name != "" {
				next, left = withParam(next, againParam, name), views.FormKept
			}
		}
	}
	to := where + "?next=" + url.QueryEscape(next)
	if left != "" {
		to += "&" + leftParam + "=" + string(left)
	}
	if polls(r) { // a redirect would be followed unseen, for the part of a page alone
		ctx.Response().Header().Set("HX-Redirect", to)
		return ctx.NoContent(http.StatusOK)
	}
	return ctx.Redirect(http.StatusSeeOther, to)
}

// leftParam tells the page of a proof what became of the form before it.
const leftParam = "form"

// typed tells whether somebody filled something in: a button alone is soon
// pressed again.
func typed(r *http.Request) bool {
	if r.ContentLength == 0 || r.ParseForm() != nil {
		return false
	}
	for field, values := range r.PostForm {
		if field != ui.NumberField && field != ui.KeptField && strings.Join(values, "") != "" {
			return true
		}
	}
	return false
}

// changes tells whether a request may change something (RFC 9110, 9.2.1).
func changes(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead
}

// polls tells whether a part of a page asks for itself anew.
func polls(r *http.Request) bool { return r.Header.Get("HX-Request") != "" }

// comeBack is the page to which a proof leads back: one that can be looked at.
// A post is not repeated behind anybody's back.
func (s *server) comeBack(ctx echo.Context) string {
	r := ctx.Request()
	switch {
	case polls(r):
		return s.pageAt(r.Header.Get("HX-Current-URL"))
	case changes(r):
		return s.pageAt(r.Referer())
	case ctx.Path() == archivePath:
		return path.Dir(r.URL.Path)
	}
	return r.URL.RequestURI()
}

// pageAt is an address as a path, if it is of ours: the page that a form or a
// link stood on. What is ours, PORTAL_URL says, for a proxy may rewrite Host.
func (s *server) pageAt(address string) string {
	from, err := url.Parse(address)
	if err != nil || from.Host != s.BaseURL.Host {
		return "/overview"
	}
	return localPath(from.RequestURI())
}

// localPath lets only a path of this portal through, never another site.
func localPath(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.ContainsAny(address, "\\\r\n") {
		return "/overview"
	}
	return address
}

func (s *server) failJSON(ctx echo.Context, err error, f *fault.Error, code int) error {
	why := sentence(f).In(s.Catalog.Into(ctx.Request().Context(), text.Fallback))
	if n, ok := errors.AsType[notWhole](err); ok {
		return ctx.JSON(code, n.kept(why))
	}
	words := s.Catalog.Into(ctx.Request().Context(), text.Fallback)
	answer := apiError{Error: why}
	for _, p := range f.Problems {
		answer.Fields = append(answer.Fields, apiProblem{p.Field, text.T(words, p.Key, p.Args...)})
	}
	return ctx.JSON(code, answer)
}

// apiError is what a program is told of a fault.
type apiError struct {
	Error  string       `json:"error"`
	Fields []apiProblem `json:"fields,omitempty"` // what to mend
}

type apiProblem struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// sentence is what a person is told of a fault.
func sentence(f *fault.Error) text.Phrase {
	args := f.Args
	if f.RetryAfter > 0 {
		args = append([]any{"Wait", max(f.RetryAfter.Round(time.Second), time.Second)}, args...)
	}
	return text.Say(cmp.Or(f.Key, "fault.internal"), args...)
}

// errorPage tells a fault. A fault that came before a route's own middleware,
// at an unknown address say, is told to the same reader in the same language.
func (s *server) errorPage(ctx echo.Context, f *fault.Error, t toldFault) views.ErrorPage {
	if !text.Chosen(ctx.Request().Context()) {
		_ = s.recognise(forAnybody)(func(echo.Context) error { return nil })(ctx) // or else the cookie and the browser tell the language
		s.useLanguage(ctx)
	}
	page := views.ErrorPage{
		Shell: s.quietShell(ctx, "error.title."+strconv.Itoa(t.Status), ""), Happened: sentence(f), Status: t.Status,
		Kept: t.Status >= http.StatusInternalServerError, Reference: t.Reference, ToDo: text.Say(t.ToDo), Action: t.On,
	}
	switch {
	case t.On.Href != "":
	case t.Staff:
		page.Action = views.Next{Label: text.Say("error.desk"), Href: "/staff"}
	default:
		page.Action = views.Next{Label: text.Say("error.home"), Href: "/"}
	}
	return page
}

// forStaff tells whether a request is for the privacy desk.
func forStaff(ctx echo.Context) bool { return strings.HasPrefix(ctx.Request().URL.Path, "/staff") }
