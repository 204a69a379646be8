package views

import "time"

// PolicyPage is the policy, its lists filled from the register.
type PolicyPage struct {
	Shell
	Standing PolicyStanding
	Since    time.Time     // the day from which it is in force
	Next     time.Time     // of an earlier version: the day on which another followed
	Changes  string        // what is different from the version before
	Blocks   []PolicyBlock // before the first section
	Sections []PolicySection
	Versions []PolicyVersion
	Compare  string // where it is compared with the version before; empty for the first
}

// PolicyStanding is whether a version is in force.
type PolicyStanding string

// The standings of a version.
const (
	PolicyCurrent   PolicyStanding = "current"
	PolicyEarlier   PolicyStanding = "earlier"
	PolicyAnnounced PolicyStanding = "announced"
)

// PolicyVersion is one version in the list of all; the one that is shown has
// no address.
type PolicyVersion struct {
	ID       string
	Since    time.Time
	Standing PolicyStanding
	Changes  string
	Href     string
	Compare  string // where it is compared with the version before; empty for the first
}

// PolicyVersionsPage is the list of all versions.
type PolicyVersionsPage struct {
	Shell
	Versions []PolicyVersion
}

// PolicyComparePage says what one version says otherwise than another.
type PolicyComparePage struct {
	Shell
	From, To   PolicyVersion
	Comparison PolicyComparison
	Versions   []PolicyVersion // to choose two of
}

// PolicyHow is how something differs from what was said before; empty for what
// stays.
type PolicyHow string

// The ways to differ.
const (
	PolicyAdded   PolicyHow = "added"
	PolicyRemoved PolicyHow = "removed"
	PolicyChanged PolicyHow = "changed"
)

// PolicyComparison is what differs, section by section, and which sections do not.
type PolicyComparison struct {
	Sections []PolicyDifference
	Same     []string
}

// PolicyDifference is a section that differs.
type PolicyDifference struct {
	ID, Title string
	How       PolicyHow
	Changes   []PolicyChange
	Same      int // sentences that stay as they were
}

// PolicyChange is a sentence that is new, gone or another.
type PolicyChange struct {
	How    PolicyHow
	In     string // the thing of a list that it is about
	Pieces []PolicyPiece
}

// PolicyPiece is a part of a sentence.
type PolicyPiece struct {
	How  PolicyHow
	Text string
}

// PolicySection is a part of the text under a heading, with which its first block
// begins.
type PolicySection struct {
	ID, Title string
	Blocks    []PolicyBlock
}

// PolicyBlock is prose (HTML that is safe to show) or a list of the register.
type PolicyBlock struct {
	HTML    string
	Entries []PolicyEntry
	Contact *PolicyContact
	Fold    string // what sort of list waits behind a summary: see the messages policy.fold
}

// PolicyContact is who is responsible, and how to reach them (promise P29).
type PolicyContact struct {
	Names          []string
	Privacy, Other string   // addresses of mail
	Post           []string // lines
}

// PolicyEntry is one thing of a list: a category, a purpose, a recipient.
type PolicyEntry struct {
	Title string
	Href  string
	Text  string
	Facts []PolicyFact
	Press *Press // where people say yes or no to it
}

// PolicyFact is a name and its value; an address is shown as a link that leaves
// the portal.
type PolicyFact struct {
	Name    string
	Value   string
	Aside   string // what explains Value, behind it
	Then    string // the sentence that follows Value
	Address string
}

// RegisterPage is one category as the register has it: what, why, how long,
// who else.
type RegisterPage struct {
	Shell
	ID       string
	Summary  string
	Warning  string
	Fields   []string
	Purposes []DataPurpose
	About    DataAbout
	Withheld []DataWithheld
}

// PolicyList is which list stands on a page of its own.
type PolicyList string

// The lists that stand on pages of their own.
const (
	ListOfData       PolicyList = "data"
	ListOfRecipients PolicyList = "recipients"
	ListOfContacts   PolicyList = "contact"
)

// ListPage is a list of the register on a page of its own.
type ListPage struct {
	Shell
	List    PolicyList
	Entries []PolicyEntry
	Contact *PolicyContact
}
