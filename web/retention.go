package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/retention"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

// retentionController has a category of somebody's kept for a shorter time.
type retentionController struct{ *server }

// new asks for how long and then, with the answer in the address, shows what that
// would do.
func (c *retentionController) new(ctx echo.Context) error {
	category, offers, err := c.category(ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	chosen := ctx.QueryParam("keep")
	at := slices.IndexFunc(offers, func(span register.Span) bool { return span.String() == chosen })
	of := record.Period{}
	if at >= 0 {
		of.Until = offers[at].Before(c.Now())
	}
	reads := c.Reads()
	own, stays := c.Retention.ReadChoices(reads, person(ctx)), c.Retention.ReadSpares(reads, person(ctx))
	held := c.Records.ReadTimeline(reads, person(ctx), category.ID, of.Since, of.Until, text.Zone(r))
	if err := reads.Send(r); err != nil {
		return err
	}
	lang := text.Lang(r)
	_, problems, _, err := recall[retentionChoiceForm](ctx)
	if err != nil {
		return err
	}
	kept, seen := retention.Chose(category.ID, *own)
	page := views.RetentionChoicePage{
		Shell: c.shell(ctx, "retention.own.title", "data", "Category", category.Name.In(lang)), Category: category.Name.In(lang), Back: "/data/" + category.ID,
		Now: retention.Kept(category, *own, *stays, lang), Keep: category.Retention.Keep.Length(), Problems: words(ctx, problems),
	}
	for _, span := range offers {
		page.Offers = append(page.Offers, views.RetentionOffer{Keep: span.Length(), Value: span.String(), Chosen: kept == span.String()})
	}
	switch {
	case chosen == "":
		return render(ctx, http.StatusOK, views.RetentionChoice(page))
	case at < 0 && chosen != asRegister:
		return fault.New(fault.NotFound, "retention.own.notOffered")
	}
	if err := record.Whole([]record.Holding{held.Holding}); err != nil { // nobody decides by a part of it
		return err
	}
	check := views.RetentionCheckPage{RetentionChoicePage: page, Value: chosen, Seen: seen, Effect: category.Effect.In(lang)}
	if at >= 0 {
		check.Chosen, check.Before, check.Rows = offers[at].Length(), of.Until, held.Within()
		check.Waits = (*stays)(category, c.Now())
		check.Restricted = !check.Waits && (*stays)(category, time.Time{})
	}
	return render(ctx, http.StatusOK, views.RetentionCheck(check))
}

// asRegister stands for the time that the register says.
const asRegister = "register"

// category is one for which there is a shorter time to choose.
func (c *retentionController) category(ctx echo.Context) (register.Category, []register.Span, error) {
	category, ok := c.Register.Category(ctx.Param("category"))
	offers := c.Retention.Offers(category)
	if !ok || len(offers) == 0 {
		return category, nil, fault.New(fault.NotFound, "retention.own.notOffered")
	}
	return category, offers, nil
}

type retentionChoiceForm struct {
	Keep string `form:"keep" text:"none"`
	Seen string `form:"seen" text:"none"`
}

func (c *retentionController) create(ctx echo.Context) error {
	form, err := bind[retentionChoiceForm](ctx)
	if err != nil {
		return err
	}
	category, _, err := c.category(ctx)
	if err != nil {
		return err
	}
	keep := form.Keep
	if keep == asRegister {
		keep = ""
	}
	err = c.Retention.Choose(ctx.Request().Context(), person(ctx), category.ID, keep, form.Seen)
	if problems, ok := fault.Fields(err); ok { // it has changed since: asked again, beside how it stands
		return c.again(ctx, "/data/"+category.ID+"/keep", form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/data/"+category.ID, "retention.own.saved")
}
