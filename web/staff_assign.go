package web

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views"
)

type (
	staffAssignController struct{ *server }
	staffAwayController   struct{ *server }
)

type assignForm struct {
	Member string `form:"member"`
	Away   string `form:"away"`
}

func (c *staffAssignController) new(ctx echo.Context) error {
	form, problems, _, err := recall[assignForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	reads, r := c.Reads(), ctx.Request().Context()
	one, colleagues := c.Requests.ReadFound(reads, member(ctx), id), staff.ReadColleagues(reads)
	if err := reads.Send(r); err != nil {
		return err
	}
	page := views.StaffAssignPage{
		Shell: c.staffShell(ctx, "staff.assignTitle", "staffQueue", "Reference", one.Reference), Reference: one.Reference,
		Action: requestPath(ctx, id, "/assign"), Back: requestPath(ctx, id, ""), Problems: words(ctx, problems),
	}
	page.Colleagues = colleaguesOf(*colleagues, c.Requests.Today(), form.Member)
	return render(ctx, http.StatusOK, views.StaffAssign(page))
}

// colleaguesOf are all to choose from, with until when they are away.
func colleaguesOf(all []staff.Colleague, today deadline.Day, chosen string) []views.Colleague {
	out := make([]views.Colleague, len(all))
	for i, who := range all {
		out[i] = views.Colleague{ID: who.ID.String(), Name: who.Name, Chosen: who.ID.String() == chosen}
		if who.On(today) {
			out[i].AwayUntil = who.Until.Time()
		}
	}
	return out
}

func (c *staffAssignController) create(ctx echo.Context) error {
	form, err := bind[assignForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	to, err := uuid.Parse(form.Member)
	if err != nil {
		to = uuid.Nil // whom nobody is
	}
	err = c.Requests.Assign(ctx.Request().Context(), member(ctx), id, request.Assignment{To: to, Away: form.Away != ""})
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, requestPath(ctx, id, ""), "staff.assigned")
}

const awayPath = "/staff/away"

type awayForm struct {
	From  string `form:"from" text:"none"`
	Until string `form:"until" text:"none"`
}

func (c *staffAwayController) edit(ctx echo.Context) error {
	form, problems, again, err := recall[awayForm](ctx)
	if err != nil {
		return err
	}
	reads := c.Reads()
	colleagues := staff.ReadColleagues(reads)
	if err := reads.Send(ctx.Request().Context()); err != nil {
		return err
	}
	page := views.StaffAwayPage{Shell: c.staffShell(ctx, "staff.awayTitle", "staffSessions"), Action: awayPath, From: form.From, Until: form.Until, Problems: words(ctx, problems)}
	for _, who := range *colleagues {
		if who.ID == member(ctx).ID && !who.From.IsZero() {
			page.Away = true
			if !again {
				page.From, page.Until = who.From.String(), who.Until.String()
			}
		}
	}
	return render(ctx, http.StatusOK, views.StaffAway(page))
}

func (c *staffAwayController) update(ctx echo.Context) error {
	form, err := bind[awayForm](ctx)
	if err != nil {
		return err
	}
	from, err := deadline.ParseDay(form.From)
	until, err2 := deadline.ParseDay(form.Until)
	if err != nil || err2 != nil { // which no absence has
		from, until = deadline.Day{}, c.Requests.Today()
	}
	err = c.Staff.Away(ctx.Request().Context(), member(ctx), staff.Absence{From: from, Until: until}, c.Requests.Today())
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, awayPath, form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, awayPath, "staff.awaySaved")
}

func (c *staffAwayController) destroy(ctx echo.Context) error {
	if err := c.Staff.Away(ctx.Request().Context(), member(ctx), staff.Absence{}, c.Requests.Today()); err != nil {
		return err
	}
	return c.redirect(ctx, awayPath, "staff.awayEnded")
}
