package dictionary

import "plusultra.link/privacy/internal/document"

// Type is how a field is checked, stored and shown.
type Type string

// Schema says what a Type may hold.
func (Type) Schema() string {
	return `
enum: [text, integer, bytes, seconds, time, date, address, network, place, boolean, email, list, json]
`
}

// The types of a field. Bytes and Seconds are whole numbers with a unit.
const (
	TypeText    Type = "text"
	TypeInteger Type = "integer"
	TypeBytes   Type = "bytes"
	TypeSeconds Type = "seconds"
	TypeTime    Type = "time"    // RFC 3339
	TypeDate    Type = "date"    // YYYY-MM-DD
	TypeAddress Type = "address" // an IP address
	TypeNetwork Type = "network" // in CIDR notation, of more than one address
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
	ID          string        `json:"id"`
	Type        Type          `json:"type"`
	Name        document.Text `json:"name"`
	Required    bool          `json:"required"`    // an imported row must carry it
	Max         int64         `json:"max"`         // most characters of a text, largest number; 0 is no limit of its own
	Correctable bool          `json:"correctable"` // the person is its source and may change it
	Hidden      bool          `json:"hidden"`      // in the download but not in the page's table
	Glance      bool          `json:"glance"`      // what its newest row says of it stands for the whole category, where that is one line
	// Ranked heads a list of the values that come up most, for places and devices.
	Ranked document.Text `json:"ranked"`
	// A value that is a code is said by Words, or by the list that Names names.
	Words map[string]document.Text `json:"words"`
	Names List                     `json:"names"`
}

// Schema says what a Field may hold.
func (Field) Schema() string {
	return `
required: [id, type, name]
properties:
  id: {pattern: "^[a-z][a-z0-9_]*$", says: "a name of lower-case letters, digits and underscores"}
  required: {default: false, description: An imported row must carry it.}
  max: {minimum: 1, maximum: 3999999999999, description: Most characters of a text or largest number; an imported number needs one.}
  correctable: {default: false, description: The person is its source and may change it.}
  hidden: {default: false, description: In the download but not in the page's table.}
  glance: {default: false, description: What the newest entry says of it stands beside the category's name.}
  ranked: {description: "Heads a list, on the category's page, of the values that come up most: for places and devices."}
  words: {description: What codes mean.}
  names: {description: The list whose ids it holds.}
`
}

// List names a list whose ids a field may hold.
type List string

// Schema says what a List may hold.
func (List) Schema() string {
	return `
enum: ["", categories, purposes, topics, request_kinds, look_reasons, recipients, jurisdictions, refusals, countries, languages, sign_in_services, scopes, claims]
`
}

// The lists by which codes are said: the register's own, and those that
// everybody has.
const (
	ByCategory    List = "categories"
	ByPurpose     List = "purposes"
	ByTopic       List = "topics"
	ByRequestKind List = "request_kinds"
	ByLookReason  List = "look_reasons"
	ByRecipient   List = "recipients"
	ByLaw         List = "jurisdictions"
	ByRefusal     List = "refusals"
	ByCountry     List = "countries" // ISO 3166-1 alpha-2
	ByLanguage    List = "languages" // BCP 47
)

// What a sign-in service wrote is said by the pages, which know the services
// and the words of OpenID Connect.
const (
	ByService List = "sign_in_services"
	ByScope   List = "scopes"
	ByClaim   List = "claims"
)

// LargestNumber keeps imported numbers below every length at which a whole
// number could be a payment card's: 13 digits that begin with 4.
const LargestNumber = 3_999_999_999_999

// Unbounded tells whether an imported field could hold a card's number.
func (f Field) Unbounded() bool { return f.Type.Number() && (f.Max < 1 || f.Max > LargestNumber) }
