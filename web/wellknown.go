package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/register"
)

// wellKnownController answers where programs look of themselves (RFC 8615).
type wellKnownController struct{ *server }

// changePassword leads a password manager to where a password is changed (W3C,
// A Well-Known URL for Changing Passwords).
func (*wellKnownController) changePassword(ctx echo.Context) error {
	return ctx.Redirect(http.StatusSeeOther, "/security/password")
}

// securityFor is how far ahead security.txt can be relied on: less than a year
// (RFC 9116, 2.5.5).
const securityFor = 180 * 24 * time.Hour

// security tells who found a weakness whom to write to (RFC 9116).
func (c *wellKnownController) security(ctx echo.Context) error {
	lines := []string{
		"Contact: mailto:" + c.Register.Controller.ContactEmail,
		"Expires: " + c.Now().UTC().Add(securityFor).Truncate(24*time.Hour).Format(time.RFC3339),
		"Preferred-Languages: " + strings.Join(c.Catalog.Languages(), ", "),
		fmt.Sprintf("Canonical: %s/.well-known/security.txt", c.BaseURL),
	}
	return ctx.String(http.StatusOK, strings.Join(lines, "\n")+"\n")
}

// gpc tells whether a browser's signal is honoured, and since which day (Global
// Privacy Control, 4.1): as the policy in force says.
func (c *wellKnownController) gpc(ctx echo.Context) error {
	reads := c.Reads()
	published := c.Notices.ReadPublished(reads)
	if err := reads.Send(ctx.Request().Context()); err != nil {
		return err
	}
	current, _ := c.Notices.Current(*published)
	return ctx.JSON(http.StatusOK, struct {
		GPC  bool   `json:"gpc"`
		Last string `json:"lastUpdate"`
	}{slices.ContainsFunc(c.Register.Topics, func(t register.Topic) bool { return t.Signal }), current.Effective.String()})
}
