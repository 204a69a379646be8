package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// StaffSignInPage is the first step: address and password.
type StaffSignInPage struct {
	Shell
	Email    string
	Next     string
	Problems ui.Problems
}

// StaffCodePage is the second: the authenticator's code.
type StaffCodePage struct {
	Shell
	Problems ui.Problems
}

// StaffProofPage asks somebody signed in for a code.
type StaffProofPage struct {
	Shell

	Next, Back string
	Lost       bool // what was filled in before
	Problems   ui.Problems
}

// StaffEnrolPage sets up a new member's password and authenticator.
type StaffEnrolPage struct {
	Shell
	Action   string
	Role     StaffRole
	Email    string
	Secret   string
	Seed     string // the secret, sealed, for the form to carry
	QR       ui.QRProps
	Problems ui.Problems
}

// QueueTally is what is counted: the messages staff.tally.
type QueueTally string

// QueueCount is how many requests there are of a sort, and where they are listed.
// What is above Ceiling is counted no further.
type QueueCount struct {
	What            QueueTally
	Number, Ceiling int64
	Href            string
}

// QueueOrder is how the queue is sorted: the messages staff.order.
type QueueOrder string

// StaffQueuePage lists requests.
type StaffQueuePage struct {
	Shell
	Tally      []QueueCount
	State      string // the only one listed, or AnyState or AnyClosed
	States     []RequestState
	Kinds      []ui.Option // by their names
	Laws       []ui.Option // by their names
	Owner      string      // Mine, Nobodys or the id of one of the Colleagues; empty: all
	Colleagues []ui.Option // by their names
	Due        int         // within so many days; Late: it is overdue; 0: all
	Answered   bool        // only those to which the person has added something
	Order      QueueOrder
	Orders     []QueueOrder // to choose from
	Deeds      []BulkDeed   // what may be done to many
	Hidden     []ui.Hidden
	Problems   ui.Problems
	Reference  string
	Clear      string // empty with no filter set
	Rows       []StaffQueueRow
	First      string        // empty on the first page
	More       string        // empty on the last
	Breaches   []StaffBreach // whose clock runs
}

// What the queue may be narrowed to, beside what has a name of its own.
const (
	Mine      = "me"
	Nobodys   = "nobody"
	Absents   = "away"
	AnyState  = "all"
	AnyClosed = "closed"
	Late      = -1
)

// StaffQueueRow is one request in the queue.
type StaffQueueRow struct {
	RequestRow
	Owner    string // name; empty: nobody has taken it
	Urgent   bool
	Appeal   bool // its person disagrees with what was decided
	Answered bool // the person has added something since staff last looked
	ID       string
	Ended    bool // it was answered,
	Days     int  // so many days late
}

// StaffRequestPage is one request as staff see it.
type StaffRequestPage struct {
	Shell
	Request       StaffQueueRow
	Queue         string    // from which one came
	Before, After ui.Link   // in it; without an address where there is none
	Law           string    // that applies
	Article       string    // on which the request rests
	Reason        string    // of a refusal
	Waits         bool      // for a legal hold, a deletion does
	Late          time.Time // when a deletion that is late should have begun; zero: none is
	Why           []DueStep
	Message       []string // paragraphs; none if nothing was written
	// Actions by what this member may do now; empty where they may not.
	Assign                         string
	Take, Release, Approve, Refuse string
	Extend                         string
	OnlyOfficers                   bool
	Confirmed                      *Confirmation
	Appealed                       time.Time // when the person answered a refusal; zero: they did not
	DecidedBefore                  string    // by whom
	AppealArticle                  string    // that gives them an appeal; empty where no law does
	Another                        bool      // whoever reads it decided it, so somebody else does now
	Person                         string    // empty: their record can't be opened any more
	Erased                         bool      // the person is there no more, nor what they wrote
	Decision                       []string
	Items                          []RequestItem
	Child                          *ChildPart // of a report about a child
	About                          string     // where staff say what it is about; empty where they may not
	Others                         []TaskRow
	Ask                            string // where somebody else is asked; empty where they may not
	Unsaid                         bool   // without items it does not say yet what it is about
	Events                         []RequestEvent
	Reply, Note                    string
	ReplyText, NoteText            string
	Problems                       ui.Problems
}

