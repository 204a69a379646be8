package views

import "plusultra.link/privacy/views/ui"

// RequestsPage lists what a person has asked for.
type RequestsPage struct {
	Shell
	UnderWay []RequestRow
	Closed   []RequestRow
}

// RequestRow is one request at a glance.
type RequestRow struct {
	Href, Reference, Kind, Received string
	State                           ui.BadgeProps
	Clock                           ui.BadgeProps // empty once closed
	Due                             string        // empty once closed
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
	Problems ui.Problems
}

// RequestCheckPage shows a request before it is sent.
type RequestCheckPage struct {
	Shell
	Action  string
	Change  string
	Kind    string
	Message string
	Due     string
	Why     []string
}

// RequestFiledPage says that a request has been received.
type RequestFiledPage struct {
	Shell
	Reference, Due, Href string
	Copy                 bool // it answers itself, under Downloads
	Why                  []string
}

// RequestPage is one request as the person sees it.
type RequestPage struct {
	Shell
	Summary    []ui.SummaryRow
	Why        []string
	Result     ui.Link  // where what was asked for is found; empty if here
	Decision   []string // paragraphs of our answer
	Complain   *ComplainPart
	Events     []ui.Event
	SayAction  string // empty once closed
	Message    string
	Problems   ui.Problems
	CancelTo   string // empty once it can't be withdrawn
	CancelText string
}

// ComplainPart is what a person may do about a refusal (promises P27, P28).
type ComplainPart struct {
	Us          string
	Authorities []AuthorityPart
}

// AuthorityPart is a supervisory authority.
type AuthorityPart struct {
	Name, Address, URL, Note string
}
