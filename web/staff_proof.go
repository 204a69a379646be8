package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views"
)

// staffProofController asks a member of the staff once more who they are.
type staffProofController struct{ *server }

// staffProofForm is a code of somebody signed in, and where they go with it.
type staffProofForm struct {
	Code string `form:"code" json:"-"`
	Next string `form:"next" text:"none"`
	Back string `form:"back" text:"none"`
	Lost string `form:"lost" text:"none"`
}

// new asks a member of the staff who is signed in for a code.
func (c *staffProofController) new(ctx echo.Context) error {
	form, problems, ok, err := recall[staffProofForm](ctx)
	if err != nil {
		return err
	}
	if !ok {
		form = staffProofForm{Next: ctx.QueryParam("next"), Back: c.pageAt(ctx.Request().Referer()), Lost: ctx.QueryParam(leftParam)}
	}
	page := views.StaffProofPage{
		Shell: c.staffShell(ctx, "staff.proofTitle", ""), Next: staffPath(form.Next), Back: staffPath(form.Back),
		Lost: form.Lost == string(views.FormLost), Problems: words(ctx, problems),
	}
	if page.Back == page.Next || strings.HasPrefix(page.Back, "/staff/confirm") { // it would lead here again
		page.Back = "/staff"
	}
	return render(ctx, http.StatusOK, views.StaffProof(page))
}

func (c *staffProofController) create(ctx echo.Context) error {
	form, err := bind[staffProofForm](ctx)
	if err != nil {
		return err
	}
	session, err := c.Staff.Prove(ctx.Request().Context(), member(ctx).ID, form.Code, c.visit(ctx), token(ctx))
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, "/staff/confirm", form, problems)
	}
	if err != nil {
		return err
	}
	if err := c.startBrowserSession(ctx, session); err != nil {
		return err
	}
	return ctx.Redirect(http.StatusSeeOther, staffPath(form.Next))
}
