package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
)

// changesController lets other systems follow what people choose.
type changesController struct{ *server }

type changeJSON struct {
	ID      uuid.UUID       `json:"id"`
	Person  uuid.UUID       `json:"person"`
	Topic   string          `json:"topic"`
	Given   bool            `json:"given"`
	Channel consent.Channel `json:"channel"`
	At      time.Time       `json:"at"`
	Wording *string         `json:"wording"`
}

// changes are the lines of the ledger behind a cursor, a page of them.
func (c *changesController) changes(ctx echo.Context) error {
	after, most := ctx.QueryParam("after"), consent.ChangesMost
	cursor, err := consent.ParseCursor(after)
	if err != nil {
		return err
	}
	if asked := ctx.QueryParam("limit"); asked != "" {
		if most, err = strconv.Atoi(asked); err != nil {
			return fault.Invalidate(fault.Field("limit", "consent.changesMost", "Max", consent.ChangesMost))
		}
	}
	lines, more, err := c.Consents.Changes(ctx.Request().Context(), cursor, most)
	if err != nil {
		return err
	}
	out := make([]changeJSON, len(lines))
	for i, l := range lines {
		out[i] = changeJSON{l.ID, l.Person, l.Topic, l.Given, l.Channel, l.At, unless(l.Wording)}
		after = l.Cursor().String()
	}
	return ctx.JSON(http.StatusOK, map[string]any{"changes": out, "next": after, "more": more})
}
