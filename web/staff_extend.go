package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/views"
)

// staffExtendController is where staff say that an answer takes longer.
type staffExtendController struct{ *server }

type extendForm struct {
	Words string `form:"words" text:"service"`
	Seen  string `form:"seen" text:"none"`
}

func (c *staffExtendController) new(ctx echo.Context) error {
	form, problems, _, err := recall[extendForm](ctx)
	if err != nil {
		return err
	}
	one, err := c.undecided(ctx)
	if err != nil {
		return err
	}
	at := requestPath(ctx, one.ID, "")
	page := views.StaffExtendPage{
		Shell: c.staffShell(ctx, "staff.extendTitle", "staffQueue", "Reference", one.Reference), Reference: one.Reference, Action: requestPath(ctx, one.ID, "/extend"), Back: at,
		First: one.DueOn.Time(), Lang: one.whose.Lang, Words: form.Words, Seen: seenAgain(form.Seen, problems, *one.seen), Problems: words(ctx, problems),
	}
	r := ctx.Request().Context()
	date, err := c.Requests.Longer(*one.Request)
	switch {
	case fault.Is(err, fault.Conflict):
		page.Not = asFault(err).Key
	case err != nil:
		return err
	default:
		page.Due, page.Why = date.Day.Time(), dueSteps(r, date.Why)
	}
	return render(ctx, http.StatusOK, views.StaffExtend(page))
}

func (c *staffExtendController) create(ctx echo.Context) error {
	form, err := bind[extendForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	err = c.Requests.Extend(ctx.Request().Context(), member(ctx), id, request.Extension{Words: form.Words, Seen: form.Seen})
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, requestPath(ctx, id, ""), "staff.extended")
}
