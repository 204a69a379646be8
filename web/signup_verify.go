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

// verificationController takes the password that begins an account, behind the
// link that proves its address.
type verificationController struct{ *server }

// newVerify asks for the password: opening a link proves nothing, since mail
// scanners do that too.
func (c *verificationController) new(ctx echo.Context) error {
	_, problems, _, err := recall[passwordForm](ctx)
	if err != nil {
		return err
	}
	return c.form(ctx, problems)
}

func (c *verificationController) create(ctx echo.Context) error {
	form, err := bind[passwordForm](ctx)
	if err != nil {
		return err
	}
	session, err := c.Accounts.ConfirmSignUp(ctx.Request().Context(), ctx.Param("token"), form.Password, c.visit(ctx), token(ctx))
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if fault.Is(err, fault.Gone) {
		return c.gone(err)
	}
	if err != nil {
		return err
	}
	if err := c.startBrowserSession(ctx, session); err != nil {
		return err
	}
	return c.toFirstPage(ctx, session, "/overview")
}

func (c *verificationController) form(ctx echo.Context, problems fault.Problems) error {
	email, err := c.Accounts.SignUpWaits(ctx.Request().Context(), ctx.Param("token"))
	if fault.Is(err, fault.Gone) {
		return c.gone(err)
	}
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.Verify(views.VerifyPage{
		Shell: c.shell(ctx, "account.verifyTitle", ""), Action: "/verify/" + url.PathEscape(ctx.Param("token")), Email: address.Show(email), Problems: words(ctx, problems),
	}))
}

// gone says that the account may be there already.
func (*verificationController) gone(err error) error {
	return wayOn{err, "account.verifyGone", views.Next{Label: text.Say("account.signInButton"), Href: "/sign-in"}}
}
