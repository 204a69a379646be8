package request

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
)

// Whose narrows a queue by who has taken a request: one of these, or a member's id.
type Whose string

// Whose requests.
const (
	Everybodys Whose = ""
	MineOnly   Whose = "me"
	Nobodys    Whose = "nobody"
	Absents    Whose = "away" // of those who are away today
)

// owner is the member whose requests are meant, uuid.Nil for nobody's.
func (w Whose) owner(by staff.Member) (uuid.UUID, error) {
	switch w {
	case MineOnly:
		return by.ID, nil
	case Nobodys, Everybodys, Absents:
		return uuid.Nil, nil
	}
	return uuid.Parse(string(w))
}

// What a queue may be narrowed to beside one state.
const (
	AnyState State = "all"
	Closed   State = "closed" // however they ended
)

// Order is how a queue is sorted.
type Order string

// The orders.
const (
	ByDue      Order = "due"    // those that are urgent, and then the first due first
	ByReceived Order = "newest" // the last received first
	ByClosed   Order = "ended"  // the last closed first
)

// When narrows a queue by the day on which requests are due, and is in days.
type When int

// Whenever a request is due, or on a day that has passed; N is due today or within the
// N days that follow, or overdue.
const (
	AnyDay  When = 0
	Overdue When = -1
)

// Soon is within how many days what is due is counted.
const Soon When = 7

// Filter narrows the queue. With a Reference the rest is not looked at: what is
// sought is found in whatever state.
type Filter struct {
	State     State // Open if empty
	Kind      string
	Law       string // a jurisdiction
	Owner     Whose
	Due       When  // of requests under way
	Answered  bool  // the person has written, and nobody has answered since
	Order     Order // the first of Orders if it is none of them
	Reference string
}

// Orders are those in which what is filtered can be sorted.
func (f Filter) Orders() []Order {
	switch {
	case f.State == AnyState:
		return []Order{ByReceived}
	case f.State == "", f.State.UnderWay():
		return []Order{ByDue, ByReceived}
	}
	return []Order{ByClosed, ByReceived}
}

// Sorted is how it is.
func (f Filter) Sorted() Order {
	if slices.Contains(f.Orders(), f.Order) {
		return f.Order
	}
	return f.Orders()[0]
}

// states are those that it asks for.
func (f Filter) states() []State {
	var all []State
	switch f.State {
	case "":
		all = []State{Open}
	case AnyState:
		all = States()
	case Closed:
		all = slices.DeleteFunc(States(), State.UnderWay)
	default:
		all = []State{f.State}
	}
	if f.Due != AnyDay || f.Answered {
		all = slices.DeleteFunc(all, func(s State) bool { return !s.UnderWay() })
	}
	return all
}

// Cursor is the request after which a page of the queue begins: its place in the
// order of the filter.
type Cursor struct {
	Rank  int16
	DueOn deadline.Day
	At    time.Time // received or closed, where the order is by that
	ID    uuid.UUID
}

// CursorAt is a request's place in the filter's order; zero if it has none.
func (f Filter) CursorAt(r Request) Cursor {
	switch f.Sorted() {
	case ByReceived:
		return Cursor{At: r.ReceivedAt, ID: r.ID}
	case ByClosed:
		if r.ClosedAt == nil {
			return Cursor{}
		}
		return Cursor{At: *r.ClosedAt, ID: r.ID}
	case ByDue:
	}
	return Cursor{Rank: r.Rank, DueOn: r.DueOn, ID: r.ID}
}

// QueuePage is a page of the queue, without the words and reasons of its
// requests; Next is zero on the last.
type QueuePage struct {
	Requests []Request
	Next     Cursor
}

// ReadQueue adds a page of requests for staff.
func (s *Service) ReadQueue(r *postgres.Reads, by staff.Member, f Filter, after Cursor) *QueuePage {
	r.Refuse(by.Needs(staff.Agent))
	rows, page := s.readPage(r, by, f, after), &QueuePage{}
	r.Then(func(*postgres.Reads) error {
		page.Requests = (*rows)[:min(perPage, len(*rows))]
		if len(*rows) > perPage {
			page.Next = f.CursorAt(page.Requests[perPage-1])
		}
		return nil
	})
	return page
}

// Beside are the requests before and after one in a queue; the id is uuid.Nil where
// there is none.
type Beside struct{ Before, After Neighbour }

// Neighbour is a request beside another.
type Neighbour struct {
	ID        uuid.UUID
	Reference string
}

// ReadBeside adds which requests stand beside one in a filter's order, though it
// itself may have left the filter.
func (s *Service) ReadBeside(r *postgres.Reads, by staff.Member, f Filter, one Request) *Beside {
	r.Refuse(by.Needs(staff.Agent))
	b, at := &Beside{}, f.CursorAt(one)
	if at != (Cursor{}) && f.Reference == "" {
		s.readBeside(r, by, f, at, b)
	}
	return b
}

// Today is the day at the office, by which clocks are read.
func (s *Service) Today() deadline.Day { return deadline.DayOf(s.deps.Now(), s.deps.Zone) }

// Late is by how many days a request was closed after it was due; 0 in time. It is
// false of one that nobody had to answer: it is not closed, or was withdrawn.
func (s *Service) Late(r Request) (days int, answered bool) {
	if r.ClosedAt == nil || r.State == Cancelled {
		return 0, false
	}
	return max(0, deadline.DayOf(*r.ClosedAt, s.deps.Zone).Sub(r.DueOn)), true
}

// Tally is how much there is to do; each count stops at CountedTo + 1.
type Tally struct{ Open, Overdue, Soon, Answered, Mine, Nobodys, Absents int64 }

// ReadTally adds the counts of open requests.
func (s *Service) ReadTally(r *postgres.Reads, by staff.Member) *Tally { return s.readTally(r, by.ID) }
