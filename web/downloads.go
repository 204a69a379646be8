package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

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
	page := views.DownloadsPage{Shell: c.shell(ctx, "export.title", "downloads"), Keep: c.Exports.KeptFor(), Most: export.MaxKept}
	for _, e := range list {
		row := views.DownloadRow{
			Href: "/downloads/" + e.ID.String(), Asked: e.AskedAt, State: c.stateOf(e), Kinds: int64(len(e.Categories)), Rows: e.RowsTotal, Bytes: e.Bytes,
		}
		if e.ExpiresAt != nil {
			row.Until = *e.ExpiresAt
		}
		page.Rows = append(page.Rows, row)
	}
	return render(ctx, http.StatusOK, views.Downloads(page))
}

func (c *downloadsController) new(ctx echo.Context) error {
	ticked := c.Exports.Offered()
	switch only := ctx.QueryParam("choose"); {
	case only == "none":
		ticked = nil
	case slices.Contains(ticked, only):
		ticked = []string{only}
	}
	form, problems, ok, err := recall[downloadForm](ctx)
	if err != nil {
		return err
	}
	if ok {
		ticked = form.Categories
	}
	page, err := c.newPage(ctx, ticked, problems)
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
		return c.again(ctx, "/downloads/new", form, problems)
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
	return render(ctx, http.StatusOK, views.DownloadProgress(downloadBar(e)))
}

// file hands the archive over. A page's time is not enough for it, so it lasts
// as long as it moves.
func (c *downloadsController) file(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	if ctx.Request().Method == http.MethodHead {
		name, bytes, err := c.Exports.Look(ctx.Request().Context(), person(ctx), id)
		if err != nil {
			return err
		}
		announceFile(ctx, name, bytes)
		return ctx.NoContent(http.StatusOK)
	}
	f, err := c.Exports.Open(unbounded(ctx), audit.ByPerson(person(ctx)), person(ctx), id)
	if err != nil {
		return err
	}
	defer f.Close()
	announceFile(ctx, f.Name, f.Bytes)
	h, tag := ctx.Response().Header(), `"`+fingerprint(f.Sha256)+`"`
	h.Set("ETag", tag)
	h.Set("Accept-Ranges", "bytes")
	from := resumesAt(ctx.Request().Header, tag, f.Bytes)
	if from == 0 {
		return c.stream(ctx, f, http.StatusOK)
	}
	if _, err := io.CopyN(io.Discard, f, from); err != nil {
		return fmt.Errorf("reading a file to go on with: %w", err)
	}
	h.Set("Content-Length", strconv.FormatInt(f.Bytes-from, 10))
	h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, f.Bytes-1, f.Bytes))
	return c.stream(ctx, f, http.StatusPartialContent)
}

// receipt proves that a copy was made.
func (c *downloadsController) receipt(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	file, err := c.Exports.Receipt(r, person(ctx), id, text.Lang(r))
	if err != nil {
		return err
	}
	return sendReceipt(ctx, "copy-receipt-"+id.String()+".txt", file)
}

// resumesAt is where a download goes on that broke off, when a portal was
// restarted, say: the rest of the same file may be asked for of any portal (RFC
// 9110, 14.2). Any other part is answered with the whole.
func resumesAt(h http.Header, tag string, size int64) int64 {
	first, inBytes := strings.CutPrefix(h.Get("Range"), "bytes=")
	first, toTheEnd := strings.CutSuffix(first, "-")
	from, err := strconv.ParseInt(first, 10, 64)
	same := h.Get("If-Range") == "" || h.Get("If-Range") == tag
	if !inBytes || !toTheEnd || err != nil || from < 0 || from >= size || !same {
		return 0
	}
	return from
}

func announceFile(ctx echo.Context, name string, bytes int64) {
	h := ctx.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Length", strconv.FormatInt(bytes, 10))
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
	reads := c.Reads()
	holdings := c.Records.ReadOverview(reads, person(ctx))
	if err := reads.Send(r); err != nil {
		return views.NewDownloadPage{}, err
	}
	page := views.NewDownloadPage{
		Shell: c.shell(ctx, "export.chooseTitle", "downloads"), Problems: words(ctx, problems),
		Keep: c.Exports.KeptFor(),
	}
	for _, h := range *holdings {
		page.Options = append(page.Options, views.DownloadOption{
			ID: h.Category, Name: c.named(r, h.Category), Rows: h.Rows, Since: h.First, Silent: h.Silent, Ticked: slices.Contains(ticked, h.Category),
		})
	}
	return page, nil
}

// stateOf is how far a copy is. What has passed its hour says so, whether or
// not its file has been deleted yet.
func (c *downloadsController) stateOf(e export.Export) views.DownloadState {
	switch {
	case e.State == export.Ready && !c.Now().Before(*e.ExpiresAt):
		return views.DownloadExpired
	case e.State == export.Ready && !e.Complete():
		return views.DownloadIncomplete
	}
	return views.DownloadState(e.State)
}

func downloadBar(e export.Export) views.DownloadBar {
	bar := views.DownloadBar{}
	if e.State != export.Waiting {
		bar.Done, bar.Total = e.RowsDone, e.RowsTotal
	}
	if e.State.UnderWay() {
		bar.Poll = "/downloads/" + e.ID.String() + "/progress"
	}
	return bar
}

func (c *downloadsController) page(ctx echo.Context, e export.Export) views.DownloadPage {
	r := ctx.Request().Context()
	page := views.DownloadPage{
		Shell: c.shell(ctx, "export.openTitle", "downloads", "Day", e.AskedAt), State: c.stateOf(e), Progress: downloadBar(e), Delayed: e.StartedAt != nil,
		Categories: e.Categories, Asked: e.AskedAt, Bytes: e.Bytes, Privacy: c.Register.Controller.PrivacyEmail,
	}
	if e.Failure != "" && page.Delayed {
		page.Delaying = c.named(r, e.Failure)
	}
	if page.State == views.DownloadReady || page.State == views.DownloadIncomplete {
		page.Fetch, page.Until, page.Fingerprint = "/downloads/"+e.ID.String()+"/file", *e.ExpiresAt, fingerprint(e.Sha256)
	}
	if e.Made() {
		page.Receipt = "/downloads/" + e.ID.String() + "/receipt"
	}
	for _, part := range e.Parts {
		page.Parts = append(page.Parts, views.DownloadPart{Name: c.named(r, part.Category), Rows: part.Rows, Missing: part.Missing})
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
