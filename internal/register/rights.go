package register

import (
	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/document"
)

// Jurisdiction is a law that gives people rights, and whom it covers.
type Jurisdiction struct {
	ID        string        `yaml:"id"`
	Name      document.Text `yaml:"name"`
	Law       document.Text `yaml:"law"`
	Countries []string      `yaml:"countries"` // ISO 3166-1 alpha-2; none: everybody else
	Regions   []string      `yaml:"regions"`   // ISO 3166-2 without the country; none: all of it
}

// Handling is whether a request is answered by itself or by staff.
type Handling string

// How a request is answered.
const (
	Automatic Handling = "automatic"
	ByStaff   Handling = "staff"
)

// RequestKind is one thing that people may ask for.
type RequestKind struct {
	ID       string                   `yaml:"id"`
	Name     document.Text            `yaml:"name"`
	Summary  document.Text            `yaml:"summary"` // what this right is, in a sentence
	Handling Handling                 `yaml:"handling"`
	Clocks   map[string]deadline.Rule `yaml:"clocks"` // by jurisdiction; * for the rest
	Only     []string                 `yaml:"only"`   // jurisdictions that give this right; none: all
	Articles map[string]Citation      `yaml:"articles"`
	// MessageOptional says that the person need not give a reason.
	MessageOptional bool     `yaml:"message_optional"`
	Urgent          bool     `yaml:"urgent"` // goes before the others in the queue: promise P21
	Promises        []string `yaml:"promises"`
}

// Clock is the rule that times this kind in a jurisdiction.
func (k RequestKind) Clock(jurisdiction string) deadline.Rule {
	if rule, ok := k.Clocks[jurisdiction]; ok {
		return rule
	}
	return k.Clocks["*"]
}

// OfferedIn reports whether the jurisdiction gives this right.
func (k RequestKind) OfferedIn(jurisdiction string) bool {
	return len(k.Only) == 0 || contains(k.Only, jurisdiction)
}

// Refusal is a reason for which staff may refuse a request, with the text
// that the person reads.
type Refusal struct {
	Code  string              `yaml:"code"`
	Name  document.Text       `yaml:"name"` // for staff, short
	Text  document.Text       `yaml:"text"`
	Kinds []string            `yaml:"kinds"` // request kinds it may answer; none: all
	Only  []string            `yaml:"only"`  // jurisdictions that allow it; none: all
	Laws  map[string]Citation `yaml:"laws"`  // jurisdiction → the article that allows it
}

// Citation is an article of a law. One that everybody cites alike is written
// once, another by language.
type Citation document.Text

// UnmarshalText reads one that everybody cites alike.
func (c *Citation) UnmarshalText(b []byte) error {
	*c = Citation{"en": string(b)}
	return nil
}

// In is the citation in a language.
func (c Citation) In(lang string) string { return document.Text(c).In(lang) }

// Law is the article that allows this refusal in a jurisdiction, empty where
// the document names none.
func (r Refusal) Law(jurisdiction, lang string) string { return r.Laws[jurisdiction].In(lang) }

// LookReason is a reason for which staff may open somebody's data.
type LookReason struct {
	Code string        `yaml:"code"`
	Name document.Text `yaml:"name"`
	Text document.Text `yaml:"text"` // what the person reads under "Who looked"
}

// Authority is a supervisory authority to which a person may complain.
type Authority struct {
	ID        string        `yaml:"id"`
	Name      document.Text `yaml:"name"`
	LocalName string        `yaml:"local_name"`
	Countries []string      `yaml:"countries"` // none: everybody for whom there is no other
	Regions   []string      `yaml:"regions"`
	Address   string        `yaml:"address"`
	URL       string        `yaml:"url"`
	Note      document.Text `yaml:"note"`
}

// Calendar is the public holidays of one place: those that can be reckoned,
// by the name of a calendar of package deadline, or days listed one by one,
// which the operator looks at once a year.
type Calendar struct {
	ID            string        `yaml:"id"`
	Name          document.Text `yaml:"name"`
	Jurisdictions []string      `yaml:"jurisdictions"`
	Reckoned      string        `yaml:"reckoned"` // us-federal or eea
	Days          []Holiday     `yaml:"days"`
}

// Holiday is one day on which nobody works.
type Holiday struct {
	Date deadline.Day  `yaml:"date"`
	Name document.Text `yaml:"name"`
}

// reckoned are the calendars that package deadline knows by rule.
func reckoned(name string) (deadline.Calendar, bool) {
	switch name {
	case "us-federal":
		return deadline.USFederal{}, true
	case "eea":
		return deadline.EEA{}, true
	}
	return nil, false
}

// HolidaysFor are the public holidays that count in a jurisdiction.
func (r *Register) HolidaysFor(jurisdiction string) deadline.Calendar {
	var calendars []deadline.Calendar
	for _, c := range r.Holidays {
		if !contains(c.Jurisdictions, jurisdiction) {
			continue
		}
		if by, ok := reckoned(c.Reckoned); ok {
			calendars = append(calendars, by)
		}
		days := deadline.Holidays{}
		for _, day := range c.Days {
			days[day.Date] = deadline.Name(day.Name)
		}
		calendars = append(calendars, days)
	}
	return deadline.Together(calendars...)
}
