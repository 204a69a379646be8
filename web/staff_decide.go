package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

type (
	staffApprovalController struct{ *server }
	staffRefusalController  struct{ *server }
)

type approvalForm struct {
	Decision string `form:"decision" text:"service"`
	Seen     string `form:"seen" text:"none"`
}

type refusalForm struct {
	Code  string `form:"code"`
	Words string `form:"words" text:"service"`
	Seen  string `form:"seen" text:"none"`
}

func (c *staffApprovalController) new(ctx echo.Context) error {
	form, problems, _, err := recall[approvalForm](c.server, ctx)
	if err != nil {
		return err
	}
	one, err := c.request(ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	whose, err := c.Accounts.Person(r, one.PersonID)
	if err != nil {
		return err
	}
	at := "/staff/requests/" + one.ID.String()
	page := views.StaffApprovePage{
		Shell: c.staffShell(ctx, "staff.approveTitle", "staffQueue", "Reference", one.Reference), Reference: one.Reference, Action: at + "/approve", Back: at,
		Erasure: one.Kind == request.Erasure, Lang: whose.Lang, Words: form.Decision, Problems: words(ctx, problems),
	}
	now, err := c.Requests.Seen(r, member(ctx), one)
	if err != nil {
		return err
	}
	page.Seen = seenAgain(form.Seen, problems, now)
	return render(ctx, http.StatusOK, views.StaffApprove(page))
}

func (c *staffApprovalController) create(ctx echo.Context) error {
	form, err := bind[approvalForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	err = c.Requests.Approve(ctx.Request().Context(), member(ctx), id, request.Approval{Words: form.Decision, Seen: form.Seen})
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/requests/"+id.String(), "staff.approved")
}

// new asks for the reason, and with one in the address shows the words
// that the register has for it, in the person's language.
func (c *staffRefusalController) new(ctx echo.Context) error {
	form, problems, ok, err := recall[refusalForm](c.server, ctx)
	if err != nil {
		return err
	}
	if !ok {
		form.Code = ctx.QueryParam("code")
	}
	one, err := c.request(ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	whose, err := c.Accounts.Person(r, one.PersonID)
	if err != nil {
		return err
	}
	at := "/staff/requests/" + one.ID.String()
	page := views.StaffRefusePage{
		Shell: c.staffShell(ctx, "staff.refuseTitle", "staffQueue", "Reference", one.Reference), Reference: one.Reference, Action: at + "/refuse", Back: at, Lang: whose.Lang,
		Words: form.Words, Privacy: c.Register.Controller.PrivacyEmail, Problems: words(ctx, problems),
	}
	now, err := c.Requests.Seen(r, member(ctx), one)
	if err != nil {
		return err
	}
	page.Seen = seenAgain(form.Seen, problems, now)
	for _, refusal := range c.Register.RefusalsFor(one.Kind, one.Jurisdiction) {
		chosen := refusal.Code == form.Code
		page.Reasons = append(page.Reasons, ui.Option{Value: refusal.Code, Label: refusal.Name.In(text.Lang(r)), Selected: chosen})
		if !chosen {
			continue
		}
		page.Code, page.Law = refusal.Code, c.Register.RefusalLaw(refusal.Code, one.Kind, one.Jurisdiction, text.Lang(r))
		if page.Words == "" && !ok {
			page.Words = refusal.Text.In(whose.Lang)
		}
	}
	if page.Authorities, err = c.authorities(r, one.PersonID); err != nil {
		return err
	}
	if page.Code == "" && ctx.QueryParams().Has("code") && len(problems) == 0 {
		page.Problems = words(ctx, fault.Problems{fault.Field("code", "request.codeMissing")})
		return render(ctx, http.StatusUnprocessableEntity, views.StaffRefuse(page))
	}
	return render(ctx, http.StatusOK, views.StaffRefuse(page))
}

func (c *staffRefusalController) create(ctx echo.Context) error {
	form, err := bind[refusalForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	err = c.Requests.Refuse(ctx.Request().Context(), member(ctx), id, request.Refusal{Code: form.Code, Words: form.Words, Seen: form.Seen})
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/requests/"+id.String(), "staff.refused")
}
