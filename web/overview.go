package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/views"
)

type overviewController struct{ *server }

const (
	looksShown = 3
	mostValues = 4 // kinds of data of which the page says what is held
)

// show is the first page of somebody signed in.
func (c *overviewController) show(ctx echo.Context) error {
	r := ctx.Request().Context()
	reads := c.Reads()
	holdings := c.Records.ReadOverview(reads, person(ctx))
	open := c.Requests.ReadUnderWay(reads, person(ctx))
	looks := c.Looks.ReadLooks(reads, person(ctx), disclosure.Cursor{}, looksShown)
	erasing := c.Erasures.ReadUnderWay(reads, person(ctx))
	if err := reads.Send(r); err != nil {
		return err
	}
	page := c.page(ctx, *holdings)
	for _, e := range *erasing {
		page.Erasing = &views.ErasingNotice{Runs: e.RunsAt, Href: erasureAt(e.ID)}
	}
	page.Looks = c.lookRows(r, looks.Looks)
	page.Requests = c.requestRows(r, *open)
	return render(ctx, http.StatusOK, views.Overview(page))
}

func (c *overviewController) page(ctx echo.Context, holdings []record.Holding) views.OverviewPage {
	page := views.OverviewPage{
		Shell: c.shell(ctx, "overview.title", "overview"), Name: signedIn(ctx).Name, Visitor: signedIn(ctx).Visitor, Of: int64(len(holdings)),
	}
	for _, h := range holdings {
		page.Rows += h.Rows
		if h.Rows > 0 {
			page.Kinds++
		}
		if category, _ := c.Register.Category(h.Category); len(page.Values) < mostValues {
			if card := (&dataController{c.server}).card(ctx.Request().Context(), category, h); card.Told {
				page.Values = append(page.Values, card)
			}
		}
	}
	page.Silent = record.AnySilent(holdings)
	return page
}
