package web

import (
	"net/http"
	"net/url"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views"
)

// sessionController is signing in and out.
type sessionController struct{ *server }

type signInForm struct {
	Email    string `form:"email"`
	Password string `form:"password" json:"-" text:"none"`
	Next     string `form:"next" text:"none"`
}

func (c *sessionController) new(ctx echo.Context) error {
	if person(ctx) != uuid.Nil {
		return ctx.Redirect(http.StatusSeeOther, localPath(ctx.QueryParam("next")))
	}
	form, problems, ok, err := recall[signInForm](ctx)
	if err != nil {
		return err
	}
	if !ok {
		form.Next = ctx.QueryParam("next")
	}
	page := c.page(ctx, form, problems)
	if left := views.FormLeft(ctx.QueryParam(leftParam)); left == views.FormKept || left == views.FormLost {
		page.SignedOut = left
	}
	return render(ctx, http.StatusOK, views.SignIn(page))
}

func (c *sessionController) create(ctx echo.Context) error {
	form, err := bind[signInForm](ctx)
	if err != nil {
		return err
	}
	session, err := c.Accounts.SignIn(ctx.Request().Context(), form.Email, form.Password, c.visit(ctx), token(ctx))
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, signInTo(form.Next), form, problems)
	}
	if err != nil {
		return err
	}
	if err := c.startBrowserSession(ctx, session); err != nil {
		return err
	}
	if len(ctx.Cookies()) == 0 { // it may be one that keeps none
		return ctx.Redirect(http.StatusSeeOther, "/sign-in/done?next="+url.QueryEscape(localPath(form.Next)))
	}
	return ctx.Redirect(http.StatusSeeOther, localPath(form.Next))
}

// done sees whether the browser kept the session that it was given.
func (c *sessionController) done(ctx echo.Context) error {
	next := localPath(ctx.QueryParam("next"))
	if person(ctx) == uuid.Nil {
		return ctx.Redirect(http.StatusSeeOther, withParam(signInTo(next), cookiesParam, "none"))
	}
	return ctx.Redirect(http.StatusSeeOther, next)
}

// cookiesParam asks a page to say that the browser sends no cookies back.
const cookiesParam = "cookies"

// signInTo is where to sign in and go on from.
func signInTo(next string) string {
	return "/sign-in?next=" + url.QueryEscape(localPath(next))
}

func (c *sessionController) destroy(ctx echo.Context) error {
	if err := c.Accounts.SignOut(ctx.Request().Context(), token(ctx)); err != nil {
		return err
	}
	ctx.SetCookie(c.cookie(sessionCookie, "", -1))
	return ctx.Redirect(http.StatusSeeOther, "/")
}

func (c *sessionController) page(ctx echo.Context, form signInForm, problems fault.Problems) views.SignInPage {
	return views.SignInPage{
		Shell: c.shell(ctx, "account.signInTitle", ""), Email: form.Email, Next: localPath(form.Next), Problems: words(ctx, problems),
		Services: c.serviceButtons(localPath(form.Next)),
	}
}
