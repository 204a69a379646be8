package web

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

type requestController struct{ *server }

type messageForm struct {
	Message string `form:"message"`
}

func (c *requestController) index(ctx echo.Context) error {
	r := ctx.Request().Context()
	mine, err := c.Requests.Mine(r, person(ctx))
	if err != nil {
		return err
	}
	page := views.RequestsPage{Shell: c.shell(ctx, "request.title", "requests")}
	for _, one := range mine {
		row := c.requestRow(r, one, "/requests/")
		if one.State.UnderWay() {
			page.UnderWay = append(page.UnderWay, row)
		} else {
			page.Closed = append(page.Closed, row)
		}
	}
	return render(ctx, http.StatusOK, views.Requests(page))
}

func (c *requestController) show(ctx echo.Context) error {
	return c.showWith(ctx, http.StatusOK, "", nil)
}

func (c *requestController) showWith(ctx echo.Context, code int, message string, problems fault.Problems) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	one, err := c.Requests.Get(r, person(ctx), id)
	if err != nil {
		return err
	}
	events, err := c.Requests.Timeline(r, person(ctx), id)
	if err != nil {
		return err
	}
	page, err := c.page(ctx, one, events)
	if err != nil {
		return err
	}
	page.Message, page.Problems = message, words(ctx, problems)
	return render(ctx, code, views.Request(page))
}

func (c *requestController) page(ctx echo.Context, one request.Request, events []request.Event) (views.RequestPage, error) {
	r := ctx.Request().Context()
	at := "/requests/" + one.ID.String()
	row := c.requestRow(r, one, "/requests/")
	page := views.RequestPage{
		Shell: c.shell(ctx, "", "requests"), Why: why(r, one.DueWhy), Decision: views.Paragraphs(one.Decision),
		Summary: []ui.SummaryRow{
			{Key: text.T(r, "request.reference"), Value: one.Reference},
			{Key: text.T(r, "request.state"), Inside: ui.Badge(row.State)},
			{Key: text.T(r, "request.received"), Value: row.Received},
		},
	}
	if one.State.UnderWay() {
		page.Summary = append(page.Summary, ui.SummaryRow{Key: text.T(r, "request.due"), Value: row.Due})
	} else {
		page.Why = nil // a date that binds nobody any more needs no reasons
	}
	page.Title = text.T(r, "request.showTitle", "Kind", row.Kind)
	if one.Message != "" {
		page.Summary = append(page.Summary, ui.SummaryRow{Key: text.T(r, "request.yourMessage"), Inside: views.AsWritten(one.Message)})
	}
	page.Result = c.result(r, one)
	for _, e := range events {
		page.Events = append(page.Events, c.event(r, e, nil))
	}
	if one.State.UnderWay() {
		page.SayAction, page.CancelTo = at+"/messages", at+"/cancel"
		page.CancelText = text.T(r, "request.cancelText")
		if one.ErasureID != nil {
			page.CancelText = text.T(r, "request.cancelErasure")
		}
	}
	if one.State != request.Refused {
		return page, nil
	}
	if refusal, ok := c.Register.Refusal(one.ReasonCode); ok && refusal.Law(one.Jurisdiction, text.Lang(r)) != "" {
		page.Summary = append(page.Summary, ui.SummaryRow{Key: text.T(r, "request.law"), Value: refusal.Law(one.Jurisdiction, text.Lang(r))})
	}
	authorities, err := c.authorities(r, one.PersonID)
	page.Complain = &views.ComplainPart{
		Us:          text.T(r, "request.complainUs", "Privacy", c.Register.Controller.PrivacyEmail, "Reference", one.Reference),
		Authorities: authorities,
	}
	return page, err
}

// result is where the person finds what they asked for, if not on this page.
func (c *requestController) result(ctx context.Context, one request.Request) ui.Link {
	if one.ErasureID != nil {
		return ui.Link{Label: text.T(ctx, "request.toErasure"), Href: erasureAt(*one.ErasureID)}
	}
	if kind, _ := c.Register.RequestKind(one.Kind); c.Requests.AnswersWithCopy(kind) {
		return ui.Link{Label: text.T(ctx, "request.toDownloads"), Href: "/downloads"}
	}
	return ui.Link{}
}

