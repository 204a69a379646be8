package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/consent"
)

// linksController gives other systems links for the messages that they send.
type linksController struct{ *server }

type linkJSON struct {
	Person      string            `json:"person"` // as it was asked for
	Why         *consent.Why      `json:"why"`    // there are none
	Unsubscribe *string           `json:"unsubscribe"`
	Preferences *string           `json:"preferences"`
	Headers     map[string]string `json:"headers"`
}

// create mints the links of a topic for mail to each of many people.
func (c *linksController) create(ctx echo.Context) error {
	asked, err := bindJSON[askMany](ctx)
	if err != nil {
		return err
	}
	minted, err := c.Consents.Mint(ctx.Request().Context(), asked.Topic, namesOf(asked.People))
	if err != nil {
		return err
	}
	links := make([]linkJSON, len(minted))
	for i, m := range minted {
		links[i] = linkJSON{Person: asked.People[i], Why: unless(m.Why)}
		if out := m.Out; out != nil {
			links[i].Unsubscribe, links[i].Preferences, links[i].Headers = &out.OneClick, &out.Preferences, out.Headers()
		}
	}
	return ctx.JSON(http.StatusOK, map[string]any{"links": links})
}
