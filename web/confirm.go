package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/views"
)

// confirmController asks for a fresh proof of who somebody is.
type confirmController struct{ *server }

// confirmForm is a proof, and where one came from and goes to.
type confirmForm struct {
	Password string `form:"password" json:"-" text:"none"`
	Code     string `form:"code" json:"-"`
	Next     string `form:"next" text:"none"`
	Back     string `form:"back" text:"none"`
	Lost     string `form:"lost" text:"none"`
	Sent     bool   `form:"-"` // a code by mail
}

func (c *confirmController) new(ctx echo.Context) error {
	r := ctx.Request()
	form := confirmForm{
		Next: localPath(ctx.QueryParam("next")), Back: ctx.QueryParam("back"),
		Lost: ctx.QueryParam(leftParam), Sent: ctx.QueryParam("sent") != "",
	}
	typed, problems, ok, err := recall[confirmForm](ctx)
	if err != nil {
		return err
	}
	if ok {
		return c.form(ctx, typed, problems)
	}
	if form.Back == "" {
		form.Back = c.pageAt(r.Referer())
	}
	if form.Back == form.Next || strings.HasPrefix(form.Back, "/confirm") { // it would lead here again
		form.Back = "/overview"
	}
	return c.form(ctx, form, nil)
}

func (c *confirmController) create(ctx echo.Context) error {
	form, err := bind[confirmForm](ctx)
	if err != nil {
		return err
	}
	session, err := c.Accounts.Prove(ctx.Request().Context(), person(ctx), form.Password, token(ctx), c.visit(ctx))
	if problems, ok := fault.Fields(err); ok {
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

func (c *confirmController) form(ctx echo.Context, form confirmForm, problems fault.Problems) error {
	reads := c.Reads()
	has := c.Accounts.ReadHasPassword(reads, person(ctx))
	links := c.SSO.ReadLinks(reads, person(ctx))
	if err := reads.Send(ctx.Request().Context()); err != nil {
		return err
	}
	page := views.ConfirmPage{
		Shell: c.shell(ctx, "account.confirmTitle", ""), Next: localPath(form.Next), Back: localPath(form.Back), Lost: form.Lost == string(views.FormLost), Sent: form.Sent,
		HasPassword: *has, Email: address.Show(signedIn(ctx).Address), Problems: words(ctx, problems),
	}
	for _, w := range sso.Ways(*links) {
		page.Services = append(page.Services, serviceButton("/confirm/with/", w.Provider, w.Name, page.Next))
	}
	return render(ctx, http.StatusOK, views.Confirm(page))
}
