package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/legalhold"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

// staffHoldController places and lifts legal holds.
type staffHoldController struct{ *server }

type holdForm struct {
	Reason string `form:"reason" text:"service"`
	Until  string `form:"until" text:"none"`
}

func (c *staffHoldController) new(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	form, problems, _, err := recall[holdForm](ctx)
	if err != nil {
		return err
	}
	at := "/staff/people/" + id.String()
	return render(ctx, http.StatusOK, views.StaffHolding(views.StaffHoldPage{
		Shell: c.staffShell(ctx, "staff.holdTitle", "staffPeople"), Action: at + "/hold", Back: at, Reason: form.Reason, Until: form.Until, Problems: words(ctx, problems),
	}))
}

func (c *staffHoldController) create(ctx echo.Context) error {
	form, err := bind[holdForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	var until *time.Time
	if form.Until != "" {
		day, err := time.ParseInLocation(time.DateOnly, form.Until, text.Zone(r)) // one that is none is over
		if day = day.AddDate(0, 0, 1); err != nil {
			day = time.Time{}
		}
		until = &day
	}
	err = c.Holds.Place(r, member(ctx), id, form.Reason, until)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/people/"+id.String(), "staff.holdPlaced")
}

func (c *staffHoldController) lift(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	if err := c.Holds.Lift(ctx.Request().Context(), member(ctx), id); err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/people/"+id.String(), "staff.holdLifted")
}

func holdsOf(all []legalhold.Hold) []views.StaffHold {
	holds := make([]views.StaffHold, len(all))
	for i, h := range all {
		holds[i] = views.StaffHold{Since: h.PlacedAt, Reason: h.Reason}
		if h.EndsAt != nil {
			holds[i].Until = *h.EndsAt
		}
	}
	return holds
}
