package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

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
	_, problems, _, err := recall[struct{}](ctx)
	if err != nil {
		return err
	}
	r := ctx.Request().Context()
	filter := queueFilter(ctx.QueryParams())
	reads := c.Reads()
	queue := c.Requests.ReadQueue(reads, member(ctx), filter, queueCursor(filter, ctx.QueryParam("after")))
	tally := c.Requests.ReadTally(reads, member(ctx))
	colleagues := c.Staff.ReadMembers(reads)
	owners := c.readNames(reads, func() []uuid.UUID { return ownersOf(queue.Requests...) })
	breaches := &[]breach.Breach{}
	if c.opens(member(ctx).Role, "/staff/breaches") {
		breaches = c.Breaches.ReadOpen(reads)
	}
	if err := reads.Send(r); err != nil {
		return err
	}
	page := views.StaffQueuePage{
		Shell: c.staffShell(ctx, "staff.queueTitle", "staffQueue"), Tally: queueTally(tally),
		Problems: words(ctx, problems), Hidden: []ui.Hidden{{Name: queueParam, Value: queueQuery(filter)}},
		Answered: filter.Answered, Reference: filter.Reference, State: string(filter.State), Owner: string(filter.Owner), Due: int(filter.Due), Order: views.QueueOrder(filter.Sorted()),
	}
	for _, deed := range request.BulkDeeds() {
		if member(ctx).Role.Covers(deed.Needs()) {
			page.Deeds = append(page.Deeds, views.BulkDeed(deed))
		}
	}
	for _, order := range filter.Orders() {
		page.Orders = append(page.Orders, views.QueueOrder(order))
	}
	for _, state := range request.States() {
		page.States = append(page.States, views.RequestState(state))
	}
	for _, kind := range c.Register.RequestKinds {
		page.Kinds = append(page.Kinds, ui.Option{Value: kind.ID, Label: kind.Name.In(text.Lang(r)), Selected: kind.ID == filter.Kind})
	}
	for _, law := range c.Register.Jurisdictions {
		page.Laws = append(page.Laws, ui.Option{Value: law.ID, Label: law.Name.In(text.Lang(r)), Selected: law.ID == filter.Law})
	}
	for _, one := range *colleagues {
		page.Colleagues = append(page.Colleagues, ui.Option{Value: one.ID.String(), Label: one.Name, Selected: one.ID.String() == string(filter.Owner)})
	}
	for _, b := range *breaches {
		page.Breaches = append(page.Breaches, c.breach(r, b))
	}
	if filter != queueFilter(nil) {
		page.Clear = "/staff"
	}
	page.Rows = c.queueRows(r, queue.Requests, *owners)
	for i := range page.Rows {
		page.Rows[i].Href = withParam(page.Rows[i].Href, queueParam, queueQuery(filter))
	}
	if ctx.QueryParams().Has("after") {
		page.First = queuePath(filter)
	}
	if next := queue.Next; next != (request.Cursor{}) {
		page.More = withParam(queuePath(filter), "after", afterCursor(filter, next))
	}
	return render(ctx, http.StatusOK, views.StaffQueue(page))
}

// queueTally is how much there is to do, each count with where it is listed.
func queueTally(t *request.Tally) []views.QueueCount {
	open := func(n int64, what views.QueueTally, f request.Filter) views.QueueCount {
		f.State = request.Open
		return views.QueueCount{What: what, Number: n, Ceiling: postgres.CountedTo, Href: queuePath(f)}
	}
	counts := []views.QueueCount{
		open(t.Open, "open", request.Filter{}), open(t.Overdue, "overdue", request.Filter{Due: request.Overdue}),
		open(t.Soon, "soon", request.Filter{Due: request.Soon}), open(t.Answered, "answered", request.Filter{Answered: true}),
		open(t.Mine, "mine", request.Filter{Owner: request.MineOnly}), open(t.Nobodys, "nobodys", request.Filter{Owner: request.Nobodys}),
	}
	if t.Absents > 0 {
		counts = append(counts, open(t.Absents, "absents", request.Filter{Owner: request.Absents}))
	}
	return counts
}

const (
	queueParam = "in"      // on a request's page: the filter of the queue from which somebody came
	overdue    = "overdue" // instead of a number of days
	longestDue = 3660      // days
)

