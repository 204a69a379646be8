package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/views/text"
)

// contentPolicy is what pages live under: nothing inline, nothing from
// elsewhere. A form may lead to the sign-in services alone: browsers hold
// form-action against the redirects that follow a form, too.
func contentPolicy(formOrigins []string) string {
	return strings.Replace(pagePolicy, "form-action 'self'", strings.Join(append([]string{"form-action 'self'"}, formOrigins...), " "), 1)
}

const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; font-src 'self'; manifest-src 'self'"

// maxForm is what a form may weigh, in bytes. Imports have a limit of their own.
const maxForm = 1 << 20

const requestIDKey = "request id"

// logRequests gives each request an id and writes one line about it: the route,
// never the address, which may name a person or hold a token.
func (s *server) logRequests(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		started := s.Now()
		id := uuid.NewString()[:8]
		ctx.Set(requestIDKey, id)
		err := next(ctx)
		if err != nil {
			ctx.Error(err)
		}
		took := s.Now().Sub(started)
		if s.Observe != nil {
			s.Observe(ctx.Request().Method, ctx.Path(), ctx.Response().Status, took)
		}
		level := slog.LevelInfo
		if ctx.Response().Status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		attrs := []slog.Attr{
			slog.String("request", id), slog.String("method", ctx.Request().Method), slog.String("route", ctx.Path()),
			slog.Int("status", ctx.Response().Status), slog.Duration("took", took),
		}
		if err != nil {
			attrs = append(attrs, slog.String("cause", err.Error()))
		}
		s.Log.LogAttrs(ctx.Request().Context(), level, "request", attrs...)
		return nil
	}
}

func (s *server) recoverPanics(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) (err error) {
		defer func() {
			r := recover()
			if r == nil {
				return
			}
			if r == http.ErrAbortHandler { //nolint:errorlint // a sentinel that is compared, as net/http does
				panic(r)
			}
			s.Log.ErrorContext(ctx.Request().Context(), "panic", "route", ctx.Path(), "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", r)
		}()
		return next(ctx)
	}
}

func (s *server) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		h := ctx.Response().Header()
		h.Set("Content-Security-Policy", s.policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // links carry tokens: nobody else hears of them
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
		if s.secure() {
			h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
		}
		return next(ctx)
	}
}

// limitBody bounds what is read of a request; the API's routes have a larger
// bound of their own.
func limitBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		r := ctx.Request()
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			r.Body = http.MaxBytesReader(ctx.Response(), r.Body, maxForm)
		}
		return next(ctx)
	}
}

// refuseUnstorable refuses an address with characters that PostgreSQL can't hold; bind
// refuses forms with them.
func refuseUnstorable(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		u := ctx.Request().URL
		if !input.Storable(u.Path) || !storableAll(u.Query()) {
			return fault.New(fault.Invalid, "fault.characters")
		}
		return next(ctx)
	}
}

func storableAll(values url.Values) bool {
	for _, list := range values {
		if slices.ContainsFunc(list, func(v string) bool { return !input.Storable(v) }) {
			return false
		}
	}
	return true
}

// localize puts the reader's language into the request.
func (s *server) localize(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		s.useLanguage(ctx)
		return next(ctx)
	}
}

// useLanguage finds the reader's language and zone: their own choice, then the
// browser's.
func (s *server) useLanguage(ctx echo.Context) {
	chosen := ctx.QueryParam("lang")
	if v, ok := visitorOf(ctx); ok && chosen == "" {
		chosen = v.session.Lang
	}
	if chosen == "" {
		chosen = s.cookieValue(ctx, langCookie)
	}
	if _, ok := text.ParseZone(s.cookieValue(ctx, zoneCookie)); ok {
		ctx.Set(zoneCookie, s.cookieValue(ctx, zoneCookie))
	}
	r := ctx.Request()
	lang := s.Catalog.Match(chosen, r.Header.Get("Accept-Language"))
	ctx.SetRequest(r.WithContext(text.Reading(s.Catalog.Into(r.Context(), lang), s.zoneOf(ctx), s.Now())))
	ctx.Response().Header().Add("Vary", "Accept-Language, Cookie")
}

// within bounds how long a request may hold the database.
func within(d time.Duration) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(ctx echo.Context) error {
			r := ctx.Request()
			limited, cancel := context.WithTimeout(r.Context(), d)
			defer cancel()
			ctx.SetRequest(r.WithContext(limited))
			err := next(ctx)
			// An error has still to be told, however late it is.
			ctx.SetRequest(ctx.Request().WithContext(context.WithoutCancel(ctx.Request().Context())))
			return err
		}
	}
}
