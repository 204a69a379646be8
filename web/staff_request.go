package web

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/internal/restriction"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/task"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// staffRequestController is one request at the privacy desk.
type staffRequestController struct{ *server }

func (c *staffRequestController) show(ctx echo.Context) error {
	form, problems, _, err := recall[staffWords](ctx)
	if err != nil {
		return err
	}
	read, err := c.read(ctx)
	if err != nil {
		return err
	}
	if !*read.opened {
		if err := c.Looks.OpenRequest(ctx.Request().Context(), member(ctx), read.PersonID, read.Reference); err != nil {
			return err
		}
	}
	page := c.page(ctx, read)
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

// deskRequest is what the page of a request shows of it.
type deskRequest struct {
	*request.Request
	events  *[]request.Event
	items   *[]request.Item
	others  *[]task.Task
	named   *[]restriction.Restriction // accounts, by a report about a child
	gone    *map[uuid.UUID]bool        // whose owners are
	opened  *bool                      // by who looks, within the hour
	whose   *account.About
	erasure *[]erasure.Erasure // that carries it out
	names   map[uuid.UUID]string
	beside  *request.Beside // in the queue from which somebody came
}

func (c *staffRequestController) read(ctx echo.Context) (deskRequest, error) {
	id, err := idOf(ctx)
	if err != nil {
		return deskRequest{}, err
	}
	reads, by := c.Reads(), member(ctx)
	d := deskRequest{Request: c.Requests.ReadFound(reads, by, id), events: c.Requests.ReadJournal(reads, by, id), items: c.Requests.ReadItems(reads, id), erasure: &[]erasure.Erasure{}, named: c.Requests.ReadReported(reads, by, id)}
	reads.Then(func(more *postgres.Reads) error {
		d.opened = c.Looks.ReadOpened(more, by, d.PersonID, d.Reference)
		d.gone = c.readGone(more, *d.named)
		d.whose, d.others = c.Accounts.ReadAbout(more, d.PersonID), c.Tasks.ReadOf(more, d.PersonID, id)
		d.beside = c.Requests.ReadBeside(more, by, queueOf(ctx), *d.Request)
		if d.State == request.Approved && d.ErasureID != nil {
			d.erasure = c.Erasures.ReadErasure(more, *d.ErasureID)
		}
		who := ownersOf(*d.Request)
		if d.DecidedBy != nil {
			who = append(who, *d.DecidedBy)
		}
		for _, e := range *d.events {
			if id, ok := e.ByStaff(); ok {
				who = append(who, id)
			}
		}
		d.names = c.Staff.ReadNames(more, who...)
		return nil
	})
	return d, reads.Send(ctx.Request().Context())
}

func (c *staffRequestController) page(ctx echo.Context, d deskRequest) views.StaffRequestPage {
	r, one := ctx.Request().Context(), *d.Request
	row := c.queueRows(r, []request.Request{one}, d.names)[0]
	page := views.StaffRequestPage{
		Shell:   c.staffShell(ctx, "staff.showTitle", "staffQueue", "Reference", one.Reference, "Kind", row.Kind),
		Request: row, Law: c.Register.Law(one.Kind, one.Jurisdiction, text.Lang(r)), Article: c.Register.Article(one.Kind, one.Jurisdiction, text.Lang(r)), Why: dueSteps(r, one.DueWhy),
		Message: views.Paragraphs(one.Message), Decision: views.Paragraphs(one.Decision), Person: "/staff/people/" + one.PersonID.String(),
	}
	if refusal, ok := c.Register.Refusal(one.ReasonCode); ok {
		page.Reason = refusal.Name.In(text.Lang(r))
	}
	page.Confirmed = c.confirmed(r, one)
	if one.AppealedAt != nil && one.DecidedAt == nil {
		page.Appealed = *one.AppealedAt
		law, _ := c.Register.JurisdictionByID(one.Jurisdiction)
		page.AppealArticle = law.Appeal.Article.In(text.Lang(r))
		if one.DecidedBy != nil {
			page.DecidedBefore = d.names[*one.DecidedBy]
		}
	}
	for _, e := range *d.erasure {
		page.Waits = e.Waits
		if c.Erasures.Overdue(e) {
			page.Late = e.RunsAt
		}
	}
	if d.whose.Remains() != nil {
		page.Person, page.Erased = "", d.whose.Exists() != nil
	}
	page.Queue = queuePath(queueOf(ctx))
	page.Before, page.After = neighbour(ctx, d.beside.Before), neighbour(ctx, d.beside.After)
	c.offer(ctx, &page, one)
	page.Items, page.Events = c.aboutItems(r, *d.items), requestEvents(*d.events, d.names)
	if c.Requests.Protects(one) {
		page.Child = c.childPart(ctx, one, *d.named, *d.gone)
	}
	page.Others = c.deskTasks(ctx, *d.others)
	page.Unsaid = c.Requests.NeedsItems(one.Kind)
	if c.Requests.TakesItems(one.Kind) && one.State == request.Open && page.Person != "" {
		page.About = requestPath(ctx, one.ID, "/about")
	}
	return page
}

// neighbour is a link to a request beside the one that is shown.
func neighbour(ctx echo.Context, n request.Neighbour) ui.Link {
	if n.ID == uuid.Nil {
		return ui.Link{}
	}
	return ui.Link{Label: n.Reference, Href: requestPath(ctx, n.ID, "")}
}

// requestPath is the page of a request at the desk, or one behind it, in the queue
// from which somebody came.
func requestPath(ctx echo.Context, id uuid.UUID, behind string) string {
	return inQueue(ctx, "/staff/requests/"+id.String()+behind)
}

// queueHidden carries the queue through a form whose answers stand in the address.
func queueHidden(ctx echo.Context) []ui.Hidden {
	if q := queueQuery(queueOf(ctx)); q != "" {
		return []ui.Hidden{{Name: queueParam, Value: q}}
	}
	return nil
}

// offer sets what this member may do with a request now.
func (c *staffRequestController) offer(ctx echo.Context, page *views.StaffRequestPage, one request.Request) {
	m, at := member(ctx), func(what string) string { return requestPath(ctx, one.ID, what) }
	officer := m.Role.Covers(staff.Officer)
	page.Note = at("/notes")
	if one.State.UnderWay() {
		page.Reply, page.Ask = at("/messages"), at("/ask")
	}
	if one.State == request.Open {
		page.Assign = at("/assign")
	}
	if page.Another = one.State == request.Open && !one.MayReview(m.ID); page.Another {
		return
	}
	if one.State == request.Open && one.OwnerID == nil {
		page.Take = at("/take")
	}
	if one.State == request.Open && one.OwnerID != nil && (*one.OwnerID == m.ID || officer) {
		page.Release = at("/release")
	}
	if one.State == request.Open && officer {
		page.Approve = at("/approve")
	}
	if _, err := c.Requests.Longer(one); err == nil && officer {
		page.Extend = at("/extend")
	}
	if one.Undecided() && officer {
		page.Refuse = at("/refuse")
	}
	page.OnlyOfficers = one.Undecided() && !officer
}

func (c *staffRequestController) take(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	if err := c.Requests.Take(ctx.Request().Context(), member(ctx), id); err != nil {
		return err
	}
	return c.redirect(ctx, requestPath(ctx, id, ""), "staff.takenFlash")
}

func (c *staffRequestController) release(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	if err := c.Requests.Release(ctx.Request().Context(), member(ctx), id); err != nil {
		return err
	}
	return c.redirect(ctx, requestPath(ctx, id, ""), "staff.releasedFlash")
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
		return c.again(ctx, requestPath(ctx, id, ""), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, requestPath(ctx, id, ""), "staff.replied")
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
		return c.again(ctx, requestPath(ctx, id, ""), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, requestPath(ctx, id, ""), "staff.noted")
}