// queueFilter reads the filter of an address; what it does not know is not
// narrowed by. A reference is sought among all requests.
func queueFilter(q url.Values) request.Filter {
	if reference := strings.TrimSpace(q.Get("q")); reference != "" {
		return request.Filter{Reference: reference}
	}
	f := request.Filter{State: request.Open, Kind: q.Get("kind"), Law: q.Get("law"), Answered: q.Get("answered") == "yes", Order: request.Order(q.Get("order"))}
	for _, state := range append(request.States(), request.Closed, request.AnyState) {
		if q.Get("state") == string(state) {
			f.State = state
		}
	}
	switch owner := request.Whose(q.Get("owner")); owner {
	case request.MineOnly, request.Nobodys, request.Absents:
		f.Owner = owner
	case request.Everybodys:
	default:
		if id, err := uuid.Parse(string(owner)); err == nil {
			f.Owner = request.Whose(id.String())
		}
	}
	if q.Get("due") == overdue {
		f.Due = request.Overdue
	} else if days, err := strconv.Atoi(q.Get("due")); err == nil && days > 0 && days <= longestDue {
		f.Due = request.When(days)
	}
	if order := f.Sorted(); order == f.Orders()[0] {
		f.Order = ""
	} else {
		f.Order = order
	}
	return f
}

// queueQuery is a filter as it stands in an address; empty for the queue as it is
// without one.
func queueQuery(f request.Filter) string {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("q", f.Reference)
	set("kind", f.Kind)
	set("law", f.Law)
	set("owner", string(f.Owner))
	set("order", string(f.Order))
	if f.State != request.Open {
		set("state", string(f.State))
	}
	if f.Answered {
		set("answered", "yes")
	}
	switch {
	case f.Due == request.Overdue:
		set("due", overdue)
	case f.Due > request.AnyDay:
		set("due", strconv.Itoa(int(f.Due)))
	}
	return q.Encode()
}

func queuePath(f request.Filter) string {
	if q := queueQuery(f); q != "" {
		return "/staff?" + q
	}
	return "/staff"
}

// queueOf is the filter of the queue from which somebody came to a request.
func queueOf(ctx echo.Context) request.Filter {
	q, _ := url.ParseQuery(ctx.QueryParam(queueParam)) // what can't be read is no filter
	return queueFilter(q)
}

// inQueue is an address at a request that does not forget the queue.
func inQueue(ctx echo.Context, path string) string {
	return withParam(path, queueParam, queueQuery(queueOf(ctx)))
}

// afterCursor and queueCursor write and read a place in the queue.
func afterCursor(f request.Filter, c request.Cursor) string {
	if f.Sorted() == request.ByDue {
		return strconv.Itoa(int(c.Rank)) + "," + c.DueOn.String() + "," + c.ID.String()
	}
	return c.At.UTC().Format(time.RFC3339Nano) + "," + c.ID.String()
}

func queueCursor(f request.Filter, after string) request.Cursor {
	parts := strings.Split(after, ",")
	id, err := uuid.Parse(parts[len(parts)-1])
	if err != nil {
		return request.Cursor{}
	}
	switch {
	case f.Sorted() == request.ByDue && len(parts) == 3:
		rank, err := strconv.ParseInt(parts[0], 10, 16)
		day, err2 := deadline.ParseDay(parts[1])
		if err == nil && err2 == nil {
			return request.Cursor{Rank: int16(rank), DueOn: day, ID: id}
		}
	case f.Sorted() != request.ByDue && len(parts) == 2:
		if at, err := time.Parse(time.RFC3339Nano, parts[0]); err == nil {
			return request.Cursor{At: at, ID: id}
		}
	}
	return request.Cursor{}
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
		rows[i] = views.StaffQueueRow{RequestRow: s.requestRow(ctx, r, "/staff/requests/"), Urgent: r.Urgent() && r.State.UnderWay(), Appeal: r.AppealedAt != nil && r.State.UnderWay(), Answered: r.SaidAt != nil}
		rows[i].ID = r.ID.String()
		rows[i].Days, rows[i].Ended = s.Requests.Late(r)
		if r.OwnerID != nil {
			rows[i].Owner = names[*r.OwnerID]
		}
	}
	return rows
}
