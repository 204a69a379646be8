package web

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

type requestController struct{ *server }

type messageForm struct {
	Message string `form:"message" text:"service"`
}

// requestWords are those of whichever form of the page was sent.
type requestWords struct{ Message, Appeal string }

func (c *requestController) index(ctx echo.Context) error {
	r := ctx.Request().Context()
	reads := c.Reads()
	underWay := c.Requests.ReadUnderWay(reads, person(ctx))
	at, id := cursorOf(ctx)
	closed := c.Requests.ReadClosed(reads, person(ctx), request.Filed{At: at, ID: id})
	if err := reads.Send(r); err != nil {
		return err
	}
	page := views.RequestsPage{Shell: c.shell(ctx, "request.title", "requests"), UnderWay: c.requestRows(r, *underWay), Closed: c.requestRows(r, closed.Requests)}
	if next := closed.Next; next != (request.Filed{}) {
		page.Older = older("/requests", next.At, next.ID)
	}
	return render(ctx, http.StatusOK, views.Requests(page))
}

func (c *requestController) show(ctx echo.Context) error {
	form, problems, _, err := recall[requestWords](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	reads := c.Reads()
	mine, items := c.Requests.ReadTimeline(reads, person(ctx), id), c.Requests.ReadItems(reads, id)
	stopped, others := c.Restrictions.ReadInForce(reads, person(ctx)), c.Tasks.ReadOf(reads, person(ctx), id)
	whose := &account.About{}
	reads.Then(func(more *postgres.Reads) error {
		if mine.Request.Declined() { // they are told to whom they may complain
			whose = c.Accounts.ReadAbout(more, person(ctx))
		}
		return nil
	})
	if err := reads.Send(r); err != nil {
		return err
	}
	page := c.page(ctx, mine.Request, *mine.Events, *whose)
	page.Items, page.Restrictions = c.aboutItems(r, *items), c.restrictions(r, (*stopped)[person(ctx)], id)
	page.Others = c.taskRows(r, *others)
	page.Message, page.Problems = form.Message, words(ctx, problems)
	if page.Complain != nil {
		page.Complain.Words, page.Complain.Problem = form.Appeal, page.Problems.Of("appeal")
	}
	return render(ctx, http.StatusOK, views.Request(page))
}

func (c *requestController) page(ctx echo.Context, one request.Request, events []request.Event, whose account.About) views.RequestPage {
	r := ctx.Request().Context()
	at := "/requests/" + one.ID.String()
	row := c.requestRow(r, one, "/requests/")
	page := views.RequestPage{
		Shell: c.shell(ctx, "request.showTitle", "requests", "Kind", row.Kind), Request: row, Asked: one.Message,
		Decision: views.Paragraphs(one.Decision), Copy: c.Requests.ByCopy(one), Events: requestEvents(events, nil),
	}
	page.Confirmed = c.confirmed(r, one)
	if one.ErasureID != nil {
		page.Erasure = erasureAt(*one.ErasureID)
	}
	if one.State.UnderWay() { // a date that binds nobody any more needs no reasons
		page.Why, page.SayAction, page.CancelTo = dueSteps(r, one.DueWhy), at+"/messages", at+"/cancel"
	}
	if !one.Declined() {
		return page
	}
	page.Law = c.Register.RefusalLaw(one.ReasonCode, one.Kind, one.Jurisdiction, text.Lang(r))
	law, _ := c.Register.JurisdictionByID(one.Jurisdiction)
	page.Complain = &views.ComplainPart{
		Privacy: c.Register.Controller.PrivacyEmail, Reference: one.Reference, Authorities: c.authorities(r, whose.Country, whose.Region), Court: law.Court.In(text.Lang(r)),
	}
	if until := c.Requests.AppealUntil(one); !until.IsZero() && !one.State.UnderWay() {
		page.Complain.Appeal, page.Complain.Until = at+"/appeal", until.Time()
	}
	return page
}

func (c *requestController) message(ctx echo.Context) error {
	form, err := bind[messageForm](ctx)
	if err != nil {
		return err
	}
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	err = c.Requests.Say(ctx.Request().Context(), person(ctx), id, form.Message)
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, "/requests/"+id.String(), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/requests/"+id.String(), "request.said")
}

func (c *requestController) cancel(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	if err := c.Requests.Cancel(ctx.Request().Context(), person(ctx), id); err != nil {
		return err
	}
	return c.redirect(ctx, "/requests/"+id.String(), "request.cancelled")
}

// idOf is the id in the address, whatever a mail program put behind the link.
// NotFound if it is none.
func idOf(ctx echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(input.Token(ctx.Param("id")))
	return id, fault.Wrap(err, fault.NotFound, "fault.notFound")
}

// authorities are those to which somebody who lives there may complain.
func (s *server) authorities(ctx context.Context, country, region string) []views.AuthorityPart {
	list := s.Register.AuthoritiesFor(country, region)
	parts := make([]views.AuthorityPart, len(list))
	for i, a := range list {
		parts[i] = views.AuthorityPart{Name: a.Name.In(text.Lang(ctx)), Address: a.Address, URL: a.URL, Note: a.Note.In(text.Lang(ctx))}
	}
	return parts
}

func (s *server) requestRows(ctx context.Context, requests []request.Request) []views.RequestRow {
	rows := make([]views.RequestRow, len(requests))
	for i, r := range requests {
		rows[i] = s.requestRow(ctx, r, "/requests/")
	}
	return rows
}

// requestRow is a request at a glance; its page lies under path.
func (s *server) requestRow(ctx context.Context, r request.Request, path string) views.RequestRow {
	row := views.RequestRow{
		Href: path + r.ID.String(), Reference: r.Reference, Kind: s.kindName(ctx, r.Kind), Received: r.ReceivedAt, State: views.RequestState(r.State), Part: r.Outcome == request.InPart,
	}
	if r.State.UnderWay() {
		row.Due, row.Left = r.DueOn.Time(), r.DueOn.Sub(s.Requests.Today())
	}
	return row
}

func (s *server) kindName(ctx context.Context, id string) string {
	kind, ok := s.Register.RequestKind(id)
	if !ok {
		return id // a kind of an earlier register
	}
	return kind.Name.In(text.Lang(ctx))
}

// confirmed is how it was confirmed that a request was received; nil where no law asks
// for that.
func (s *server) confirmed(ctx context.Context, r request.Request) *views.Confirmation {
	by, rule := s.Requests.Confirmation(r)
	if r.ConfirmedAt == nil {
		return nil
	}
	return &views.Confirmation{At: *r.ConfirmedAt, By: by.Time(), Rule: dueSteps(ctx, []deadline.Step{rule})[0]}
}

// dueSteps are the reasoning behind a date.
func dueSteps(ctx context.Context, steps []deadline.Step) []views.DueStep {
	out := make([]views.DueStep, len(steps))
	for i, step := range steps {
		out[i] = views.DueStep{Key: step.Key, Day: step.Day.Time(), Count: step.Count, Name: step.Name[text.Lang(ctx)]}
	}
	return out
}

// requestEvents are the steps of a request; names are the staff's, who are
// named to each other but not to the person.
func requestEvents(events []request.Event, names map[uuid.UUID]string) []views.RequestEvent {
	out := make([]views.RequestEvent, len(events))
	for i, e := range events {
		out[i] = views.RequestEvent{At: e.At, Kind: e.Kind, Text: e.Text, By: views.BySystem, Internal: e.Internal}
		if id, byStaff := e.ByStaff(); byStaff {
			out[i].By, out[i].Name = views.ByStaff, names[id]
		} else if e.ActorKind == "person" {
			out[i].By = views.ByPerson
		}
	}
	return out
}
