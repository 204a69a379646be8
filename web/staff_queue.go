package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// staffQueueController is the list of what there is to answer.
type staffQueueController struct{ *server }

func (c *staffQueueController) index(ctx echo.Context) error {
	r := ctx.Request().Context()
	filter := queueFilter(ctx)
	rows, next, err := c.Requests.Queue(r, member(ctx), filter, dueCursor(ctx.QueryParam("after")))
	if err != nil {
		return err
	}
	tally, err := c.Requests.Tally(r, member(ctx))
	if err != nil {
		return err
	}
	page := views.StaffQueuePage{
		Shell: c.staffShell(ctx, "staff.queueTitle", "staffQueue"), Tally: tallyStats(r, tally),
		States: stateOptions(r, filter.State), Kinds: c.kindOptions(r, filter.Kind), Owners: ownerOptions(r, filter.Owner),
		Overdue: filter.Overdue, Answered: filter.Answered, Reference: filter.Reference,
	}
	if filter != (request.Filter{State: request.Open}) {
		page.Clear = "/staff"
	}
	if page.Rows, err = c.queueRows(r, rows); err != nil {
		return err
	}
	if ctx.QueryParams().Has("after") {
		q := ctx.QueryParams()
		q.Del("after")
		page.First = "/staff?" + q.Encode()
	}
	if next != (request.Cursor{}) {
		q := ctx.QueryParams()
		q.Set("after", strconv.Itoa(int(next.Rank))+","+next.DueOn.String()+","+next.ID.String())
		page.More = "/staff?" + q.Encode()
	}
	return render(ctx, http.StatusOK, views.StaffQueue(page))
}

// queueFilter reads the filter of the address; what it does not know is not
// narrowed by. A reference is sought among all requests.
func queueFilter(ctx echo.Context) request.Filter {
	if reference := strings.TrimSpace(ctx.QueryParam("q")); reference != "" {
		return request.Filter{Reference: reference}
	}
	f := request.Filter{State: request.Open, Kind: ctx.QueryParam("kind"), Overdue: ctx.QueryParam("overdue") == "yes", Answered: ctx.QueryParam("answered") == "yes"}
	for _, state := range request.States() {
		if ctx.QueryParam("state") == string(state) {
			f.State = state
		}
	}
	switch owner := request.Whose(ctx.QueryParam("owner")); owner {
	case request.MineOnly, request.Nobodys:
		f.Owner = owner
	case request.Everybodys:
	}
	return f
}

func dueCursor(after string) request.Cursor {
	rank, rest, _ := strings.Cut(after, ",")
	due, which, _ := strings.Cut(rest, ",")
	place, err3 := strconv.ParseInt(rank, 10, 16)
	day, err := deadline.ParseDay(due)
	id, err2 := uuid.Parse(which)
	if err != nil || err2 != nil || err3 != nil {
		return request.Cursor{}
	}
	return request.Cursor{Rank: int16(place), DueOn: day, ID: id}
}

func tallyStats(ctx context.Context, t request.Tally) []ui.StatProps {
	count := func(n int64, key string) ui.StatProps {
		number := text.Number(ctx, n)
		if n > request.CountedTo {
			number = text.T(ctx, "staff.more", "Count", text.Number(ctx, request.CountedTo))
		}
		return ui.StatProps{Number: number, Words: text.T(ctx, key)}
	}
	return []ui.StatProps{
		count(t.Open, "staff.tallyOpen"), count(t.Overdue, "staff.tallyOverdue"), count(t.Mine, "staff.tallyMine"), count(t.Nobodys, "staff.tallyNobodys"),
	}
}

func stateOptions(ctx context.Context, chosen request.State) []ui.Option {
	var options []ui.Option
	if chosen == "" {
		options = append(options, ui.Option{Label: text.T(ctx, "staff.filterStateAll"), Selected: true})
	}
	for _, state := range request.States() {
		options = append(options, ui.Option{Value: string(state), Label: text.T(ctx, "request.states."+string(state)), Selected: state == chosen})
	}
	return options
}

func (c *staffQueueController) kindOptions(ctx context.Context, chosen string) []ui.Option {
	options := []ui.Option{{Label: text.T(ctx, "staff.filterKindAll")}}
	for _, kind := range c.Register.RequestKinds {
		options = append(options, ui.Option{Value: kind.ID, Label: kind.Name.In(text.Lang(ctx)), Selected: kind.ID == chosen})
	}
	return options
}

func ownerOptions(ctx context.Context, chosen request.Whose) []ui.Option {
	return []ui.Option{
		{Label: text.T(ctx, "staff.filterOwnerAll")},
		{Value: string(request.MineOnly), Label: text.T(ctx, "staff.filterOwnerMe"), Selected: chosen == request.MineOnly},
		{Value: string(request.Nobodys), Label: text.T(ctx, "staff.filterOwnerNobody"), Selected: chosen == request.Nobodys},
	}
}

func (s *server) queueRows(ctx context.Context, requests []request.Request) ([]views.StaffQueueRow, error) {
	var owners []uuid.UUID
	for _, r := range requests {
		if r.OwnerID != nil {
			owners = append(owners, *r.OwnerID)
		}
	}
	names, err := s.Staff.Names(ctx, owners...)
	if err != nil {
		return nil, err
	}
	rows := make([]views.StaffQueueRow, len(requests))
	for i, r := range requests {
		rows[i] = views.StaffQueueRow{RequestRow: s.requestRow(ctx, r, "/staff/requests/"), Owner: text.T(ctx, "staff.nobody")}
		if r.Urgent() && r.State.UnderWay() {
			rows[i].Marks = append(rows[i].Marks, ui.BadgeProps{Kind: ui.Danger, Label: text.T(ctx, "staff.urgent")})
		}
		if r.SaidAt != nil {
			rows[i].Marks = append(rows[i].Marks, ui.BadgeProps{Kind: ui.Turn, Label: text.T(ctx, "staff.answered")})
		}
		if r.OwnerID != nil {
			rows[i].Owner = names[*r.OwnerID]
		}
	}
	return rows, nil
}
