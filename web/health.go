package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
)

const brandPath = "/brand.css"

type healthController struct{ *server }

// alive says that the process runs.
func (*healthController) alive(ctx echo.Context) error {
	return ctx.String(http.StatusOK, "alive\n")
}

// ready says that the database answers too.
func (c *healthController) ready(ctx echo.Context) error {
	if err := c.DB.Pool.Ping(ctx.Request().Context()); err != nil {
		return fault.Wrap(err, fault.Unavailable, "fault.unavailable")
	}
	return ctx.String(http.StatusOK, "ready\n")
}

// brand is the operator's accent as a stylesheet.
func (s *server) brand(ctx echo.Context) error {
	ctx.Response().Header().Set("Cache-Control", "max-age="+cacheFor(10*time.Minute))
	return ctx.Blob(http.StatusOK, "text/css; charset=utf-8", []byte(s.brandCSS))
}
