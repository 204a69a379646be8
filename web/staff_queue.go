package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/breach"
	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/postgres"
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
	reads := c.Reads()
	queue := c.Requests.ReadQueue(reads, member(ctx), filter, dueCursor(ctx.QueryParam("after")))
	tally := c.Requests.ReadTally(reads, member(ctx))
	owners := c.readNames(reads, func() []uuid.UUID { return ownersOf(queue.Requests...) })
	breaches := &[]breach.Breach{}
	if c.opens(member(ctx).Role, "/staff/breaches") {
		breaches = c.Breaches.ReadOpen(reads)
	}
	if err := reads.Send(r); err != nil {
		return err
	}
	page := views.StaffQueuePage{
		Shell: c.staffShell(ctx, "staff.queueTitle", "staffQueue"), State: views.RequestState(filter.State), Owner: views.QueueOwner(filter.Owner),
		Tally:   views.StaffTally{Open: tally.Open, Overdue: tally.Overdue, Mine: tally.Mine, Nobodys: tally.Nobodys, Ceiling: postgres.CountedTo},
		Overdue: filter.Overdue, Answered: filter.Answered, Reference: filter.Reference,
	}
	for _, state := range request.States() {
		page.States = append(page.States, views.RequestState(state))
	}
	for _, kind := range c.Register.RequestKinds {
		page.Kinds = append(page.Kinds, ui.Option{Value: kind.ID, Label: kind.Name.In(text.Lang(r)), Selected: kind.ID == filter.Kind})
	}
	for _, b := range *breaches {
		page.Breaches = append(page.Breaches, c.breach(r, b))
	}
	if filter != (request.Filter{State: request.Open}) {
		page.Clear = "/staff"
	}
	page.Rows = c.queueRows(r, queue.Requests, *owners)
	if ctx.QueryParams().Has("after") {
		q := ctx.QueryParams()
		q.Del("after")
		page.First = "/staff?" + q.Encode()
	}
	if next := queue.Next; next != (request.Cursor{}) {
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

// readNames adds the names of members of the staff, once it is known of which.
func (s *server) readNames(reads *postgres.Reads, which func() []uuid.UUID) *map[uuid.UUID]string {
	names := &map[uuid.UUID]string{}
	reads.Then(func(more *postgres.Reads) error {
		*names = s.Staff.ReadNames(more, which()...)
		return nil
	})
	return names
}

// ownersOf are those who have taken requests.
func ownersOf(requests ...request.Request) (owners []uuid.UUID) {
	for _, r := range requests {
		if r.OwnerID != nil {
			owners = append(owners, *r.OwnerID)
		}
	}
	return owners
}

func (s *server) queueRows(ctx context.Context, requests []request.Request, names map[uuid.UUID]string) []views.StaffQueueRow {
	rows := make([]views.StaffQueueRow, len(requests))
	for i, r := range requests {
		rows[i] = views.StaffQueueRow{RequestRow: s.requestRow(ctx, r, "/staff/requests/"), Urgent: r.Urgent() && r.State.UnderWay(), Answered: r.SaidAt != nil}
		if r.OwnerID != nil {
			rows[i].Owner = names[*r.OwnerID]
		}
	}
	return rows
}
