package web

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views"
)

// staffWebhookController is how systems fare that are told what people choose.
type staffWebhookController struct{ *server }

func (c *staffWebhookController) index(ctx echo.Context) error {
	reads := c.Reads()
	all := c.Webhooks.ReadAll(reads)
	if err := reads.Send(ctx.Request().Context()); err != nil {
		return err
	}
	page := views.StaffWebhooksPage{Shell: c.staffShell(ctx, "webhook.title", "staffOperation"), At: c.Now()}
	for _, w := range *all {
		one := views.Webhook{Name: w.Name, URL: w.URL, Place: w.Place(), Failure: string(w.Failure), Status: w.Status}
		if w.TakenAt != nil {
			one.Taken = *w.TakenAt
		}
		if w.FailedAt != nil {
			one.FailedSince = *w.FailedAt
		}
		for _, m := range w.Dead {
			one.Dead = append(one.Dead, views.WebhookMessage{
				Made: m.MadeAt, Lines: int64(m.Lines), Failure: string(m.Failure), Status: m.Status,
				Action: "/staff/webhooks/" + w.ID.String() + "/messages/" + m.ID.String(),
			})
		}
		page.Hooks = append(page.Hooks, one)
	}
	return render(ctx, http.StatusOK, views.StaffWebhooks(page))
}

// create sends a message again that was put aside.
func (c *staffWebhookController) create(ctx echo.Context) error {
	hook, err := uuid.Parse(ctx.Param("id"))
	message, err2 := uuid.Parse(ctx.Param("message"))
	if err != nil || err2 != nil {
		return fault.New(fault.NotFound, "webhook.unknown")
	}
	if err := c.Webhooks.Replay(ctx.Request().Context(), audit.ByStaff(member(ctx).ID), hook, message); err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/webhooks", "webhook.replayed")
}
