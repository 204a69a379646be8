package dictionary

import (
	"maps"
	"regexp"
	"slices"

	"plusultra.link/privacy/internal/document"
)

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
	ID          string        `yaml:"id"`
	Type        Type          `yaml:"type"`
	Name        document.Text `yaml:"name"`
	Required    bool          `yaml:"required"`    // an imported row must carry it
	Max         int64         `yaml:"max"`         // most characters of a text, largest number; 0 is no limit of its own
	Correctable bool          `yaml:"correctable"` // the person is its source and may change it
	Hidden      bool          `yaml:"hidden"`      // in the download but not in the page's table
	// A value that is a code is said by Words, or by the list that Names names.
	Words map[string]document.Text `yaml:"words"`
	Names List                     `yaml:"names"`
}

// List names a list whose ids a field may hold.
type List string

// The lists by which codes are said: the register's own, and those that
// everybody has.
const (
	ByCategory    List = "categories"
	ByTopic       List = "topics"
	ByRequestKind List = "request_kinds"
	ByLookReason  List = "look_reasons"
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

// CheckFields tells what is wrong with the fields of a table, at the path of
// its list: ingest says that rows of it are imported.
func CheckFields(at string, fields []Field, ingest bool, fault func(path, format string, args ...any)) {
	seen := map[string]bool{}
	for i, f := range fields {
		here := index(at, i)
		if !column.MatchString(f.ID) {
			fault(here+".id", "%q is no name of a field", f.ID)
		}
		if seen[f.ID] {
			fault(here+".id", "%s stands here twice", f.ID)
		}
		seen[f.ID] = true
		if f.Name.Empty() {
			fault(here+".name", "is missing")
		}
		for _, code := range slices.Sorted(maps.Keys(f.Words)) {
			if f.Words[code].Empty() {
				fault(here+".words."+code, "is missing")
			}
		}
		if !slices.Contains(lists(), f.Names) {
			fault(here+".names", "must be one of %s", said(lists()[1:]))
		}
		if !slices.Contains(types(), f.Type) {
			fault(here+".type", "must be one of %s", said(types()))
		}
		if ingest && f.Type.Number() && (f.Max < 1 || f.Max > LargestNumber) {
			fault(here+".max", "an imported number needs a max of at most %d, so that it can't be a card number", LargestNumber)
		}
	}
}

var column = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func types() []Type {
	return []Type{
		TypeText, TypeInteger, TypeBytes, TypeSeconds, TypeTime, TypeDate,
		TypeNetwork, TypePlace, TypeBoolean, TypeEmail, TypeList, TypeJSON,
	}
}

func lists() []List {
	return []List{
		"", ByCategory, ByTopic, ByRequestKind, ByLookReason, ByLaw, ByRefusal, ByCountry, ByLanguage,
		ByService, ByScope, ByClaim,
	}
}

func said[T ~string](words []T) string {
	all := ""
	for i, w := range words {
		if i > 0 {
			all += ", "
		}
		all += string(w)
	}
	return all
}