// StaffApprovePage asks for what the person will read.
type StaffApprovePage struct {
	Shell
	Seen         string // the version of the request that is decided by
	Reference    string
	Action, Back string
	Erasure      bool // the deed that follows is a deletion
	Deed         Deed
	Items        []ItemAnswer
	Public       []AboutRow // the newest of what is removed
	About        string     // where it has to be said first what it is about; empty if that is known
	Lang         string     // the person's, named
	Words        string
	Problems     ui.Problems
}

// does is what granting does; empty where the words are all.
func (d Deed) does(ctx context.Context) string { return text.Optional(ctx, "deed.does."+string(d)) }

func aboutButton(ctx context.Context, items []RequestItem) string {
	if len(items) == 0 {
		return text.T(ctx, "deed.desk.set")
	}
	return text.T(ctx, "deed.desk.change")
}

// options are to grant an item, and each reason not to.
func (i ItemAnswer) options(ctx context.Context) []ui.Option {
	all := []ui.Option{{Label: text.T(ctx, "deed.desk.grant")}}
	for _, o := range i.Refusals {
		o.Label = text.T(ctx, "deed.desk.refuse", "Reason", o.Label)
		all = append(all, o)
	}
	return all
}

func (i ItemAnswer) label(ctx context.Context) string {
	if !i.Change {
		return i.Name
	}
	return text.Pair(ctx, i.Name, i.change(ctx))
}

// ItemAnswer is an item and what may be answered to it.
type ItemAnswer struct {
	RequestItem
	Refusals []ui.Option
}

// StaffAboutPage asks what a request is about.
type StaffAboutPage struct {
	Shell
	Reference, Action, Back string
	About                   RequestAbout
	Hidden                  []ui.Hidden // what else is sent on
	Kinds                   []ui.Option // of data in which something can be corrected
	Chosen                  bool        // one of them is
	Rows                    []AboutRow
	Problems                ui.Problems
}

// AboutRow is a row that may be corrected.
type AboutRow struct {
	Says []ui.SummaryRow
	Href string
}

// StaffRefusePage asks for the reason first, then for the words.
type StaffRefusePage struct {
	Shell
	Reference    string
	Action, Back string
	Reasons      []ui.Option // by their names
	Hidden       []ui.Hidden // what else is sent on
	Seen         string      // the version of the request that is decided by
	Code         string      // the reason chosen; empty at first
	Lang         string      // the person's, named
	Words        string
	Law          string
	Again        bool // it is an appeal that is refused
	Authorities  []AuthorityPart
	Problems     ui.Problems
}

// StaffPeoplePage finds one person.
type StaffPeoplePage struct {
	Shell
	Query    string
	Problems ui.Problems
}

// StaffReasonPage asks why a record is opened.
type StaffReasonPage struct {
	Shell
	Action   string
	Reasons  []ui.Option
	Words    string
	Problems ui.Problems
}

// StaffRole is what a member of the staff may do: "agent", "officer", "admin".
type StaffRole string

func (r StaffRole) say(ctx context.Context) string { return text.T(ctx, "staff.roles."+string(r)) }

// StaffPersonPage is a person's record, opened with a reason.
type StaffPersonPage struct {
	Shell
	Role         StaffRole // the member's, for the banner
	Closing      bool
	Profile      StaffProfile
	Held         []StaffHeld
	Silent       bool            // some of what is held could not be read just now
	Requests     []StaffQueueRow // a page of them
	Older        string          // address of the next page, if there is one
	Looks        []LookRow
	Holds        []StaffHold   // in force
	Hold         string        // where one is placed, and with /lift behind it lifted; empty for who may not
	Restrictions []Restriction // in force
	Given        []GivenRow    // to somebody else, in cases of their own
	Give         string        // where that is noted; empty for who may not
}

// StaffHold is a legal hold on a person's data.
type StaffHold struct {
	Since  time.Time
	Until  time.Time // zero: until it is lifted
	Reason string
}

// StaffHoldPage asks why a person's data is to be held, and until when.
type StaffHoldPage struct {
	Shell
	Action, Back  string
	Reason, Until string // as typed
	Problems      ui.Problems
}

