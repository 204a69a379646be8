package web

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
)

// mail sends a code to somebody without a password.
func (c *confirmController) mail(ctx echo.Context) error {
	form, err := bind[confirmForm](ctx)
	if err != nil {
		return err
	}
	if err := c.Accounts.AskCode(ctx.Request().Context(), person(ctx), signedIn(ctx).ID); err != nil {
		return err
	}
	trail := url.Values{"sent": {"yes"}, "next": {localPath(form.Next)}, "back": {localPath(form.Back)}}
	if form.Lost != "" {
		trail.Set("lost", form.Lost)
	}
	return ctx.Redirect(http.StatusSeeOther, "/confirm?"+trail.Encode())
}

func (c *confirmController) code(ctx echo.Context) error {
	form, err := bind[confirmForm](ctx)
	if err != nil {
		return err
	}
	session, err := c.Accounts.ProveByCode(ctx.Request().Context(), person(ctx), signedIn(ctx).ID, form.Code, token(ctx), c.visit(ctx))
	if problems, ok := fault.Fields(err); ok {
		form.Sent = true
		return c.again(ctx, "/confirm", form, problems)
	}
	if err != nil {
		return err
	}
	if err := c.startBrowserSession(ctx, session); err != nil {
		return err
	}
	return ctx.Redirect(http.StatusSeeOther, localPath(form.Next))
}
