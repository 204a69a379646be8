package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

// requestCheckController is where somebody looks their answers over before
// they send them.
type requestCheckController struct{ *requestController }

// create goes on to where the answers are looked over, or back to mend them.
func (c *requestCheckController) create(ctx echo.Context) error {
	form, err := bind[messageForm](ctx)
	if err != nil {
		return err
	}
	kind, err := c.kind(ctx)
	if err != nil {
		return err
	}
	if problems := request.MessageProblems(kind, form.Message); len(problems) > 0 {
		return c.again(ctx, newRequestAt(kind), form, problems)
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
	form, _, ok, err := recall[messageForm](ctx)
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
	return render(ctx, http.StatusOK, views.RequestCheck(views.RequestCheckPage{
		Shell: c.shell(ctx, "request.checkTitle", "requests"), Action: at, Change: at + "/change",
		Kind: kind.Name.In(text.Lang(r)), Message: form.Message, Due: due.Day.Time(), Why: dueSteps(r, due.Why),
	}))
}
