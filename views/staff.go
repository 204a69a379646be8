package views

import "plusultra.link/privacy/views/ui"

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

// StaffEnrolPage sets up a new member's password and authenticator.
type StaffEnrolPage struct {
	Shell
	Action      string
	Role, Email string
	Secret      string
	QR          ui.QRProps
	Problems    ui.Problems
}

// StaffQueuePage lists requests, the first due first.
type StaffQueuePage struct {
	Shell
	Tally     []ui.StatProps
	States    []ui.Option
	Kinds     []ui.Option
	Owners    []ui.Option
	Overdue   bool
	Answered  bool // only those to which the person has added something
	Reference string
	Clear     string // empty with no filter set
	Rows      []StaffQueueRow
	First     string // empty on the first page
	More      string // empty on the last
}

// StaffQueueRow is one request in the queue.
type StaffQueueRow struct {
	RequestRow
	Owner string
	Marks []ui.BadgeProps // what makes it stand out
}

// StaffRequestPage is one request as staff see it.
type StaffRequestPage struct {
	Shell
	Summary []ui.SummaryRow
	Clock   ui.BadgeProps
	Why     []string
	Message []string
	// Actions by what this member may do now; empty where they may not.
	Take, Release, Approve, Refuse string
	OnlyOfficers                   bool
	Person                         string
	Decision                       []string
	Events                         []ui.Event
	Reply, Note                    string
	ReplyText, NoteText            string
	Problems                       ui.Problems
}

// StaffApprovePage asks for what the person will read.
type StaffApprovePage struct {
	Shell
	Reference    string
	Action, Back string
	Lead         string
	Words        string
	Problems     ui.Problems
}

// StaffRefusePage asks for the reason first, then for the words.
type StaffRefusePage struct {
	Shell
	Reference    string
	Action, Back string
	Reasons      []ui.Option
	Code         string // the reason chosen; empty at first
	Lang         string // the person's, named
	Words        string
	Law          string
	Privacy      string
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

// StaffPersonPage is a person's record, opened with a reason.
type StaffPersonPage struct {
	Shell
	Role     string // the member's, for the banner
	Closing  bool
	Profile  []ui.SummaryRow
	Held     [][]ui.Cell
	Requests []StaffQueueRow
	Looks    []LookRow
}

// StaffAuditPage lists what was done.
type StaffAuditPage struct {
	Shell
	Members []ui.Option
	Kinds   []ui.Option
	Clear   string // empty if nothing is narrowed
	Rows    [][]ui.Cell
	Older   string
}
