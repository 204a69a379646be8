package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

// requestCheckController is where somebody looks their answers over before
// they send them.
type requestCheckController struct{ *requestController }

// create goes on to where the answers are looked over, or back to mend them.
func (c *requestCheckController) create(ctx echo.Context) error {
	form, err := bindAsk(ctx)
	if err != nil {
		return err
	}
	kind, err := c.kind(ctx)
	if err != nil {
		return err
	}
	items, err := c.items(ctx.Request().Context(), person(ctx), form)
	if err == nil {
		err = c.Requests.CheckAsked(ctx.Request().Context(), person(ctx), kind, form.Message, items)
	}
	if problems, ok := form.problems(err); ok {
		return c.again(ctx, newRequestAt(kind), form, problems)
	}
	if err != nil {
		return err
	}
	name, err := c.keepTyped(ctx, form, nil)
	if err != nil {
		return err
	}
	if err := c.setDraft(ctx, newRequestAt(kind), name); err != nil {
		return err
	}
	return c.onward(ctx, withParam(newRequestAt(kind)+"/check", againParam, name), http.StatusOK)
}

// show is the answers before they are sent.
func (c *requestCheckController) show(ctx echo.Context) error {
	form, _, ok, err := recall[askForm](ctx)
	if err != nil {
		return err
	}
	kind, err := c.kind(ctx)
	if err != nil {
		return err
	}
	at := newRequestAt(kind)
	if !ok { // sent already, or it is some time ago
		return ctx.Redirect(http.StatusSeeOther, at)
	}
	r := ctx.Request().Context()
	due, err := c.Requests.Clock(r, person(ctx), kind.ID)
	if err != nil {
		return err
	}
	items, err := c.items(r, person(ctx), form)
	if problems, ok := form.problems(err); ok { // it changed meanwhile
		return c.again(ctx, at, form, problems)
	}
	if err != nil {
		return err
	}
	if err := c.Requests.CheckAsked(r, person(ctx), kind, form.Message, items); err != nil { // it notes what stands there
		return ctx.Redirect(http.StatusSeeOther, at)
	}
	return render(ctx, http.StatusOK, views.RequestCheck(views.RequestCheckPage{
		Shell: c.shell(ctx, "request.checkTitle", "requests"), Action: at, Change: at + "/change",
		Kind: kind.Name.In(text.Lang(r)), Message: form.Message, Deed: views.Deed(kind.Deed), Items: c.aboutItems(r, items), Hidden: form.hidden(), Due: due.Day.Time(), Why: dueSteps(r, due.Why),
	}))
}
