package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
)

// browses tells a browser from a program that posts a form: every browser asks
// for HTML by its name when a form leads it on.
func browses(r *http.Request) bool {
	return strings.Contains(r.Header.Get(echo.HeaderAccept), echo.MIMETextHTML)
}

// onward leads a browser to the page at address. A program, which has no Back
// and may not follow, gets the page at once, and from code whether its form was
// taken (200) or has something to mend in it (422).
func (s *server) onward(ctx echo.Context, address string, code int) error {
	if browses(ctx.Request()) {
		return ctx.Redirect(http.StatusSeeOther, address)
	}
	to, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("going on to a page: %w", err)
	}
	answer := ctx.Response()
	r := ctx.Request().Clone(bare{ctx.Request().Context()})
	r.Method, r.URL, r.Body, r.ContentLength, r.Form, r.PostForm = http.MethodGet, to, http.NoBody, 0, nil, nil
	r.Header.Del(echo.HeaderContentType)
	for _, cookie := range (&http.Response{Header: answer.Header()}).Cookies() { // of a guest's session that has just begun
		r.AddCookie(cookie)
	}
	answer.Status, answer.Committed = code, true
	ctx.Echo().ServeHTTP(coded{answer.Writer, code}, r)
	return nil
}

// bare ends with a request and knows nothing of it: what its post has found out,
// such as that it came without a session, is asked anew.
type bare struct{ context.Context } //nolint:containedctx // it is one

func (bare) Value(any) any { return nil }

// coded is an answer whose success has a code of its own.
type coded struct {
	http.ResponseWriter
	code int
}

func (c coded) WriteHeader(code int) {
	if code == http.StatusOK {
		code = c.code
	}
	c.ResponseWriter.WriteHeader(code)
}

// Unwrap lets the standard library reach what lies below.
func (c coded) Unwrap() http.ResponseWriter { return c.ResponseWriter }
