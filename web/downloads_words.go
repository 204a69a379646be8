package web

import (
	"context"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func (c *downloadsController) listPage(ctx echo.Context, list []export.Export) views.DownloadsPage {
	r := ctx.Request().Context()
	page := views.DownloadsPage{Shell: c.shell(ctx, "export.title", "downloads"), Lead: text.T(r, "export.lead", "Keep", text.Duration(r, c.Exports.Keep))}
	for _, e := range list {
		row := views.DownloadRow{
			Href: "/downloads/" + e.ID.String(), Asked: text.Time(r, e.AskedAt), State: c.state(r, e),
			Contents: text.N(r, "export.kinds", int64(len(e.Categories))), Size: "–", Until: "–",
		}
		if e.Bytes > 0 {
			row.Contents += text.T(r, "export.comma") + text.N(r, "export.rows", e.RowsTotal)
			row.Size = text.Bytes(r, e.Bytes)
		}
		if e.ExpiresAt != nil {
			row.Until = text.Moment(r, *e.ExpiresAt)
		}
		page.Rows = append(page.Rows, row)
	}
	return page
}

// option is one kind of data with how much of it there is.
func (c *downloadsController) option(ctx context.Context, h record.Holding, ticked bool) ui.Option {
	category, _ := c.Register.Category(h.Category)
	o := ui.Option{Value: h.Category, Label: category.Name.In(text.Lang(ctx)), Selected: ticked, Hint: text.N(ctx, "export.rows", h.Rows)}
	switch {
	case h.Rows == 0:
		o.Hint = text.T(ctx, "export.nothing")
	case !h.First.IsZero():
		o.Hint = text.T(ctx, "export.held", "Rows", o.Hint, "Since", text.Date(ctx, h.First))
	}
	return o
}

// state is how far a copy is, in a word. What has passed its hour says so,
// whether or not its file has been deleted yet.
func (c *downloadsController) state(ctx context.Context, e export.Export) ui.BadgeProps {
	switch state := c.stateOf(e); state {
	case export.Waiting:
		return ui.BadgeProps{Kind: ui.Info, Label: text.T(ctx, "export.states.waiting"), Icon: "clock"}
	case export.Building:
		return ui.BadgeProps{Kind: ui.Info, Label: text.T(ctx, "export.states.building"), Icon: "clock"}
	case export.Ready:
		if !e.Complete() {
			return ui.BadgeProps{Kind: ui.Turn, Label: text.T(ctx, "export.states.incomplete"), Icon: "warning"}
		}
		return ui.BadgeProps{Kind: ui.Done, Label: text.T(ctx, "export.states.ready"), Icon: "done"}
	case export.Failed:
		return ui.BadgeProps{Kind: ui.Danger, Label: text.T(ctx, "export.states.failed"), Icon: "warning"}
	case export.Expired:
	}
	return ui.BadgeProps{Label: text.T(ctx, "export.states.expired")}
}

func (c *downloadsController) stateOf(e export.Export) export.State {
	if e.State == export.Ready && !c.Now().Before(*e.ExpiresAt) {
		return export.Expired
	}
	return e.State
}

func (c *downloadsController) bar(ctx echo.Context, e export.Export) ui.ProgressProps {
	r := ctx.Request().Context()
	bar := ui.ProgressProps{
		ID: "how-far", Label: text.T(r, "export.progress"), Done: e.RowsDone, Total: e.RowsTotal,
		Said: text.T(r, "export.progressOf", "Done", text.Number(r, e.RowsDone), "Total", text.N(r, "export.rows", e.RowsTotal)),
	}
	if e.State == export.Waiting || e.RowsTotal == 0 {
		bar.Done, bar.Total, bar.Said = 0, 0, text.T(r, "export.progressWaiting")
	}
	if e.State.UnderWay() {
		bar.Poll = "/downloads/" + e.ID.String() + "/progress"
	}
	return bar
}

func (c *downloadsController) page(ctx echo.Context, e export.Export) views.DownloadPage {
	r := ctx.Request().Context()
	page := views.DownloadPage{Shell: c.shell(ctx, "", "downloads"), State: c.state(r, e), Alerts: c.alerts(r, e)}
	page.Title = text.T(r, "export.openTitle", "Day", text.Date(r, e.AskedAt))
	page.Facts = []ui.SummaryRow{{Key: text.T(r, "export.asked"), Value: text.Time(r, e.AskedAt)}}
	switch c.stateOf(e) {
	case export.Waiting, export.Building:
		bar := c.bar(ctx, e)
		page.Progress = &bar
	case export.Ready:
		page.Fetch = "/downloads/" + e.ID.String() + "/file"
		page.Facts = append(page.Facts,
			ui.SummaryRow{Key: text.T(r, "export.until"), Value: text.Moment(r, *e.ExpiresAt)},
			ui.SummaryRow{Key: text.T(r, "export.size"), Value: text.Bytes(r, e.Bytes)},
			ui.SummaryRow{Key: text.T(r, "export.fingerprint"), Inside: ui.Copy(ui.CopyProps{ID: "fingerprint", Text: fingerprint(e.Sha256)})},
		)
	case export.Failed:
		for _, id := range e.Categories {
			page.Again = append(page.Again, ui.Hidden{Name: "categories", Value: id})
		}
	case export.Expired:
		page.New = true
	}
	for _, part := range e.Parts {
		page.Parts = append(page.Parts, views.DownloadPart{Name: c.named(r, part.Category), Rows: text.Number(r, part.Rows), Missing: part.Missing})
	}
	return page
}

func (c *downloadsController) named(ctx context.Context, id string) string {
	category, ok := c.Register.Category(id)
	if !ok { // the register has changed since
		return id
	}
	return category.Name.In(text.Lang(ctx))
}

// alerts say what the reader should know now.
func (c *downloadsController) alerts(ctx context.Context, e export.Export) []ui.AlertProps {
	privacy := c.Register.Controller.PrivacyEmail
	switch c.stateOf(e) {
	case export.Waiting:
		switch {
		case e.TouchedAt == nil: // not tried yet
		case e.Failure == "":
			return []ui.AlertProps{{Text: text.T(ctx, "export.delayedAny")}}
		default:
			return []ui.AlertProps{{Text: text.T(ctx, "export.delayed", "Category", c.named(ctx, e.Failure))}}
		}
	case export.Building:
	case export.Ready:
		alerts := []ui.AlertProps{{Kind: ui.Done, Title: text.T(ctx, "export.readyTitle"), Text: text.T(ctx, "export.readyText", "Until", text.Moment(ctx, *e.ExpiresAt))}}
		if missing := c.missing(ctx, e); len(missing) > 0 {
			partial := text.T(ctx, "export.partialText", "Categories", text.Clauses(ctx, missing), "Privacy", privacy)
			alerts = append(alerts, ui.AlertProps{Kind: ui.Turn, Title: text.T(ctx, "export.partial"), Text: partial})
		}
		return alerts
	case export.Failed:
		return []ui.AlertProps{{Kind: ui.Danger, Title: text.T(ctx, "export.failedTitle"), Text: text.T(ctx, "export.failedText", "Privacy", privacy)}}
	case export.Expired:
		return []ui.AlertProps{{Title: text.T(ctx, "export.goneTitle"), Text: text.T(ctx, "export.goneText")}}
	}
	return nil
}

func (c *downloadsController) missing(ctx context.Context, e export.Export) []string {
	var names []string
	for _, part := range e.Parts {
		if part.Missing {
			names = append(names, c.named(ctx, part.Category))
		}
	}
	return names
}
