package views

import (
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// PolicyPage is the policy, its lists filled from the register.
type PolicyPage struct {
	Shell
	Standing PolicyStanding
	Since    time.Time // the day from which it is in force
	Next     time.Time // of an earlier version: the day on which another followed
	Changes  string    // what is different from the version before
	Sections []ui.Link
	Blocks   []PolicyBlock
	Versions []PolicyVersion
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
	Since     time.Time
	Announced bool // it is not in force yet
	Changes   string
	Href      string
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

// PolicyFact is a name and its value. The name is a message, or stands as it
// is in Name; an address is shown as a link that leaves the portal.
type PolicyFact struct {
	Key, Name string
	Value     string
	Aside     string    // what explains Value, behind it
	Then      string    // the sentence that follows Value
	Rule      text.Rule // in place of Value
	Address   string
}

// RegisterPage is one category as the register has it: what, why, how long,
// who else.
type RegisterPage struct {
	Shell
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