func (c *requestController) say(ctx echo.Context) error {
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
		return c.showWith(ctx, http.StatusUnprocessableEntity, form.Message, problems)
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

// idOf is the id in the address. NotFound if it is none.
func idOf(ctx echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(ctx.Param("id"))
	return id, fault.Wrap(err, fault.NotFound, "fault.notFound")
}

// authorities are those to which a person may complain.
func (s *server) authorities(ctx context.Context, person uuid.UUID) ([]views.AuthorityPart, error) {
	list, err := s.Requests.Authorities(ctx, person)
	parts := make([]views.AuthorityPart, len(list))
	for i, a := range list {
		parts[i] = views.AuthorityPart{Name: a.Name.In(text.Lang(ctx)), Address: a.Address, URL: a.URL, Note: a.Note.In(text.Lang(ctx))}
	}
	return parts, err
}

// requestRow is a request at a glance; its page lies under path.
func (s *server) requestRow(ctx context.Context, r request.Request, path string) views.RequestRow {
	row := views.RequestRow{
		Href: path + r.ID.String(), Reference: r.Reference, Kind: s.kindName(ctx, r.Kind), Received: text.Date(ctx, r.ReceivedAt),
		State: ui.BadgeProps{Kind: stateColour(r.State), Label: text.T(ctx, "request.states."+string(r.State))},
	}
	if r.State.UnderWay() {
		row.Due = text.Day(ctx, r.DueOn.Time())
	}
	if r.State == request.Open {
		row.Clock = clockBadge(ctx, r.DueOn.Sub(s.Requests.Today()))
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

func stateColour(state request.State) ui.Kind {
	switch state {
	case request.Open, request.Approved:
		return ui.Info
	case request.Done:
		return ui.Done
	case request.Refused, request.Cancelled:
	}
	return ui.Plain
}

// soon is when a clock turns amber, in days.
const soon = 7

// clockBadge says in words how many days are left.
func clockBadge(ctx context.Context, left int) ui.BadgeProps {
	switch {
	case left < 0:
		return ui.BadgeProps{Kind: ui.Danger, Label: text.N(ctx, "request.dueOver", int64(-left)), Icon: "warning"}
	case left == 0:
		return ui.BadgeProps{Kind: ui.Turn, Label: text.T(ctx, "request.dueToday")}
	case left <= soon:
		return ui.BadgeProps{Kind: ui.Turn, Label: text.N(ctx, "request.dueIn", int64(left))}
	}
	return ui.BadgeProps{Label: text.N(ctx, "request.dueIn", int64(left))}
}

// why tells the reasoning behind a date.
func why(ctx context.Context, steps []deadline.Step) []string {
	said := make([]string, len(steps))
	for i, step := range steps {
		said[i] = text.T(ctx, step.Key, "Day", text.Day(ctx, step.Day.Time()), "Count", step.Count, "Name", step.Name[text.Lang(ctx)])
	}
	return said
}

// event sets one step of a request; names are the staff's, who are named to
// each other but not to the person.
func (*server) event(ctx context.Context, e request.Event, names map[uuid.UUID]string) ui.Event {
	title := text.T(ctx, "request.events."+e.Kind)
	if names != nil {
		title = text.T(ctx, "staff.events."+e.Kind)
	}
	out := ui.Event{When: ui.TimeProps{ISO: text.ISO(e.At), Text: text.Time(ctx, e.At)}, Title: title, Text: e.Text}
	switch e.Kind {
	case request.WasRefused:
		out.Kind = ui.Danger
	case request.WasApproved, request.WasDone:
		out.Kind = ui.Done
	}
	id, byStaff := e.ByStaff()
	switch {
	case byStaff && names[id] != "":
		out.By = names[id]
	case byStaff:
		out.By = text.T(ctx, "request.byUs")
	case e.ActorKind == "person" && names == nil:
		out.By = text.T(ctx, "request.byYou")
	case e.ActorKind == "person":
		out.By = text.T(ctx, "staff.personTitle")
	default:
		out.By = text.T(ctx, "request.bySystem")
	}
	return out
}
