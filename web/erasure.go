package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

type erasureController struct{ *server }

func (c *erasureController) new(ctx echo.Context) error {
	reads := c.Reads()
	underWay := c.Erasures.ReadUnderWay(reads, person(ctx))
	held, who := c.Records.ReadOverview(reads, person(ctx)), c.Accounts.ReadAbout(reads, person(ctx))
	if err := reads.Send(ctx.Request().Context()); err != nil {
		return err
	}
	for _, e := range *underWay {
		return c.redirect(ctx, erasureAt(e.ID), "")
	}
	_, problems, _, err := recall[erasureForm](ctx)
	if err != nil {
		return err
	}
	if err := record.Whole(*held); err != nil { // nobody decides by a part of it
		return err
	}
	return c.form(ctx, c.Erasures.Preview(*held), c.lawOf(*who), problems)
}

// lawOf is the law under which somebody lives.
func (s *server) lawOf(who account.About) register.Jurisdiction {
	return s.Register.Jurisdiction(who.Country, who.Region, s.Requests.Today())
}

func erasureAt(id uuid.UUID) string { return erasurePage + "/" + id.String() }

func (c *erasureController) form(ctx echo.Context, p erasure.Preview, law register.Jurisdiction, problems fault.Problems) error {
	r := ctx.Request().Context()
	var told []string
	for _, to := range c.Tasks.Recipients(c.Erasures.Erased(), nil) {
		if to.Untold.Empty() {
			told = append(told, to.Name.In(text.Lang(r)))
		}
	}
	var service []ui.SummaryRow
	for _, one := range c.Register.Leaving {
		service = append(service, ui.SummaryRow{Key: one.Name.In(text.Lang(r)), Value: one.Text.In(text.Lang(r))})
	}
	return render(ctx, http.StatusOK, views.Erasure(views.ErasurePage{
		Service: service, Told: told,
		Shell: c.shell(ctx, "erasure.title", "requests"), Problems: words(ctx, problems), Runs: p.RunsAt,
		Goes: c.lines(r, law, p.Goes), Anonymised: c.lines(r, law, p.Anonymised), Stays: c.lines(r, law, p.Stays),
	}))
}

func (c *erasureController) lines(ctx context.Context, law register.Jurisdiction, lines []erasure.Line) []views.ErasureLine {
	lang := text.Lang(ctx)
	out := make([]views.ErasureLine, len(lines))
	for i, l := range lines {
		out[i] = views.ErasureLine{
			Name: l.Category.Name.In(lang), Rows: l.Rows, Until: l.Until,
			Why: l.Category.Erasure.Because.In(lang), Law: c.Register.KeepingLaw(l.Category, law.ID, lang), Warning: l.Category.Warning.In(lang), Effect: l.Category.Effect.In(lang),
		}
	}
	return out
}

type erasureForm struct {
	Confirm string `form:"confirm" text:"none"`
}

func (c *erasureController) create(ctx echo.Context) error {
	form, err := bind[erasureForm](ctx)
	if err != nil {
		return err
	}
	if form.Confirm != "yes" {
		return c.again(ctx, erasurePage, form, fault.Problems{fault.Field("confirm", "erasure.confirmMissing")})
	}
	asked, err := c.Requests.AskErasure(ctx.Request().Context(), person(ctx), "")
	if err != nil {
		return err
	}
	if asked.ErasureID == nil { // the operator's register has staff decide first
		return c.redirect(ctx, "/requests/"+asked.ID.String()+"/filed", "")
	}
	return c.redirect(ctx, erasureAt(*asked.ErasureID), "erasure.asked")
}

// show is for the person until the erasure begins, and from then on for
// whoever holds the address: they have no account any more.
func (c *erasureController) show(ctx echo.Context) error {
	e, err := c.find(ctx)
	if err != nil {
		return err
	}
	switch e.State {
	case erasure.Running:
		return c.showRunning(ctx, e)
	case erasure.Done:
		return c.showDone(ctx, e)
	case erasure.Grace, erasure.Cancelled, erasure.Refused:
	}
	if person(ctx) == uuid.Nil {
		return fault.New(fault.Unauthenticated, "fault.signIn")
	}
	if person(ctx) != e.PersonID {
		return fault.New(fault.NotFound, "erasure.unknown")
	}
	return c.showOwn(ctx, e)
}

