package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

type downloadsController struct{ *server }

func (c *downloadsController) index(ctx echo.Context) error {
	list, err := c.Exports.List(ctx.Request().Context(), person(ctx))
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.Downloads(c.listPage(ctx, list)))
}

func (c *downloadsController) new(ctx echo.Context) error {
	ticked := c.Exports.Offered()
	if ctx.QueryParam("choose") == "none" {
		ticked = nil
	}
	page, err := c.newPage(ctx, ticked, nil)
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.NewDownload(page))
}

type downloadForm struct {
	Categories []string `form:"categories"`
}

func (c *downloadsController) create(ctx echo.Context) error {
	form, err := bind[downloadForm](ctx)
	if err != nil {
		return err
	}
	made, err := c.Exports.Ask(ctx.Request().Context(), audit.ByPerson(person(ctx)), person(ctx), form.Categories)
	if problems, ok := fault.Fields(err); ok {
		page, err := c.newPage(ctx, form.Categories, problems)
		if err != nil {
			return err
		}
		return render(ctx, http.StatusUnprocessableEntity, views.NewDownload(page))
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/downloads/"+made.ID.String(), "export.started")
}

func (c *downloadsController) show(ctx echo.Context) error {
	e, err := c.find(ctx)
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.Download(c.page(ctx, e)))
}

// progress is the bar alone. When there is nothing left to wait for, it has
// the browser fetch the whole page again.
func (c *downloadsController) progress(ctx echo.Context) error {
	e, err := c.find(ctx)
	if err != nil {
		return err
	}
	if !e.State.UnderWay() {
		ctx.Response().Header().Set("HX-Refresh", "true")
	}
	return render(ctx, http.StatusOK, views.DownloadProgress(c.bar(ctx, e)))
}

// file hands the archive over. A page's time is not enough for it, so it lasts
// as long as it moves.
func (c *downloadsController) file(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	f, err := c.Exports.Open(unbounded(ctx), audit.ByPerson(person(ctx)), person(ctx), id)
	if err != nil {
		return err
	}
	defer f.Close()
	h := ctx.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", `attachment; filename="`+f.Name+`"`)
	h.Set("Content-Length", strconv.FormatInt(f.Bytes, 10))
	return c.stream(ctx, f)
}

func (c *downloadsController) find(ctx echo.Context) (export.Export, error) {
	id, err := idOf(ctx)
	if err != nil {
		return export.Export{}, err
	}
	return c.Exports.Find(ctx.Request().Context(), person(ctx), id)
}

func (c *downloadsController) newPage(ctx echo.Context, ticked []string, problems fault.Problems) (views.NewDownloadPage, error) {
	r := ctx.Request().Context()
	holdings, err := c.Records.Overview(r, person(ctx))
	if err != nil {
		return views.NewDownloadPage{}, err
	}
	page := views.NewDownloadPage{
		Shell: c.shell(ctx, "export.chooseTitle", "downloads"), Problems: words(ctx, problems),
		Next: text.T(r, "export.makeNext", "Keep", text.Duration(r, c.Exports.Keep)),
	}
	for _, h := range holdings {
		page.Options = append(page.Options, c.option(r, h, slices.Contains(ticked, h.Category)))
	}
	return page, nil
}
