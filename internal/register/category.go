package register

import "plusultra.link/privacy/views/text"

// Origin is who the data came from.
type Origin string

// The four ways by which data comes to be held.
const (
	FromYou      Origin = "you"
	Observed     Origin = "observed"
	FromProvider Origin = "provider" // a sign-in service
	FromUs       Origin = "us"       // made in the course of the service
)

// Category is one kind of personal data, as a person would name it.
type Category struct {
	ID         string    `yaml:"id"`
	Name       Text      `yaml:"name"`
	Summary    Text      `yaml:"summary"`
	Warning    Text      `yaml:"warning"` // shown above the rows: that they are public, say
	Promises   []string  `yaml:"promises"`
	Origin     Origin    `yaml:"origin"`
	Purposes   []string  `yaml:"purposes"`
	Recipients []string  `yaml:"recipients"`
	Place      string    `yaml:"place"`
	Transfer   string    `yaml:"transfer"`
	Retention  Retention `yaml:"retention"`
	Erasure    Erasure   `yaml:"erasure"`
	Holdings   []Holding `yaml:"holdings"`
}

// Since is the moment from which a keeping time counts.
type Since string

// The moments a retention or erasure rule can name.
const (
	SinceRow     Since = "row"     // the holding's clock, row by row
	SinceErasure Since = "erasure" // when the person was erased
	WithAccount  Since = "account" // as long as the account exists; no keeping time
	Always       Since = "always"  // no end; the rule says why
)

// Retention says how long rows are kept while nobody asks for their erasure.
type Retention struct {
	From     Since `yaml:"from"` // row, account or always
	Keep     Span  `yaml:"keep"`
	Operator bool  `yaml:"operator"` // the figure is the operator's to choose
	Text     Text  `yaml:"text"`     // in place of the words that the rule gives by itself
	Because  Text  `yaml:"because"`
}

// Action is what erasing a person does to a category.
type Action string

// What an erasure does.
const (
	Delete    Action = "delete"
	Anonymise Action = "anonymise" // empties the wiped columns and gives the rows to nobody (the nil UUID)
	Keep      Action = "keep"      // empties the wiped columns, keeps the rest until its reason ends
)

// Erasure says what erasing the person does to the rows.
type Erasure struct {
	Action   Action `yaml:"action"`
	From     Since  `yaml:"from"` // keep only: row, erasure or always
	Keep     Span   `yaml:"keep"`
	Operator bool   `yaml:"operator"` // the figure is the operator's to choose
	Text     Text   `yaml:"text"`     // in place of the words that the rule gives by itself
	Because  Text   `yaml:"because"`
	Law      string `yaml:"law"` // the article that asks for the keeping
}

// Holding is one place where a category's rows lie: a table of its own, or the
// shared table of records.
type Holding struct {
	Table    string     `yaml:"table"`
	Records  bool       `yaml:"records"` // the table record, rows of this category
	Ingest   bool       `yaml:"ingest"`  // rows may be imported; always so for records
	Person   string     `yaml:"person"`  // column; empty where a row belongs to no account
	Unlinked Text       `yaml:"unlinked"`
	Time     string     `yaml:"time"`   // column that orders the rows; a declared field
	Clock    string     `yaml:"clock"`  // column from which keeping counts, null while it has not begun; Time if empty
	Tally    string     `yaml:"tally"`  // field summed per day
	Except   *Exception `yaml:"except"` // rows that are not shown
	Fields   []Field    `yaml:"fields"`
	Withheld []Withheld `yaml:"withheld"`
	Wipe     []string   `yaml:"wipe"` // columns that anonymising or keeping empties
}

// Exception withholds the rows whose boolean column is true.
type Exception struct {
	Column  string `yaml:"column"`
	Because Text   `yaml:"because"`
	Name    Text   `yaml:"name"` // the rows as a person would name them
}

// Withheld are columns that a person does not see, and why.
type Withheld struct {
	Columns []string `yaml:"columns"`
	Name    Text     `yaml:"name"` // the columns as a person would name them
	Because Text     `yaml:"because"`
}

// Type is how a field is checked, stored and shown.
type Type string

// The types of a field. Bytes and Seconds are whole numbers with a unit.
const (
	TypeText    Type = "text"
	TypeInteger Type = "integer"
	TypeBytes   Type = "bytes"
	TypeSeconds Type = "seconds"
	TypeTime    Type = "time" // RFC 3339
	TypeDate    Type = "date" // YYYY-MM-DD
	TypeNetwork Type = "network"
	TypePlace   Type = "place"
	TypeBoolean Type = "boolean"
	TypeEmail   Type = "email"
	TypeList    Type = "list" // of texts
	TypeJSON    Type = "json"
)

// Number reports whether values are whole numbers.
func (t Type) Number() bool {
	return t == TypeInteger || t == TypeBytes || t == TypeSeconds
}

// Field is one thing that a row says. Its id is the column, or the key in a
// record's fields; in a record the field `at` is the record's own time.
type Field struct {
	ID          string `yaml:"id"`
	Type        Type   `yaml:"type"`
	Name        Text   `yaml:"name"`
	Required    bool   `yaml:"required"`    // an imported row must carry it
	Max         int64  `yaml:"max"`         // most characters of a text, largest number; 0 is no limit of its own
	Correctable bool   `yaml:"correctable"` // the person is its source and may change it
	Hidden      bool   `yaml:"hidden"`      // in the download but not in the page's table
	// A value that is a code is said by Words, or by the register's own list that
	// Names names.
	Words map[string]Text `yaml:"words"`
	Names List            `yaml:"names"`
}

// List is one of the register's lists, whose ids a field may hold.
type List string

// The lists by which codes are said.
const (
	ByCategory    List = "categories"
	ByTopic       List = "topics"
	ByRequestKind List = "request_kinds"
	ByLookReason  List = "look_reasons"
	ByLaw         List = "jurisdictions"
	ByRefusal     List = "refusals"
	ByCountry     List = "countries" // ISO 3166-1 alpha-2
)

// What a sign-in service wrote is said by the pages, which know the services
// and the words of OpenID Connect.
const (
	ByService List = "sign_in_services"
	ByScope   List = "scopes"
	ByClaim   List = "claims"
)

// Say is a field's value as a person would say it; what has no words is said
// as it stands.
func (r *Register) Say(f Field, value, lang string) string {
	if words, ok := f.Words[value]; ok {
		return words.In(lang)
	}
	var name Text
	switch f.Names {
	case ByCategory:
		c, _ := r.Category(value)
		name = c.Name
	case ByTopic:
		t, _ := r.Topic(value)
		name = t.Name
	case ByRequestKind:
		k, _ := r.RequestKind(value)
		name = k.Name
	case ByLookReason:
		l, _ := r.LookReason(value)
		name = l.Text
	case ByLaw:
		j, _ := r.JurisdictionByID(value)
		name = j.Law
	case ByRefusal:
		f, _ := r.Refusal(value)
		name = f.Name
	case ByCountry:
		return text.CountryName(value, lang)
	case ByService, ByScope, ByClaim: // not the register's to say
	}
	if name.Empty() {
		return value
	}
	return name.In(lang)
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
