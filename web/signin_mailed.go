package web

import (
	"net/http"
	"net/url"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

const signInByMail = "/sign-in/by-mail"

// mailedSignInController signs in whoever asked for something without an account: by a
// link that is mailed to them, and works once. No GET changes anything.
type mailedSignInController struct{ *server }

type mailedSignInForm struct {
	Email string `form:"email"`
	Next  string `form:"next" text:"none"`
}

// onTo is what an address carries of where to go on.
func onTo(next string) string { return "?next=" + url.QueryEscape(localPath(next)) }

func (c *mailedSignInController) new(ctx echo.Context) error {
	next := ctx.QueryParam("next")
	if person(ctx) != uuid.Nil {
		return ctx.Redirect(http.StatusSeeOther, localPath(next))
	}
	form, problems, _, err := recall[mailedSignInForm](ctx)
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.SignInByMail(views.SignInByMailPage{
		Shell: c.shell(ctx, "visitor.signInTitle", ""), Email: form.Email, Next: localPath(next), Problems: words(ctx, problems),
	}))
}

func (c *mailedSignInController) create(ctx echo.Context) error {
	form, err := bind[mailedSignInForm](ctx)
	if err != nil {
		return err
	}
	err = c.Accounts.AskSignIn(ctx.Request().Context(), form.Email, c.visit(ctx), onTo(form.Next))
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, signInByMail+onTo(form.Next), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirectWithForm(ctx, signInByMail+"/sent", emailForm{form.Email}, nil)
}

// sent says the same to everybody, whatever the address is to us.
func (c *mailedSignInController) sent(ctx echo.Context) error {
	return c.checkMail(ctx, "visitor.checkLink", signInByMail)
}

// edit asks for a press: opening a link proves nothing, since mail scanners do that too.
func (c *mailedSignInController) edit(ctx echo.Context) error {
	ctx.Response().Header().Set("X-Robots-Tag", "noindex")
	email, err := c.Accounts.SignInWaits(ctx.Request().Context(), ctx.Param(tokenParam))
	if err != nil {
		return c.gone(err)
	}
	page := views.SignInLinkPage{
		Shell: c.shell(ctx, "visitor.signInTitle", ""), Email: address.Show(email), Next: localPath(ctx.QueryParam("next")),
		Action: signInByMail + "/" + url.PathEscape(ctx.Param(tokenParam)),
	}
	page.Shell.Address = c.BaseURL.String() + signInByMail // paper does not print the link
	return render(ctx, http.StatusOK, views.SignInLink(page))
}

type onwardForm struct {
	Next string `form:"next" text:"none"`
}

func (c *mailedSignInController) update(ctx echo.Context) error {
	form, err := bind[onwardForm](ctx)
	if err != nil {
		return err
	}
	session, err := c.Accounts.SignInByLink(ctx.Request().Context(), ctx.Param(tokenParam), c.visit(ctx), token(ctx))
	if err != nil {
		return c.gone(err)
	}
	if err := c.startBrowserSession(ctx, session); err != nil {
		return err
	}
	return ctx.Redirect(http.StatusSeeOther, localPath(form.Next))
}

// gone says how to get a link that works.
func (*mailedSignInController) gone(err error) error {
	if !fault.Is(err, fault.Gone) {
		return err
	}
	return wayOn{err, "visitor.linkGone", views.Next{Label: text.Say("visitor.signInButton"), Href: signInByMail}}
}
