package web

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
)

type mailedCodeForm struct {
	Code string `form:"code"`
	Next string `form:"next"`
}

// mailCode sends a code to somebody without a password.
func (c *accountController) mailCode(ctx echo.Context) error {
	form, err := bind[mailedCodeForm](ctx)
	if err != nil {
		return err
	}
	if err := c.Accounts.AskCode(ctx.Request().Context(), person(ctx), signedIn(ctx).ID); err != nil {
		return err
	}
	return ctx.Redirect(http.StatusSeeOther, "/confirm?sent=yes&next="+url.QueryEscape(localPath(form.Next)))
}

func (c *accountController) confirmByCode(ctx echo.Context) error {
	form, err := bind[mailedCodeForm](ctx)
	if err != nil {
		return err
	}
	session, err := c.Accounts.ProveByCode(ctx.Request().Context(), person(ctx), signedIn(ctx).ID, form.Code, token(ctx))
	if problems, ok := fault.Fields(err); ok {
		return c.showConfirm(ctx, http.StatusUnprocessableEntity, form.Next, problems)
	}
	if err != nil {
		return err
	}
	c.hand(ctx, session)
	return ctx.Redirect(http.StatusSeeOther, localPath(form.Next))
}
