package views

import "plusultra.link/privacy/views/ui"

// PolicyPage is the policy, its lists filled from the register.
type PolicyPage struct {
	Shell
	Version  string // "In force since …"
	Changes  string // what is different from the version before
	Note     string // above a version that is not in force
	Sections []ui.Link
	Blocks   []PolicyBlock
	Versions []PolicyVersion
}

// PolicyVersion is one version in the list of all; the one that is shown has
// no address.
type PolicyVersion struct{ Since, Changes, Href string }

// PolicyBlock is prose (HTML that is safe to show) or a list of the register.
type PolicyBlock struct {
	HTML    string
	Entries []PolicyEntry
	Facts   []ui.SummaryRow
	Fold    string // a summary behind which a long list waits
}

// PolicyEntry is one thing of a list: a category, a purpose, a recipient.
type PolicyEntry struct {
	Title string
	Href  string
	Text  string
	Facts []ui.SummaryRow
}

// RegisterPage is one category as the register has it: what, why, how long,
// who else.
type RegisterPage struct {
	Shell
	Summary  string
	Warning  string
	Fields   []string
	Purposes []DataPurpose
	About    []ui.SummaryRow
	Withheld []DataWithheld
}

// ListPage is a list of the register on a page of its own.
type ListPage struct {
	Shell
	Lead    string
	Entries []PolicyEntry
	Facts   []ui.SummaryRow
	Back    ui.Link
}
