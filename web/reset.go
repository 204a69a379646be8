package web

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

// forgotController mails a link to whoever forgot a password; resetController is
// what the link leads to.
type (
	forgotController struct{ *server }
	resetController  struct{ *server }
)

type emailForm struct {
	Email string `form:"email"`
}

func (c *forgotController) new(ctx echo.Context) error {
	form, problems, _, err := recall[emailForm](ctx)
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.Forgot(views.ForgotPage{
		Shell: c.shell(ctx, "account.forgotTitle", ""), Email: form.Email, Problems: words(ctx, problems),
	}))
}

func (c *forgotController) create(ctx echo.Context) error {
	form, err := bind[emailForm](ctx)
	if err != nil {
		return err
	}
	err = c.Accounts.AskReset(ctx.Request().Context(), form.Email, c.visit(ctx))
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, "/forgot", form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirectWithForm(ctx, "/forgot/sent", form, nil)
}

// sent says the same to everybody, whatever the address is to us.
func (c *forgotController) sent(ctx echo.Context) error {
	return c.checkMail(ctx, "account.checkReset", "/forgot")
}

type passwordForm struct {
	Password string `form:"password" json:"-" text:"none"`
}

func (c *resetController) edit(ctx echo.Context) error {
	email, err := c.Accounts.ResetWaits(ctx.Request().Context(), ctx.Param("token"))
	if fault.Is(err, fault.Gone) {
		return c.gone(err)
	}
	if err != nil {
		return err
	}
	_, problems, _, err := recall[passwordForm](ctx)
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.NewPassword(views.NewPasswordPage{
		Shell: c.shell(ctx, "account.resetTitle", ""), Action: "/reset/" + url.PathEscape(ctx.Param("token")), Email: address.Show(email), Problems: words(ctx, problems),
	}))
}

func (c *resetController) update(ctx echo.Context) error {
	form, err := bind[passwordForm](ctx)
	if err != nil {
		return err
	}
	id, err := c.Accounts.Reset(ctx.Request().Context(), ctx.Param("token"), form.Password, c.visit(ctx))
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if fault.Is(err, fault.Gone) {
		return c.gone(err)
	}
	if err != nil {
		return err
	}
	if err := c.rememberBrowserOf(ctx, id); err != nil {
		return err
	}
	return c.redirect(ctx, "/sign-in", "account.resetDone")
}

// gone says how to get a link that works.
func (*resetController) gone(err error) error {
	return wayOn{err, "account.resetGone", views.Next{Label: text.Say("account.forgotTitle"), Href: "/forgot"}}
}

// checkMail is the page after a mail was asked for. What it says of the mail
// is the same for everybody.
func (s *server) checkMail(ctx echo.Context, key, form string) error {
	typed, _, ok, err := recall[emailForm](ctx)
	if err != nil {
		return err
	}
	shell := s.shell(ctx, key+".title", "")
	if !ok && !shell.NoCookies { // it is some time ago
		return ctx.Redirect(http.StatusSeeOther, form)
	}
	return render(ctx, http.StatusOK, views.Message(views.MessagePage{Shell: shell, Of: key, Args: []any{"Email", typed.Email}, Mailed: true}))
}
