package register

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/document"
)

// Origin is who the data came from.
type Origin string

// Schema says what a Origin may hold.
func (Origin) Schema() string {
	return `
enum: [you, observed, provider, us]
`
}

// The four ways by which data comes to be held.
const (
	FromYou      Origin = "you"
	Observed     Origin = "observed"
	FromProvider Origin = "provider" // a sign-in service
	FromUs       Origin = "us"       // made in the course of the service
)

// Category is one kind of personal data, as a person would name it.
type Category struct {
	ID         string        `json:"id"`
	Name       document.Text `json:"name"`
	Summary    document.Text `json:"summary"`
	Warning    document.Text `json:"warning"` // shown above the rows: that they are public, say
	Effect     document.Text `json:"effect"`  // what it does to the service that rows go
	Fixed      document.Text `json:"fixed"`   // why what is held is not corrected: a log is what happened
	Public     bool          `json:"public"`  // what people wrote where others read it
	Promises   []string      `json:"promises"`
	Origin     Origin        `json:"origin"`
	Purposes   []string      `json:"purposes" ref:"purposes"`
	Recipients []string      `json:"recipients" ref:"recipients"`
	Place      string        `json:"place" ref:"places"`
	Transfer   string        `json:"transfer" ref:"transfers" optional:"yes"`
	Retention  Retention     `json:"retention"`
	Erasure    Erasure       `json:"erasure"`
	// Fields are what the rows say that are imported into the shared table of
	// records; none where all lies in tables of the program's own.
	Fields []dictionary.Field `json:"fields"`
	Wipe   []string           `json:"wipe"` // fields that anonymising or keeping empties

	Holdings []dictionary.Holding `json:"-"` // where its rows lie, filled in from the dictionary
}

// Schema says what a Category may hold.
func (Category) Schema() string {
	return `
required: [id, name, summary, origin, purposes, place, retention, erasure]
properties:
  warning: {description: "Shown above the rows: that they are public, say."}
  effect: {description: "What it does to the service that entries go, said before somebody has them deleted or kept for a shorter time."}
  fixed: {description: "Why entries are not corrected, where they are not: a log says what happened, say. Shown beside the way to ask for it all the same."}
  public: {default: false, description: "What people wrote where others read it. Who wrote it as a minor may have it removed (Cal. Bus. & Prof. Code 22581)."}
  origin: {description: Who the data comes from.}
  purposes: {minItems: 1, says: held for a purpose}
  fields: {description: What the rows say that are imported.}
  wipe: {description: Fields that are emptied when the rest is kept.}
`
}

// Since is the moment from which a keeping time counts.
type Since string

// Schema says what a Since may hold.
func (Since) Schema() string {
	return `
enum: [row, erasure, account, always]
`
}

// The moments a retention or erasure rule can name.
const (
	SinceRow     Since = "row"     // the holding's clock, row by row
	SinceErasure Since = "erasure" // when the person was erased
	WithAccount  Since = "account" // as long as the account exists; no keeping time
	Always       Since = "always"  // no end; the rule says why
)

// Retention says how long rows are kept while nobody asks for their erasure.
type Retention struct {
	From     Since         `json:"from"` // row, account or always
	Keep     Span          `json:"keep"`
	Sooner   []Span        `json:"sooner"`   // for how much shorter a person may have theirs kept
	Operator bool          `json:"operator"` // the figure is the operator's to choose
	Text     document.Text `json:"text"`     // in place of the words that the rule gives by itself
	Because  document.Text `json:"because"`
}

// Schema says what a Retention may hold.
func (Retention) Schema() string {
	return `
required: [from]
properties:
  from: {enum: [row, account, always], description: "From when it counts: each row's own time, or as long as there is an account, or without end."}
  keep: {description: "How long: 30 days, 12 months, 7 years."}
  sooner: {description: "The shorter times that a person may choose for their own entries."}
  operator: {default: false}
  text: {description: "In place of the words that the rule gives by itself. {keep} stands for the length of time."}
  because: {description: Why there is no end.}
`
}

// Action is what erasing a person does to a category.
type Action string

// Schema says what a Action may hold.
func (Action) Schema() string {
	return `
enum: [delete, anonymise, keep]
`
}

// What an erasure does.
const (
	Delete    Action = "delete"
	Anonymise Action = "anonymise" // empties the wiped columns and gives the rows to nobody (the nil UUID)
	Keep      Action = "keep"      // empties the wiped columns, keeps the rest until its reason ends
)

// Erasure says what erasing the person does to the rows.
type Erasure struct {
	Action   Action        `json:"action"`
	From     Since         `json:"from"` // keep only: row, erasure or always
	Keep     Span          `json:"keep"`
	Operator bool          `json:"operator"` // the figure is the operator's to choose
	Text     document.Text `json:"text"`     // in place of the words that the rule gives by itself
	Because  document.Text `json:"because"`
	// Laws are the articles that ask for the keeping, by jurisdiction; Law is one for
	// everybody, in place of them.
	Laws map[string]Citation `json:"laws" ref:"jurisdictions"`
	Law  string              `json:"law"`
}

// Schema says what a Erasure may hold.
func (Erasure) Schema() string {
	return `
required: [action]
properties:
  from: {enum: [row, erasure, always], description: From when keeping counts.}
  keep: {description: "How long: 30 days, 12 months, 7 years."}
  operator: {default: false}
  text: {description: "In place of the words that the rule gives by itself. {keep} stands for the length of time."}
  laws: {description: "The article that asks for the keeping, by jurisdiction: each reads their own, or none."}
  law: {description: "The article that asks for the keeping, for everybody, in place of those by jurisdiction."}
`
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
	case dictionary.ByPurpose:
		p, _ := r.Purpose(value)
		name = p.Name
	case dictionary.ByTopic:
		t, _ := r.Topic(value)
		name = t.Name
	case dictionary.ByRequestKind:
		k, _ := r.RequestKind(value)
		name = k.Name
	case dictionary.ByRecipient:
		one, _ := r.Recipient(value)
		name = one.Name
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
