package register

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/document"
)

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
	ID         string        `yaml:"id"`
	Name       document.Text `yaml:"name"`
	Summary    document.Text `yaml:"summary"`
	Warning    document.Text `yaml:"warning"` // shown above the rows: that they are public, say
	Promises   []string      `yaml:"promises"`
	Origin     Origin        `yaml:"origin"`
	Purposes   []string      `yaml:"purposes"`
	Recipients []string      `yaml:"recipients"`
	Place      string        `yaml:"place"`
	Transfer   string        `yaml:"transfer"`
	Retention  Retention     `yaml:"retention"`
	Erasure    Erasure       `yaml:"erasure"`
	// Fields are what the rows say that are imported into the shared table of
	// records; none where all lies in tables of the program's own.
	Fields []dictionary.Field `yaml:"fields"`
	Wipe   []string           `yaml:"wipe"` // fields that anonymising or keeping empties

	Holdings []dictionary.Holding // where its rows lie, filled in from the dictionary
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
	From     Since         `yaml:"from"` // row, account or always
	Keep     Span          `yaml:"keep"`
	Operator bool          `yaml:"operator"` // the figure is the operator's to choose
	Text     document.Text `yaml:"text"`     // in place of the words that the rule gives by itself
	Because  document.Text `yaml:"because"`
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
	Action   Action        `yaml:"action"`
	From     Since         `yaml:"from"` // keep only: row, erasure or always
	Keep     Span          `yaml:"keep"`
	Operator bool          `yaml:"operator"` // the figure is the operator's to choose
	Text     document.Text `yaml:"text"`     // in place of the words that the rule gives by itself
	Because  document.Text `yaml:"because"`
	Law      string        `yaml:"law"` // the article that asks for the keeping
}

// Say is a field's value as a person would say it; what has no words is said
// as it stands.
func (r *Register) Say(f dictionary.Field, value, lang string) string {
	if words, ok := f.Words[value]; ok {
		return words.In(lang)
	}
	var name document.Text
	switch f.Names {
	case dictionary.ByCategory:
		c, _ := r.Category(value)
		name = c.Name
	case dictionary.ByTopic:
		t, _ := r.Topic(value)
		name = t.Name
	case dictionary.ByRequestKind:
		k, _ := r.RequestKind(value)
		name = k.Name
	case dictionary.ByLookReason:
		l, _ := r.LookReason(value)
		name = l.Text
	case dictionary.ByLaw:
		j, _ := r.JurisdictionByID(value)
		name = j.Law
	case dictionary.ByRefusal:
		f, _ := r.Refusal(value)
		name = f.Name
	case dictionary.ByLanguage:
		return display.Languages(language.Make(lang)).Name(language.Make(value))
	case dictionary.ByCountry, dictionary.ByService, dictionary.ByScope, dictionary.ByClaim: // not the register's to say
	}
	if name.Empty() {
		return value
	}
	return name.In(lang)
}