func (p StaffPersonPage) holds(ctx context.Context) []ui.SummaryRow {
	rows := make([]ui.SummaryRow, len(p.Holds))
	for i, h := range p.Holds {
		until := text.T(ctx, "staff.holdOpen")
		if !h.Until.IsZero() {
			until = text.Until(ctx, h.Until)
		}
		rows[i] = ui.SummaryRow{Key: text.T(ctx, "staff.holdSince", "When", text.Date(ctx, h.Since), "Until", until), Value: h.Reason}
	}
	return rows
}

// StaffProfile is who somebody is.
type StaffProfile struct {
	Name, Address   string
	Country, Region string // ISO 3166-1; as people write it
	Law             string // that applies to them
	Lang            string // the code of the language
	Since           time.Time
}

// StaffHeld is how much of a category there is.
type StaffHeld struct {
	ID, Name    string
	Rows        int64
	First, Last time.Time // zero where rows have no time
}

// StaffAuditPage lists what was done.
type StaffAuditPage struct {
	Shell
	Members []ui.Option // by their names
	Nouns   []string    // that entries are about
	Noun    string      // the only one listed; empty: all
	Clear   string      // empty if nothing is narrowed
	Rows    []AuditRow
	Older   string
	Check   *AuditCheck // the last one; nil: nobody ever asked for any
	// Attempts leads to those who could not get in, which not everybody may see.
	Attempts bool
}

// AuditCheck is one time that the whole log was verified.
type AuditCheck struct {
	Asked, Ended time.Time // Ended is zero while it goes on
	Entries      int64
	Findings     []text.Phrase
}

func (c AuditCheck) say(ctx context.Context) string {
	switch {
	case c.Ended.IsZero():
		return text.T(ctx, "audit.check.underWay", "When", text.Time(ctx, c.Asked))
	case len(c.Findings) == 0:
		return text.N(ctx, "audit.check.whole", c.Entries, "When", text.Time(ctx, c.Ended))
	}
	return text.N(ctx, "audit.check.found", c.Entries, "When", text.Time(ctx, c.Ended))
}

func (c AuditCheck) kind() ui.Kind {
	switch {
	case c.Ended.IsZero():
		return ui.Info
	case len(c.Findings) == 0:
		return ui.Done
	}
	return ui.Turn
}

// StaffSessionsPage is where a member of staff is signed in.
type StaffSessionsPage struct {
	Shell
	Sessions []SecuritySession
}

// StaffAttemptsPage lists the accounts that were tried most and not got into,
// or the networks that tried.
type StaffAttemptsPage struct {
	Shell
	ByNetwork       bool
	Days            int
	Periods         []int // in days, to choose from
	Doors, Outcomes []ui.Option
	Clear           string // empty if nothing is narrowed
	Rows            []AttemptRow
}

// AttemptRow is one account, or network, by what its keyed hash begins with.
type AttemptRow struct {
	Name   string
	Staff  bool // at the staff's doors
	Known  bool // somebody's account
	Times  int
	Others int // networks that tried the account, or accounts that the network tried
	Last   time.Time
}

// AuditRow is one entry of the log.
type AuditRow struct {
	At     time.Time
	Actor  AuditActor
	By     string // the actor's name, or the part of the portal; empty: not known any more
	Action string // in the register's words; empty for a look at a person's data
	Person string // the id of whom it is about; empty for nobody
	Whom   string // the name of the member of staff it is about
	Detail []AuditDetail
}

// AuditActor is what sort of actor did it.
type AuditActor string

// The actors of the log.
const (
	AuditStaff    AuditActor = "staff"
	AuditSelf     AuditActor = "self" // the person whom it is about
	AuditPerson   AuditActor = "person"
	AuditSystem   AuditActor = "system"
	AuditKey      AuditActor = "key"
	AuditProvider AuditActor = "provider"
)

// AuditDetail is a name and a value that an entry adds. A value is what JSON
// has; its codes are in the register's words where that has some.
type AuditDetail struct {
	Name  string
	Label string // in the register's words; empty: the message has some
	Value any
}
