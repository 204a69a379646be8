package web

import (
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/retention"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

// erasurePartController has a category deleted, or a time of it.
type erasurePartController struct{ *server }

func partAt(id uuid.UUID) string { return "/deletions/" + id.String() }

// new asks what is to go and then, with the answer in the address, shows what that
// would do.
func (c *erasurePartController) new(ctx echo.Context) error {
	category, err := c.category(ctx)
	if err != nil {
		return err
	}
	filter, span, code := dataFilter(ctx, c.Records.For(category.ID))
	chosen := ctx.QueryParam("which")
	if filter == nil { // nothing of it has a time
		return fault.New(fault.NotFound, "erasure.part.locked")
	}
	refuse := func(field, why string) {
		filter.Problems, code = words(ctx, fault.Problems{fault.Field(field, why)}), http.StatusUnprocessableEntity
	}
	switch _, sent := ctx.QueryParams()["from"]; {
	case chosen == "all" && filter.Clear != "":
		refuse("which", "erasure.part.daysAndAll")
	case chosen == "all":
		return c.check(ctx, category, record.Period{})
	case code == http.StatusOK && filter.Clear != "":
		return c.check(ctx, category, record.Period{Since: span.From, Until: span.To})
	case chosen == "time" && code == http.StatusOK: // without a day
		refuse("from", "erasure.part.timeMissing")
	case sent && chosen == "" && code == http.StatusOK:
		refuse("which", "erasure.part.whichMissing")
	}
	name := category.Name.In(text.Lang(ctx.Request().Context()))
	return render(ctx, code, views.ErasurePartChoice(views.ErasurePartChoicePage{
		Shell: c.shell(ctx, "erasure.part.choiceTitle", "data", "Category", name), Category: name, Back: "/data/" + category.ID,
		Timed: chosen == "time" || chosen == "" && filter.Clear != "", From: filter.From, To: filter.To, Problems: filter.Problems,
	}))
}

// category is one that can go in parts.
func (c *erasurePartController) category(ctx echo.Context) (register.Category, error) {
	category, ok := c.Register.Category(ctx.Param("category"))
	switch {
	case !ok:
		return category, fault.New(fault.NotFound, "fault.notFound")
	case !c.Records.Parts(category):
		return category, fault.New(fault.NotFound, "erasure.part.locked")
	}
	return category, nil
}

func (c *erasurePartController) check(ctx echo.Context, category register.Category, of record.Period) error {
	r := ctx.Request().Context()
	reads := c.Reads()
	held := c.Records.ReadTimeline(reads, person(ctx), category.ID, of.Since, of.Until, text.Zone(r))
	own, stays := c.Retention.ReadChoices(reads, person(ctx)), c.Retention.ReadSpares(reads, person(ctx))
	if err := reads.Send(r); err != nil {
		return err
	}
	if err := record.Whole([]record.Holding{held.Holding}); err != nil { // nobody decides by a part of it
		return err
	}
	lang := text.Lang(r)
	name := category.Name.In(lang)
	return render(ctx, http.StatusOK, views.ErasurePartCheck(views.ErasurePartCheckPage{
		Shell: c.shell(ctx, "erasure.part.checkTitle", "data", "Category", name), Category: name, Action: "/data/" + category.ID + "/delete", Back: "/data/" + category.ID,
		Rows: held.Within(), Since: of.Since, Until: of.Until, Effect: category.Effect.In(lang), Warning: category.Warning.In(lang), Kept: retention.Kept(category, *own, *stays, lang),
		Copy: "/downloads/new?choose=" + category.ID, Anonymised: category.Erasure.Action == register.Anonymise, Why: category.Erasure.Because.In(lang),
	}))
}

// erasurePartForm is the time that was shown: to the moment, so that no other zone
// makes another of it.
type erasurePartForm struct {
	Since string `form:"since" text:"none"`
	Until string `form:"until" text:"none"`
}

func (f erasurePartForm) period() (of record.Period, err error) {
	for _, one := range []struct {
		written string
		into    *time.Time
	}{{f.Since, &of.Since}, {f.Until, &of.Until}} {
		if one.written == "" {
			continue
		}
		if *one.into, err = time.Parse(time.RFC3339, one.written); err != nil {
			return of, fault.Wrap(err, fault.Invalid, "fault.invalid")
		}
	}
	if !of.Until.IsZero() && !of.Since.Before(of.Until) {
		return of, fault.New(fault.Invalid, "data.datesTurned")
	}
	return of, nil
}

func (c *erasurePartController) create(ctx echo.Context) error {
	form, err := bind[erasurePartForm](ctx)
	if err != nil {
		return err
	}
	category, err := c.category(ctx)
	if err != nil {
		return err
	}
	of, err := form.period()
	if err != nil {
		return err
	}
	asked, err := c.Erasures.ErasePart(ctx.Request().Context(), person(ctx), category.ID, of)
	if err != nil {
		return err
	}
	return c.redirect(ctx, partAt(asked.ID), "erasure.part.asked")
}

func (c *erasurePartController) find(ctx echo.Context) (erasure.Part, error) {
	id, err := idOf(ctx)
	if err != nil {
		return erasure.Part{}, err
	}
	return c.Erasures.GetPart(ctx.Request().Context(), person(ctx), id)
}

func (c *erasurePartController) show(ctx echo.Context) error {
	p, err := c.find(ctx)
	if err != nil {
		return err
	}
	category, _ := c.Register.Category(p.Category)
	title := "erasure.part.runningTitle"
	if p.FinishedAt != nil {
		title = "erasure.part.doneTitle"
		if polls(ctx.Request()) { // the progress bar asks: there is a new page
			ctx.Response().Header().Set("HX-Refresh", "true")
			return ctx.NoContent(http.StatusOK)
		}
	}
	page := views.ErasurePartPage{
		Shell: c.shell(ctx, title, "data"), Category: category.Name.In(text.Lang(ctx.Request().Context())), Back: "/data/" + p.Category, Asked: p.AskedAt, Until: p.Until,
		Done: p.RowsDone, Due: p.RowsDue, Waits: p.Waits, Poll: partAt(p.ID), Receipt: partAt(p.ID) + "/receipt",
	}
	page.Since = p.Period().Since
	if p.FinishedAt != nil {
		page.Finished = *p.FinishedAt
	}
	return render(ctx, http.StatusOK, views.ErasurePart(page))
}

func (c *erasurePartController) receipt(ctx echo.Context) error {
	p, err := c.find(ctx)
	if err != nil {
		return err
	}
	if p.FinishedAt == nil {
		return fault.New(fault.NotFound, "erasure.unknown")
	}
	receipt, err := c.Erasures.PartReceipt(ctx.Request().Context(), p)
	if err != nil {
		return err
	}
	return sendReceipt(ctx, erasure.ReceiptFile(p.ID), receipt)
}

// dataPart is a part in a line, on the page of its category.
func dataPart(p erasure.Part) views.DataPart {
	part := views.DataPart{Href: partAt(p.ID), Since: p.Period().Since, Until: p.Until, Rows: p.RowsDone}
	if p.FinishedAt != nil {
		part.Finished = *p.FinishedAt
	}
	return part
}
