package views

import (
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// DataPage is everything that is held, at a glance.
type DataPage struct {
	Shell
	Groups []DataGroup
}

// DataGroup is the categories that came to be held in one way: "you",
// "observed", "provider", "us".
type DataGroup struct {
	Origin string
	Cards  []DataCard
}

// DataCard is one category at a glance.
type DataCard struct {
	Href, Name, Summary string
	Held                DataHeld
	Newest              []string // what the newest of it says, in short
	Told                bool     // that tells of each of its rows: a number would say nothing more
	Kept                text.Rule
}

// DataHeld is how much is held.
type DataHeld struct {
	Rows   int64
	Since  time.Time // zero where rows have no time
	Silent bool      // it could not be read just now
	Late   time.Time // what is from before is past its time; zero: nothing
	Stays  bool      // and stays for now, by a hold or a restriction
}

// DataCategoryPage is one category: its rows, and why they are held.
type DataCategoryPage struct {
	Shell
	ID      string
	Summary string
	Warning string
	Held    DataHeld
	Correct string      // where the person may correct its only row; empty if nowhere
	Trail   []DataPlace // from all there is to what is shown; empty for all
	Within  int64       // rows in the time that is shown; 0: all of them, or none
	Charts  []DataChart
	Ranks   []DataRank
	Filter  *DataFilter
	Lists   []DataList
	// Purposes say why, and what one can do about each.
	Purposes []DataPurpose
	About    DataAbout
	Withheld []DataWithheld
	Acts     DataActs
	Parts    []DataPart // that were deleted lately
}

// DataActs are what can be done here with what is held, each in a step or two; what
// can't says why.
type DataActs struct {
	Download  string // where; empty: nothing is held
	Delete    string
	Keep      string // for a shorter time
	Correct   string // where one asks for it, if not row by row
	Fixed     string // why it is not corrected, in the register's words
	Locked    string // why it can't be deleted, in the register's words
	Law       string // that asks for that
	OfAccount bool   // it goes with the account alone
}

// DataChart is how much came about over time.
type DataChart struct {
	Amount bool   // of what the rows sum up; else how many rows
	Unit   string // of the amount: "bytes", "seconds", or none
	By     DataUnit
	Steps  []DataStep
	// Beside are the figures of another chart that stand beside these in the table;
	// a chart whose figures stand in another one's has a table of its own no more.
	Beside *DataChart
	Folded bool
}

// DataUnit is a length of time by which a chart is drawn and walked through.
type DataUnit string

// The units.
const (
	DataDay   DataUnit = "day"
	DataMonth DataUnit = "month"
	DataYear  DataUnit = "year"
	DataAll   DataUnit = "all"
)

// DataStep is one day, month or year (its first day), and the address of what is
// in it.
type DataStep struct {
	Day  time.Time
	N    int64
	Href string
}

// DataPlace is a time in which somebody is who walks from all there is to a day,
// with the address of it; none for where they are.
type DataPlace struct {
	By   DataUnit
	Day  time.Time
	Href string
}

// DataRank is the values that come up most in a field, the most frequent first.
type DataRank struct {
	ID, Title, Of string // Of is the field's name
	Rows          int64  // in which they were counted
	Newest        int64  // of so many, the newest, that were looked through; 0: of all that are shown
	Values        []DataRanked
	Others        int // further values
	OtherRows     int64
}

// DataRanked is a value, how many rows say it, and the address of those.
type DataRanked struct {
	Name, Href string
	Rows       int64
}

// DataFilter narrows the rows to a time.
type DataFilter struct {
	Action string
	Clear  string
	From   string
	To     string
	Timed  bool   // there are days to choose from
	Search string // what is looked for
	Rows   string // how many a page has, if not as usual
	// Searched are the fields in which it is.
	Searched []string
	// Problems are what is wrong with the days.
	Problems ui.Problems
}

// DataList is the rows of one place, as a table or, where there is never more
// than one row, as names and values.
type DataList struct {
	Name         string // of the category, or of these rows where it has others beside them
	Columns      []DataColumn
	Rows         []DataRow
	Single       bool      // there is never more than one row
	Narrowed     bool      // to a time, or to what was searched for
	Behind       time.Time // how far back a search came, if there may be more behind; else zero
	Newer, Older string
	First, Last  time.Time // of the rows shown, where they have times and more follow
	Held         int64     // rows of the list in all; 0 if that is not known
	Silent       bool      // the rows could not be read just now
	Whole        string    // the address that all of them can be asked for at
	Others       DataSize  // another length of the page; none where all stands on it
}

// DataSize is how many rows a page may have, and the address of such a one.
type DataSize struct {
	Rows int
	Href string
}

// DataColumn is a field, by its name.
type DataColumn struct {
	Label   string
	Numeric bool
	Named   bool // its values say little without its name
}

// DataRow is the values of a row, in the order of the columns, and where it
// may be corrected (empty if nowhere).
type DataRow struct {
	Values  []DataValue
	Correct string
}

// DataValue is a value in its reader's words; ISO is for machines, where it is
// a moment or a day. None says that there is none.
type DataValue struct {
	Text, ISO string
	None      bool
}

// DataAbout is what the register says of a category. Only Origin is a code.
type DataAbout struct {
	Origin                string
	Recipients            []string
	Kept, AtErasure       text.Rule
	Place, Transfer, Rule string // Rule is what holds for a transfer
	Press                 *Press // of a transfer that one says yes or no to
}

// DataPurpose is one reason for which the data is used.
type DataPurpose struct {
	Name    string
	Summary string
	Basis   string
	You     string // what the person can do about it
	Object  string // where they object to it, if they can
	Press   *Press // where they say yes or no to it
}

// DataWithheld is something that is held and not shown, and why.
type DataWithheld struct {
	What    string
	Because string
}

// EditRowPage corrects what a person told us in one row.
type EditRowPage struct {
	Shell
	Seen     string // the version of the row that is corrected
	Action   string
	Category string // its name
	Back     string
	Fields   []EditRowField
	Problems ui.Problems
}

// EditRowField is one thing that may be corrected, written or chosen.
type EditRowField struct {
	Name, Label, Value string
	Max                int
	Optional           bool
	Country            bool // it is chosen from the list of countries
}

// EditProfilePage corrects what a person said about themselves.
type EditProfilePage struct {
	Shell
	Seen                                       string // the version of the profile that is corrected
	FullName, Street, PostalCode, City, Region string
	Country                                    string // its code
	Problems                                   ui.Problems
}
