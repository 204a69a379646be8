package web

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views"
)

// sessionController is signing in and out.
type sessionController struct{ *server }

type signInForm struct {
	Email    string `form:"email"`
	Password string `form:"password"`
	Next     string `form:"next"`
}

func (c *sessionController) new(ctx echo.Context) error {
	if person(ctx) != uuid.Nil {
		return ctx.Redirect(http.StatusSeeOther, localPath(ctx.QueryParam("next")))
	}
	return render(ctx, http.StatusOK, views.SignIn(c.page(ctx, signInForm{Next: ctx.QueryParam("next")}, nil)))
}

func (c *sessionController) create(ctx echo.Context) error {
	form, err := bind[signInForm](ctx)
	if err != nil {
		return err
	}
	session, err := c.Accounts.SignIn(ctx.Request().Context(), form.Email, form.Password, c.visit(ctx), token(ctx))
	if problems, ok := fault.Fields(err); ok {
		return render(ctx, http.StatusUnprocessableEntity, views.SignIn(c.page(ctx, form, problems)))
	}
	if err != nil {
		return err
	}
	if err := c.hand(ctx, session); err != nil {
		return err
	}
	return ctx.Redirect(http.StatusSeeOther, localPath(form.Next))
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
