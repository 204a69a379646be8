package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// The cookies that the portal sets, by the names that they have without a
// prefix. All are made by cookie and read by cookieValue.
const (
	sessionCookie = "session"
	langCookie    = "lang"
	themeCookie   = "theme"
	zoneCookie    = "zone"
	// tooYoungCookie keeps the next answer to the question of age from being
	// a guess at what we want to hear. It says nothing about anybody.
	tooYoungCookie = "later"
	// serviceCookie holds the secret of a browser that is on its way to a
	// sign-in service and back, so that nobody can finish there what another
	// has begun.
	serviceCookie = "sso"
	// browserCookie tells which accounts a browser has been used for: sealed,
	// so that nobody can read or make one.
	browserCookie = "browser"
)

const yearLong = 365 * 24 * time.Hour

// cookieName is how a cookie is called on the wire. Over TLS its prefix has
// the browser keep everybody else's hands off it: no sibling host and no page
// without TLS can set or shadow it (RFC 6265bis, section 4.1.3.2).
func (s *server) cookieName(name string) string {
	if s.secure() {
		return "__Host-" + name
	}
	return name // plain HTTP on loopback: the prefix is for TLS alone
}

// cookie makes every cookie that the portal sets. It lasts for life, or while
// the browser runs if life is 0; a negative life deletes it.
func (s *server) cookie(name, value string, life time.Duration) *http.Cookie {
	c := &http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(life.Seconds()),
		Secure: s.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	if life < 0 {
		c.MaxAge = -1
	}
	return c
}

// cookieValue is what the browser sent of a cookie, "" for nothing.
func (s *server) cookieValue(ctx echo.Context, name string) string {
	c, err := ctx.Cookie(s.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}
