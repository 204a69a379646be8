package web

import (
	"context"
	"net/http"
	"net/url"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// staffBulkController is one thing that is done to many requests.
type staffBulkController struct{ *server }

// create notes which requests of the queue are meant.
func (c *staffBulkController) create(ctx echo.Context) error {
	posted, err := bindAll(ctx, "ids")
	if err != nil {
		return err
	}
	q, _ := url.ParseQuery(posted.Get(queueParam)) // what can't be read is no filter
	choice := request.Choice{Deed: request.BulkDeed(posted.Get("deed")), All: posted.Get("all") == "yes", Filter: queueFilter(q)}
	for _, id := range posted["ids"] {
		if id, err := uuid.Parse(id); err == nil {
			choice.IDs = append(choice.IDs, id)
		}
	}
	id, err := c.Requests.Choose(ctx.Request().Context(), member(ctx), choice)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, queuePath(choice.Filter), struct{}{}, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, withParam(bulkPath(id), queueParam, queueQuery(choice.Filter)), "")
}

func bulkPath(id uuid.UUID) string { return "/staff/bulk/" + id.String() }

// bulkForm is how it is to be done; the words are by language.
type bulkForm struct {
	Member, Away, Code string
	Words              map[string]string
}

const wordsField = "words-" // and a language

func (f bulkForm) order() request.BulkOrder {
	to, err := uuid.Parse(f.Member)
	if err != nil {
		to = uuid.Nil // whom nobody is
	}
	return request.BulkOrder{To: to, Away: f.Away != "", Code: f.Code, Words: f.Words}
}

// show looks it over before it is begun, and follows it afterwards.
func (c *staffBulkController) show(ctx echo.Context) error {
	form, problems, again, err := recall[bulkForm](ctx)
	if err != nil {
		return err
	}
	if !again {
		form.Code = ctx.QueryParam("code")
	}
	page, err := c.page(ctx, form, again)
	if err != nil {
		return err
	}
	page.Problems = words(ctx, problems)
	return render(ctx, http.StatusOK, views.StaffBulk(page))
}

const leftShown = 50 // of those that are left out

func (c *staffBulkController) page(ctx echo.Context, form bulkForm, again bool) (views.StaffBulkPage, error) {
	id, err := idOf(ctx)
	if err != nil {
		return views.StaffBulkPage{}, err
	}
	r, reads := ctx.Request().Context(), c.Reads()
	v, colleagues := c.Requests.ReadBulk(reads, member(ctx), id, form.Code), staff.ReadColleagues(reads)
	if err := reads.Send(r); err != nil {
		return views.StaffBulkPage{}, err
	}
	page := views.StaffBulkPage{
		Shell: c.staffShell(ctx, "staff.bulk.title."+string(v.Deed), "staffQueue"), Deed: views.BulkDeed(v.Deed), Back: queuePath(queueOf(ctx)), Action: inQueue(ctx, bulkPath(id)),
		Hidden: queueHidden(ctx), Progress: bulkPath(id) + "/progress", Size: v.Size, Done: v.Done, Waits: v.Waits(), LeftOut: len(v.Left), More: v.More, Mine: v.MemberID == member(ctx).ID,
	}
	switch {
	case v.BegunAt == nil:
		page.State = views.BulkChosen
	case v.Runs():
		page.State = views.BulkRuns
	case v.StoppedAt != nil:
		page.State = views.BulkStopped
	default:
		page.State = views.BulkEnded
	}
	for _, one := range v.Left[:min(leftShown, len(v.Left))] {
		page.Left = append(page.Left, views.BulkLeft{Reference: one.Reference, Href: "/staff/requests/" + one.ID.String(), Why: text.Phrase{Key: one.Why}})
	}
	if page.State == views.BulkChosen {
		c.ask(r, &page, v, *colleagues, form, again)
	}
	return page, nil
}

// ask fills in what has to be said before it is begun.
func (c *staffBulkController) ask(r context.Context, page *views.StaffBulkPage, v *request.BulkView, colleagues []staff.Colleague, form bulkForm, again bool) {
	switch v.Deed {
	case request.BulkAssign:
		page.Colleagues = colleaguesOf(colleagues, c.Requests.Today(), form.Member)
	case request.BulkRefuse, request.BulkReply:
		refusal, known := c.Register.Refusal(form.Code)
		if known {
			page.Code = refusal.Code
		}
		for _, one := range c.Register.Refusals {
			page.Reasons = append(page.Reasons, ui.Option{Value: one.Code, Label: one.Name.In(text.Lang(r)), Selected: one.Code == page.Code})
		}
		for _, l := range text.Languages(r) {
			said := form.Words[l.Code]
			if known && !again {
				said = refusal.Text.In(l.Code)
			}
			page.Words = append(page.Words, views.BulkWords{Lang: l.Code, Text: said})
		}
	case request.BulkTake:
	}
}

func (c *staffBulkController) progress(ctx echo.Context) error {
	page, err := c.page(ctx, bulkForm{}, false)
	if err != nil {
		return err
	}
	if page.State != views.BulkRuns {
		ctx.Response().Header().Set("HX-Refresh", "true")
	}
	return render(ctx, http.StatusOK, views.BulkProgress(page))
}

func (c *staffBulkController) begin(ctx echo.Context) error {
	posted, err := bindAll(ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	form := bulkForm{Member: posted.Get("member"), Away: posted.Get("away"), Code: posted.Get("code"), Words: map[string]string{}}
	for _, l := range text.Languages(ctx.Request().Context()) {
		form.Words[l.Code] = posted.Get(wordsField + l.Code)
	}
	err = c.Requests.Begin(ctx.Request().Context(), member(ctx), id, form.order())
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, inQueue(ctx, bulkPath(id)), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, inQueue(ctx, bulkPath(id)), "staff.bulk.begun")
}

func (c *staffBulkController) stop(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err == nil {
		err = c.Requests.Stop(ctx.Request().Context(), member(ctx), id)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, inQueue(ctx, bulkPath(id)), "staff.bulk.stopped")
}
