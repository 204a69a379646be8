package views

import "plusultra.link/privacy/views/ui"

// DataPage is everything that is held, at a glance.
type DataPage struct {
	Shell
	Lead   string
	Groups []DataGroup
}

// DataGroup is the categories that came to be held in one way.
type DataGroup struct {
	ID    string
	Title string
	Lead  string
	Cards []ui.CardProps
}

// DataCategoryPage is one category: its rows, and why they are held.
type DataCategoryPage struct {
	Shell
	Summary string
	Warning string
	Stat    ui.StatProps
	Correct ui.Link // where the person may correct it; none if empty
	Charts  []ui.BarChartProps
	Filter  *DataFilter
	Lists   []DataList
	// Purposes say why, and what one can do about each.
	Purposes []DataPurpose
	About    []ui.SummaryRow
	Withheld []DataWithheld
}

// DataFilter narrows the rows to a time.
type DataFilter struct {
	Action string
	Clear  string
	From   string
	To     string
	// Problems are what is wrong with the days.
	Problems ui.Problems
}

// DataList is the rows of one place, as a table or, where there is never more
// than one row, as names and values.
type DataList struct {
	Table ui.TableProps
	Facts []ui.SummaryRow
	Pager ui.PagerProps
	Empty string
	// Correct leads to where its only row may be corrected; none if empty.
	Correct ui.Link
}

// DataPurpose is one reason for which the data is used.
type DataPurpose struct {
	Name    string
	Summary string
	Basis   string
	You     string // what the person can do about it
}

// DataWithheld is something that is held and not shown, and why.
type DataWithheld struct {
	What    string
	Because string
}

// EditRowPage corrects what a person told us in one row.
type EditRowPage struct {
	Shell
	Action   string
	Back     ui.Link
	Fields   []EditRowField
	Problems ui.Problems
}

// EditRowField is one thing that may be corrected, written or chosen.
type EditRowField struct {
	Name, Label, Value string
	Max                int
	Optional           bool
	Options            []ui.Option
}

// EditProfilePage corrects what a person said about themselves.
type EditProfilePage struct {
	Shell
	FullName, Street, PostalCode, City, Region string
	Countries                                  []ui.Option
	Problems                                   ui.Problems
}
