package dictionary

import "plusultra.link/privacy/internal/document"

// Dictionary is the whole document. It never changes once it is read, so it
// may be shared freely.
type Dictionary struct {
	Holdings    []Holding     `yaml:"holdings"`
	Derived     []Derived     `yaml:"derived"`
	NotPersonal []NotPersonal `yaml:"not_personal"`

	places *document.Places
}

// Holding is one place where a category's rows lie: a table of its own, or
// the shared table of records.
type Holding struct {
	Table    string        `yaml:"table"`
	Category string        `yaml:"category"` // of the register; none for the shared table, whose rows name theirs
	Records  bool          `yaml:"records"`  // the shared table: its fields are the register's
	Ingest   bool          `yaml:"ingest"`   // rows may be imported, and come about in no other way
	Person   string        `yaml:"person"`   // column, person_id if it is not said; empty where a row belongs to no account
	Unlinked document.Text `yaml:"unlinked"` // why a row belongs to no account
	Time     string        `yaml:"time"`     // column that orders the rows; a declared field
	Clock    string        `yaml:"clock"`    // column from which keeping counts, null while it has not begun; Time if empty
	Tally    string        `yaml:"tally"`    // field summed per day
	Except   *Exception    `yaml:"except"`   // rows that are not shown
	Fields   []Field       `yaml:"fields"`
	Withheld []Withheld    `yaml:"withheld"`
	Wipe     []string      `yaml:"wipe"` // columns that anonymising or keeping empties
}

// Exception withholds the rows whose boolean column is true.
type Exception struct {
	Column  string        `yaml:"column"`
	Because document.Text `yaml:"because"`
	Name    document.Text `yaml:"name"` // the rows as a person would name them
}

// Withheld are columns that a person does not see, and why.
type Withheld struct {
	Columns []string      `yaml:"columns"`
	Name    document.Text `yaml:"name"` // the columns as a person would name them
	Because document.Text `yaml:"because"`
}

// Derived is a table computed from categories: its rows name the category
// they were computed from, and go when that category's rows go.
type Derived struct {
	Table    string `yaml:"table"`
	Person   string `yaml:"person"`
	Category string `yaml:"category"` // column
	Because  string `yaml:"because"`
}

// NotPersonal is a table that holds nothing about a customer, and why. The
// name may end in *, for tables that another program names.
type NotPersonal struct {
	Table   string `yaml:"table"`
	Because string `yaml:"because"`
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

// Field finds a field of a table.
func (d *Dictionary) Field(table, id string) (Field, bool) {
	for _, h := range d.Holdings {
		if h.Table == table {
			return h.Field(id)
		}
	}
	return Field{}, false
}
