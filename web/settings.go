package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/views"
)

type settingsController struct{ *server }

// show is how the portal speaks to somebody, and where they change that.
func (c *settingsController) show(ctx echo.Context) error {
	page := views.SettingsPage{Shell: c.shell(ctx, "settings.title", "settings")}
	if mine := signedIn(ctx); mine.ZoneChosen {
		page.Zone = mine.Zone
	}
	return render(ctx, http.StatusOK, views.Settings(page))
}
