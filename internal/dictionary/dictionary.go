package dictionary

import (
	"maps"
	"slices"

	"plusultra.link/privacy/internal/document"
)

// Dictionary is the whole document. It never changes once it is read, so it
// may be shared freely.
type Dictionary struct {
	Holdings    []Holding     `json:"holdings"`
	Derived     []Derived     `json:"derived"`
	NotPersonal []NotPersonal `json:"not_personal"`
	Cookies     []Cookie      `json:"cookies"`
	WaysIn      []string      `json:"ways_in"` // nouns of audit actions that change how one gets into an account

	document *document.Document[Dictionary]
}

// Holding is one place where a category's rows lie: a table of its own, or
// the shared table of records.
type Holding struct {
	Table    string        `json:"table"`
	Category string        `json:"category"` // of the register; none for the shared table, whose rows name theirs
	Name     document.Text `json:"name"`     // what these rows are, where the category has others beside them
	Records  bool          `json:"records"`  // the shared table: its fields are the register's
	Goes     bool          `json:"goes"`     // with the account's row, so that nothing can be kept or made anonymous
	Ingest   bool          `json:"ingest"`   // rows may be imported, and come about in no other way
	Person   string        `json:"person"`   // column, person_id if it is not said; empty where a row belongs to no account
	Unlinked document.Text `json:"unlinked"` // why a row belongs to no account
	Time     string        `json:"time"`     // column that orders the rows; a declared field
	Clock    string        `json:"clock"`    // column from which keeping counts, null while it has not begun; Time if empty
	Busy     string        `json:"busy"`     // column that has a value while a row is still at work, and stays
	Under    *Under        `json:"under"`    // rows go with one of another table, and not by a time of their own
	Lapses   bool          `json:"lapses"`   // its room takes rows away as soon as they lapse, each hour
	Tally    string        `json:"tally"`    // field summed by day and month
	Except   *Exception    `json:"except"`   // rows that are not shown
	Fields   []Field       `json:"fields"`
	Withheld []Withheld    `json:"withheld"`
	Wipe     []string      `json:"wipe"` // columns that anonymising or keeping empties
}

// Schema says what a Holding may hold.
func (Holding) Schema() string {
	return `
required: [table]
properties:
  table: {pattern: "^[a-z][a-z0-9_]*$", says: a table}
`
}

// Under is the table of the same category, with an id, with whose rows others go.
type Under struct {
	Table  string `json:"table"`
	Column string `json:"column"` // that has the id
}

// Schema says what an Under may hold.
func (Under) Schema() string {
	return `
required: [table, column]
`
}

// Exception withholds the rows whose boolean column is true.
type Exception struct {
	Column  string        `json:"column"`
	Because document.Text `json:"because"`
	Name    document.Text `json:"name"` // the rows as a person would name them
}

// Schema says what a Exception may hold.
func (Exception) Schema() string {
	return `
required: [column, because, name]
`
}

// Withheld are columns that a person does not see, and why.
type Withheld struct {
	Columns []string      `json:"columns"`
	Name    document.Text `json:"name"` // the columns as a person would name them
	Because document.Text `json:"because"`
}

// Schema says what a Withheld may hold.
func (Withheld) Schema() string {
	return `
required: [columns, name, because]
properties:
  columns: {minItems: 1}
`
}

// Derived is a table computed from categories: its rows name the category
// they were computed from, and go when that category's rows go.
type Derived struct {
	Table    string `json:"table"`
	Person   string `json:"person"`
	Category string `json:"category"` // column
	Because  string `json:"because"`
}

// Schema says what a Derived may hold.
func (Derived) Schema() string {
	return `
required: [table, person, category, because]
`
}

// NotPersonal is a table that holds nothing about a customer, and why. The
// name may end in *, for tables that another program names.
type NotPersonal struct {
	Table   string `json:"table"`
	Because string `json:"because"`
}

// Schema says what a NotPersonal may hold.
func (NotPersonal) Schema() string {
	return `
required: [table, because]
`
}

// Cookie is one that the portal sets.
type Cookie struct {
	ID      string        `json:"id"`   // its name without a prefix
	Kind    string        `json:"kind"` // the register's kind of cookies
	Purpose document.Text `json:"purpose"`
	Lasts   document.Text `json:"lasts"`
}

// Schema says what a Cookie may hold.
func (Cookie) Schema() string { return `required: [id, kind, purpose, lasts]` }

// CookiesOf are the portal's cookies of a kind.
func (d *Dictionary) CookiesOf(kind string) []Cookie {
	var own []Cookie
	for _, c := range d.Cookies {
		if c.Kind == kind {
			own = append(own, c)
		}
	}
	return own
}

// Field finds a declared field.
func (h Holding) Field(id string) (Field, bool) {
	for _, f := range h.Fields {
		if f.ID == id {
			return f, true
		}
	}
	return Field{}, false
}

// KeepingClock is the column from which keeping times count.
func (h Holding) KeepingClock() string {
	if h.Clock != "" {
		return h.Clock
	}
	return h.Time
}

// Of are the tables of a category, in the dictionary's order.
func (d *Dictionary) Of(category string) []Holding {
	var own []Holding
	for _, h := range d.Holdings {
		if h.Category == category && !h.Records {
			own = append(own, h)
		}
	}
	return own
}

// Shared is the shared table of records, holding a category's fields.
func (d *Dictionary) Shared(category string, fields []Field, wipe []string) Holding {
	for _, h := range d.Holdings {
		if h.Records {
			h.Category, h.Fields, h.Wipe = category, fields, wipe
			return h
		}
	}
	return Holding{}
}

// Codes are the codes that a field of a table has words for.
func (d *Dictionary) Codes(table, field string) []string {
	f, _ := d.Field(table, field)
	return slices.Sorted(maps.Keys(f.Words))
}

// Field finds a field of a table.
func (d *Dictionary) Field(table, id string) (Field, bool) {
	for _, h := range d.Holdings {
		if h.Table == table {
			return h.Field(id)
		}
	}
	return Field{}, false
}
