package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// RequestsPage lists what a person has asked for.
type RequestsPage struct {
	Shell
	UnderWay []RequestRow
	Closed   []RequestRow // a page of them
	Older    string       // address of the next page, if there is one
}

// RequestState is how far a request is.
type RequestState string

// The states of a request.
const (
	RequestOpen      RequestState = "open"
	RequestApproved  RequestState = "approved"
	RequestDone      RequestState = "done"
	RequestRefused   RequestState = "refused"
	RequestCancelled RequestState = "cancelled"
)

// RequestRow is one request at a glance.
type RequestRow struct {
	Href, Reference string
	Kind            string // its name
	Received        time.Time
	State           RequestState
	Due             time.Time // a day of the office's calendar; zero once closed
	Left            int       // days until then, while the request is open; overdue below 0
}

// DueStep is one step of the reasoning behind a date. Key is its message.
type DueStep struct {
	Key   string
	Day   time.Time // of the office's calendar
	Count int
	Name  string // of a holiday
}

// Actor is who did something with a request.
type Actor string

// Whoever does something with a request.
const (
	ByPerson Actor = "person"
	ByStaff  Actor = "staff"
	BySystem Actor = "system"
)

// RequestEvent is one thing that happened with a request.
type RequestEvent struct {
	At       time.Time
	Kind     string // "received", "refused": see the messages request.events
	Text     string // what was written
	By       Actor
	Name     string // of the member of staff, where it is said
	Internal bool   // a note that the person does not see
}

// RequestKindsPage asks what a person wants to ask for.
type RequestKindsPage struct {
	Shell
	Law   string
	Kinds []ui.CardProps
}

// RequestWritePage asks for the words of a request.
type RequestWritePage struct {
	Shell
	Action   string // where the check is
	Kind     string
	Summary  string
	Message  string
	Optional bool // this kind needs no words
	Copy     bool // the quickest way to this is Downloads
	Choices  bool // some of it is done at once under Privacy choices
	Problems ui.Problems
}

// RequestCheckPage shows a request before it is sent.
type RequestCheckPage struct {
	Shell
	Action  string
	Change  string
	Kind    string
	Message string
	Due     time.Time // a day of the office's calendar
	Why     []DueStep
}

// RequestFiledPage says that a request has been received.
type RequestFiledPage struct {
	Shell
	Reference, Href string
	Due             time.Time // a day of the office's calendar
	Copy            bool      // it answers itself, under Downloads
	Why             []DueStep
}

// RequestPage is one request as the person sees it.
type RequestPage struct {
	Shell
	Request   RequestRow
	Law       string // on which a refusal rests
	Asked     string // what they wrote
	Why       []DueStep
	Erasure   string   // where the erasure that they asked for is; empty for any other kind
	Copy      bool     // the answer lies under Downloads
	Decision  []string // paragraphs of our answer
	Complain  *ComplainPart
	Events    []RequestEvent
	SayAction string // empty once closed
	Message   string
	Problems  ui.Problems
	CancelTo  string // empty once it can't be withdrawn
}

// ComplainPart is what a person may do about a refusal (promises P27, P28).
type ComplainPart struct {
	Privacy     string // our own address for complaints
	Reference   string
	Authorities []AuthorityPart
}

// AuthorityPart is a supervisory authority; some have no address.
type AuthorityPart struct {
	Name, Address, URL, Note string
}

func (a AuthorityPart) say(ctx context.Context) string {
	return text.Commas(ctx, []string{a.Name, a.Address})
}