func (c *erasureController) find(ctx echo.Context) (erasure.Erasure, error) {
	id, err := idOf(ctx)
	if err != nil {
		return erasure.Erasure{}, err
	}
	return c.Erasures.Get(ctx.Request().Context(), id)
}

func (c *erasureController) showOwn(ctx echo.Context, e erasure.Erasure) error {
	if e.State == erasure.Grace {
		return render(ctx, http.StatusOK, views.ErasureScheduled(views.ErasureScheduledPage{
			Shell: c.shell(ctx, "erasure.scheduledTitle", "requests"), CancelTo: erasureAt(e.ID) + "/cancel",
			Asked: e.AskedAt, Runs: e.RunsAt, Waits: e.Waits,
		}))
	}
	title := "erasure.stoppedTitle"
	if e.State == erasure.Refused {
		title = "erasure.refusedTitle"
	}
	return render(ctx, http.StatusOK, views.ErasureStopped(views.ErasureStoppedPage{
		Shell: c.shell(ctx, title, "requests"), When: *e.FinishedAt, Refused: e.State == erasure.Refused,
	}))
}

func (c *erasureController) showRunning(ctx echo.Context, e erasure.Erasure) error {
	done, due, err := c.Erasures.Progress(ctx.Request().Context(), e.ID)
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.ErasureRunning(views.ErasureRunningPage{
		Shell: c.shell(ctx, "erasure.runningTitle", ""), Done: done, Due: due, Poll: erasureAt(e.ID),
	}))
}

func (c *erasureController) showDone(ctx echo.Context, e erasure.Erasure) error {
	if polls(ctx.Request()) { // the progress bar asks: there is a new page
		ctx.Response().Header().Set("HX-Refresh", "true")
		return ctx.NoContent(http.StatusOK)
	}
	r := ctx.Request().Context()
	reads := c.Reads()
	steps := c.Erasures.ReadSteps(reads, e)
	if err := reads.Send(r); err != nil {
		return err
	}
	page := views.ErasureDonePage{
		Shell: c.shell(ctx, "erasure.doneTitle", ""), ID: e.ID.String(), When: *e.FinishedAt, Receipt: erasureAt(e.ID) + "/receipt",
	}
	for _, st := range c.Erasures.Kept(*steps) {
		category, _ := c.Register.Category(st.Category)
		kept := views.ErasureKept{Name: category.Name.In(text.Lang(r))}
		if st.KeepUntil != nil {
			kept.Until = *st.KeepUntil
		}
		if st.ReleasedAt != nil {
			kept.Gone = *st.ReleasedAt
		}
		page.Kept = append(page.Kept, kept)
	}
	return render(ctx, http.StatusOK, views.ErasureDone(page))
}

func (c *erasureController) receipt(ctx echo.Context) error {
	e, err := c.find(ctx)
	if err != nil {
		return err
	}
	if e.State != erasure.Done {
		return fault.New(fault.NotFound, "erasure.unknown")
	}
	receipt, err := c.Erasures.Receipt(ctx.Request().Context(), e)
	if err != nil {
		return err
	}
	return sendReceipt(ctx, erasure.ReceiptFile(e.ID), receipt)
}

func sendReceipt(ctx echo.Context, name, receipt string) error {
	h := ctx.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return ctx.String(http.StatusOK, receipt)
}

func (c *erasureController) cancel(ctx echo.Context) error {
	e, err := c.find(ctx)
	if err != nil {
		return err
	}
	if err := c.Requests.CancelErasure(ctx.Request().Context(), person(ctx), e.ID); err != nil {
		return err
	}
	return c.redirect(ctx, erasureAt(e.ID), "erasure.cancelled")
}

// key is for programs that verify receipts: a line per key, those of receipts and then
// those of the log that proves them, the newest first.
func (c *erasureController) key(ctx echo.Context) error {
	keys, err := c.Audit.Keys()
	if err != nil {
		return err
	}
	return ctx.String(http.StatusOK, strings.Join(keys, "\n")+"\n")
}
