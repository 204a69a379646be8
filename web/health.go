package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
)

const brandPath = "/brand.css"

type healthController struct{ *server }

// healthz says that the process runs.
func (*healthController) healthz(ctx echo.Context) error {
	return ctx.String(http.StatusOK, "alive\n")
}

// readyTime is how long the database may take to answer whoever asks for it.
const readyTime = 2 * time.Second

// readyz says that the database answers too, and what an operator should mend.
func (c *healthController) readyz(ctx echo.Context) error {
	bounded, cancel := context.WithTimeout(ctx.Request().Context(), readyTime)
	defer cancel()
	if err := c.Ready(bounded); err != nil {
		return fault.Wrap(err, fault.Unavailable, "fault.unavailable")
	}
	warnings := slices.Clone(c.Warnings)
	if c.unlisted.Load() {
		warnings = append(warnings, unlistedWarning)
	}
	said := "ready\n"
	for _, w := range warnings {
		said += "warning: " + w + ".\n"
	}
	return ctx.String(http.StatusOK, said)
}

// brand is the operator's accent as a stylesheet.
func (s *server) brand(ctx echo.Context) error {
	ctx.Response().Header().Set("Cache-Control", "max-age="+cacheFor(10*time.Minute))
	return ctx.Blob(http.StatusOK, "text/css; charset=utf-8", []byte(s.brandCSS))
}
