package web

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

// staffRequestController is one request at the privacy desk.
type staffRequestController struct{ *server }

func (c *staffRequestController) show(ctx echo.Context) error {
	form, problems, _, err := recall[staffWords](c.server, ctx)
	if err != nil {
		return err
	}
	one, err := c.request(ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	if err := c.Looks.OpenRequest(r, member(ctx), one.PersonID, one.Reference); err != nil {
		return err
	}
	events, err := c.Requests.Journal(r, member(ctx), one)
	if err != nil {
		return err
	}
	page, err := c.page(ctx, one, events)
	if err != nil {
		return err
	}
	page.ReplyText, page.NoteText, page.Problems = form.Message, form.Note, words(ctx, problems)
	return render(ctx, http.StatusOK, views.StaffRequest(page))
}

// The page has two forms: a message to the person, and a note.
type (
	staffMessageForm struct {
		Message string `form:"message" text:"service"`
	}
	staffNoteForm struct {
		Note string `form:"note" text:"service"`
	}
	staffWords struct{ Message, Note string } // of whichever was sent
)

func (s *server) request(ctx echo.Context) (request.Request, error) {
	id, err := idOf(ctx)
	if err != nil {
		return request.Request{}, err
	}
	return s.Requests.Find(ctx.Request().Context(), member(ctx), id)
}

func (c *staffRequestController) page(ctx echo.Context, one request.Request, events []request.Event) (views.StaffRequestPage, error) {
	r := ctx.Request().Context()
	rows, err := c.queueRows(r, []request.Request{one})
	if err != nil {
		return views.StaffRequestPage{}, err
	}
	kind, _ := c.Register.RequestKind(one.Kind)
	page := views.StaffRequestPage{
		Shell:   c.staffShell(ctx, "staff.showTitle", "staffQueue", "Reference", one.Reference, "Kind", rows[0].Kind),
		Request: rows[0], Law: c.Register.Law(one.Kind, one.Jurisdiction, text.Lang(r)), Article: kind.Articles[one.Jurisdiction].In(text.Lang(r)), Why: dueSteps(r, one.DueWhy),
		Message: views.Paragraphs(one.Message), Decision: views.Paragraphs(one.Decision), Person: "/staff/people/" + one.PersonID.String(),
	}
	if refusal, ok := c.Register.Refusal(one.ReasonCode); ok {
		page.Reason = refusal.Name.In(text.Lang(r))
	}
	if one.State == request.Approved && one.ErasureID != nil {
		e, err := c.Erasures.Get(r, *one.ErasureID)
		if err != nil {
			return page, err
		}
		if c.Erasures.Overdue(e) {
			page.Late = e.RunsAt
		}
	}
	if err := c.Accounts.Remains(r, one.PersonID); fault.Is(err, fault.Conflict) {
		page.Person = ""
		_, err = c.Accounts.Person(r, one.PersonID)
		page.Erased = fault.Is(err, fault.NotFound)
	} else if err != nil {
		return page, err
	}
	c.offer(&page, one, member(ctx))
	page.Events, err = c.events(r, events)
	return page, err
}

// offer sets what this member may do with a request now.
func (*staffRequestController) offer(page *views.StaffRequestPage, one request.Request, m staff.Member) {
	at := "/staff/requests/" + one.ID.String()
	officer := m.Role.Covers(staff.Officer)
	page.Note = at + "/notes"
	if one.State.UnderWay() {
		page.Reply = at + "/messages"
	}
	if one.State == request.Open && one.OwnerID == nil {
		page.Take = at + "/take"
	}
	if one.State == request.Open && one.OwnerID != nil && (*one.OwnerID == m.ID || officer) {
		page.Release = at + "/release"
	}
	if one.State == request.Open && officer {
		page.Approve = at + "/approve"
	}
	if one.Undecided() && officer {
		page.Refuse = at + "/refuse"
	}
	page.OnlyOfficers = one.Undecided() && !officer
}

func (c *staffRequestController) events(ctx context.Context, events []request.Event) ([]views.RequestEvent, error) {
	var ids []uuid.UUID
	for _, e := range events {
		if id, ok := e.ByStaff(); ok {
			ids = append(ids, id)
		}
	}
	names, err := c.Staff.Names(ctx, ids...)
	return requestEvents(events, names), err
}

func (c *staffRequestController) take(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	if err := c.Requests.Take(ctx.Request().Context(), member(ctx), id); err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/requests/"+id.String(), "staff.takenFlash")
}

func (c *staffRequestController) release(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	if err := c.Requests.Release(ctx.Request().Context(), member(ctx), id); err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/requests/"+id.String(), "staff.releasedFlash")
}

func (c *staffRequestController) message(ctx echo.Context) error {
	form, err := bind[staffMessageForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	err = c.Requests.Reply(ctx.Request().Context(), member(ctx), id, form.Message)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, "/staff/requests/"+id.String(), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/requests/"+id.String(), "staff.replied")
}

func (c *staffRequestController) note(ctx echo.Context) error {
	form, err := bind[staffNoteForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	err = c.Requests.Note(ctx.Request().Context(), member(ctx), id, form.Note)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, "/staff/requests/"+id.String(), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/requests/"+id.String(), "staff.noted")
}
