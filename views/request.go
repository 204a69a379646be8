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
	Part            bool      // granted in part
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

// Confirmation is that a request was received, said where the law asks for that.
type Confirmation struct {
	At, By time.Time // By is a day of the office's calendar
	Rule   DueStep   // that says by when; empty if the register has it no more
}

func (c Confirmation) row(ctx context.Context) ui.SummaryRow {
	said := text.T(ctx, "request.confirmedBy", "When", text.Date(ctx, c.At), "By", text.Day(ctx, c.By))
	if c.Rule.Key != "" {
		said = text.Sentences(ctx, said, c.Rule.say(ctx))
	}
	return ui.SummaryRow{Key: text.T(ctx, "request.confirmed"), Value: said}
}

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
	About    RequestAbout
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
	Deed    Deed
	Items   []RequestItem
	Hidden  []ui.Hidden // what else is sent on
	Due     time.Time   // a day of the office's calendar
	Why     []DueStep
}

// RequestFiledPage says that a request has been received.
type RequestFiledPage struct {
	Shell
	Reference, Href string
	Due             time.Time // a day of the office's calendar
	Copy            bool      // it answers itself, under Downloads
	Erasure         string    // where the deletion is that it began; empty: none
	Answered        bool      // it answered itself, on its page
	Why             []DueStep
}

// RequestPage is one request as the person sees it.
type RequestPage struct {
	Shell
	Request      RequestRow
	Law          string // on which a refusal rests
	Asked        string // what they wrote
	Items        []RequestItem
	Restrictions []Restriction // that follow from it
	Others       []TaskRow     // who else was told
	Confirmed    *Confirmation
	Why          []DueStep
	Erasure      string   // where the erasure that they asked for is; empty for any other kind
	Copy         bool     // the answer lies under Downloads
	Decision     []string // paragraphs of our answer
	Complain     *ComplainPart
	Events       []RequestEvent
	SayAction    string // empty once closed
	Message      string
	Problems     ui.Problems
	CancelTo     string // empty once it can't be withdrawn
}

// ComplainPart is what a person may do about a refusal (promises P27, P28).
type ComplainPart struct {
	Privacy     string // our own address for complaints
	Reference   string
	Authorities []AuthorityPart
	Court       string    // that they may also go there; empty where they may not
	Appeal      string    // where they answer it; empty if they may not any more
	Until       time.Time // and until when: a day of the office's calendar
	Words       string
	Problem     string
}

// AuthorityPart is a supervisory authority; some have no address.
type AuthorityPart struct {
	Name, Address, URL, Note string
}

func (a AuthorityPart) say(ctx context.Context) string {
	return text.Commas(ctx, []string{a.Name, a.Address})
}

// Deed is what is done where a request is granted: of the register. Its words are the
// messages deed.does.
type Deed string

// The deeds of which a page says more.
const (
	DeedCorrect Deed = "correct"
	DeedLimit   Deed = "limit"
	DeedStop    Deed = "stop"
	DeedRemove  Deed = "remove"
	DeedProtect Deed = "protect"
)

// RequestAbout is the part of a form in which somebody says what a request is about.
type RequestAbout struct {
	Deed    Deed
	Groups  []AboutGroup
	Problem string
	// Of a correction:
	Category, Source, Row string
	Kind                  string // of data, named
	Fields                []EditRowField
}

// AboutOf is what sort of things there are to tick.
type AboutOf string

// The sorts: see the messages deed.about.
const (
	AboutUses  AboutOf = "uses"
	AboutKinds AboutOf = "kinds"
)

// AboutGroup is things to tick.
type AboutGroup struct {
	Of      AboutOf
	Options []ui.Option
}

func (r RequestRow) badge(ctx context.Context) ui.BadgeProps {
	if r.Part {
		return ui.BadgeProps{Kind: ui.Done, Label: text.T(ctx, "request.outcomes.part")}
	}
	return r.State.badge(ctx)
}

func (g AboutGroup) legend(ctx context.Context) string { return text.T(ctx, "deed.of."+string(g.Of)) }

// RequestItem is one thing that a request is about.
type RequestItem struct {
	ID, Name      string
	Change        bool // a field gets another value
	Was, Wanted   string
	Decided, Done bool
	Why           string // not
}

func (i RequestItem) badge(ctx context.Context) ui.BadgeProps {
	switch {
	case !i.Decided:
		return ui.BadgeProps{Label: text.T(ctx, "deed.states.open")}
	case i.Done:
		return ui.BadgeProps{Kind: ui.Done, Label: text.T(ctx, "deed.states.granted")}
	}
	return ui.BadgeProps{Label: text.T(ctx, "deed.states.refused")}
}

func (i RequestItem) change(ctx context.Context) string {
	some := func(value string) string {
		if value == "" {
			return text.T(ctx, "deed.changeNone")
		}
		return value
	}
	return text.T(ctx, "deed.change", "Was", some(i.Was), "Wanted", some(i.Wanted))
}

// Restriction is something that is kept and not used, or a use that stopped.
type Restriction struct {
	Name    string
	Since   time.Time
	Limited bool
	Child   bool      // the account is held, because it may be a child's
	Ends    time.Time // zero: nobody has ended it
	Action  string    // by which it ends; empty for who may not
}

func (r Restriction) say(ctx context.Context) string {
	key := "deed.objected"
	if r.Limited {
		key = "deed.limited"
	}
	if r.Child {
		key = "deed.child"
	}
	said := text.T(ctx, key, "Date", r.Since)
	if !r.Ends.IsZero() {
		said = text.Sentences(ctx, said, text.T(ctx, "deed.ends", "Date", r.Ends))
	}
	return said
}
