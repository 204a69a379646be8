package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
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
	if f.RetryAfter > 0 {
		ctx.Response().Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter.Seconds())+1))
	}
	var answer error
	switch {
	case strings.HasPrefix(ctx.Request().URL.Path, "/api/"):
		answer = s.failJSON(ctx, f)
	case f.Kind == fault.Unauthenticated:
		answer = s.sendTo(ctx, "/sign-in")
	case f.Kind == fault.StepUp:
		answer = s.sendTo(ctx, "/confirm")
	default:
		answer = s.failPage(ctx, f)
	}
	if answer != nil {
		s.Log.ErrorContext(ctx.Request().Context(), "an error could not be told", "cause", answer)
	}
}

// asFault makes a fault of Echo's own errors and of bodies that are too large.
func asFault(err error) *fault.Error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.New(fault.TooLarge, "fault.tooLarge")
	}
	h, ok := errors.AsType[*echo.HTTPError](err)
	switch {
	case !ok:
		return fault.New(fault.Internal, "fault.internal")
	case h.Code == http.StatusNotFound || h.Code == http.StatusMethodNotAllowed:
		return fault.New(fault.NotFound, "fault.notFound")
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
	next := r.URL.RequestURI()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		next = formPage(r) // back to the form: a post is not repeated behind anybody's back
	}
	if strings.HasPrefix(r.URL.Path, "/staff") && where == "/sign-in" {
		where = "/staff/sign-in"
	}
	return ctx.Redirect(http.StatusSeeOther, where+"?next="+url.QueryEscape(next))
}

// formPage is the page of ours that a form stood on.
func formPage(r *http.Request) string {
	from, err := url.Parse(r.Referer())
	if err != nil || from.Host != r.Host {
		return "/overview"
	}
	return localPath(from.RequestURI())
}

// localPath lets only a path of this portal through, never another site.
func localPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return "/overview"
	}
	return path
}

func (s *server) failJSON(ctx echo.Context, f *fault.Error) error {
	c := s.Voices.Into(ctx.Request().Context(), text.Fallback)
	return ctx.JSON(status(f.Kind), map[string]any{"error": sentence(ctx, f, func(key string, args ...any) string { return text.T(c, key, args...) })})
}

// sentence is what a person is told of a fault.
func sentence(ctx echo.Context, f *fault.Error, say func(string, ...any) string) string {
	args := f.Args
	if f.RetryAfter > 0 {
		wait := max(f.RetryAfter.Round(time.Second), time.Second)
		args = append([]any{"Wait", text.Duration(ctx.Request().Context(), wait)}, args...)
	}
	key := f.Key
	if key == "" {
		key = "fault.internal"
	}
	return say(key, args...)
}

func (s *server) failPage(ctx echo.Context, f *fault.Error) error {
	if text.Lang(ctx.Request().Context()) == text.Fallback { // before speak ran, say
		lang := s.Voices.Match("", ctx.Request().Header.Get("Accept-Language"))
		ctx.SetRequest(ctx.Request().WithContext(s.Voices.Into(ctx.Request().Context(), lang)))
	}
	c := ctx.Request().Context()
	say := func(key string, args ...any) string { return text.T(c, key, args...) }
	code := status(f.Kind)
	shell := s.quietShell(ctx, "", "")
	shell.Title = text.T(c, "error.title."+strconv.Itoa(code))
	page := views.ErrorPage{
		Shell: shell, Happened: sentence(ctx, f, say), ToDo: text.T(c, "error.todo."+strconv.Itoa(code)),
		Action: ui.Link{Label: text.T(c, "error.home"), Href: "/"},
	}
	if code >= http.StatusInternalServerError {
		page.Kept = text.T(c, "error.kept")
		page.Reference, _ = ctx.Get(requestIDKey).(string)
	}
	if ctx.Request().Method == http.MethodHead {
		return ctx.NoContent(code)
	}
	return render(ctx, code, views.Error(page))
}
