package web

import (
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
)

// requestAppealController is where somebody answers a refusal.
type requestAppealController struct{ *server }

type appealForm struct {
	Appeal string `form:"appeal" text:"service"`
}

func (c *requestAppealController) create(ctx echo.Context) error {
	form, err := bind[appealForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	at := "/requests/" + id.String()
	err = c.Requests.Appeal(ctx.Request().Context(), person(ctx), id, form.Appeal)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, at, form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, at, "request.appealed")
}
