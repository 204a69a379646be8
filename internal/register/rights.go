package register

import (
	"cmp"
	"encoding/json"
	"time"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/document"
)

// Jurisdiction is a law that gives people rights, and whom it covers.
type Jurisdiction struct {
	ID        string        `json:"id"`
	Name      document.Text `json:"name"`
	Law       document.Text `json:"law"`
	Countries []string      `json:"countries"` // ISO 3166-1 alpha-2; none: everybody else
	Regions   []string      `json:"regions"`   // ISO 3166-2 without the country; none: all of it
	// Since is the day from which it is in force; none: always. What was received before
	// is answered by what was in force then.
	Since deadline.Day `json:"since"`
	// Rights are the kinds of requests that it gives, each with its article. With none it
	// gives all that is offered to everybody.
	Rights map[string]Citation `json:"rights" ref:"request_kinds"`
	Clock  deadline.Rule       `json:"clock"` // of its rights, where a kind has none for it
	// Unknown is whoever lives we don't know where. Each law may be theirs, so the
	// earliest date of all counts.
	Unknown bool `json:"unknown"`
	// Confirm is by when it has to be confirmed that a request of a kind was received;
	// the letter that goes out at once does.
	Confirm map[string]deadline.Rule `json:"confirm" ref:"request_kinds"`
	Appeal  Appeal                   `json:"appeal"` // how a refusal is answered
	Court   document.Text            `json:"court"`  // that one may also go there; empty where one may not
}

// Appeal is how a refusal is answered: with a statutory appeal or, where the law knows
// none, by our looking at it again.
type Appeal struct {
	Within  deadline.Rule `json:"within"`  // after the decision a person may still answer it; none: 60 days
	Clock   deadline.Rule `json:"clock"`   // by when that is answered; none: as a new request
	Article Citation      `json:"article"` // none: no law knows it
}

// Schema says what an Appeal may hold.
func (Appeal) Schema() string {
	return `
properties:
  within: {description: "How long after a decision its person may still answer it, such as days-60."}
  clock: {description: "By when an appeal is answered, such as law-45+60; none: as a new request."}
  article: {description: The law that gives an appeal; none where no law does.}
`
}

// appealable is how long a refusal may be answered where the register does not say.
const appealable = deadline.Rule("days-60")

// Schema says what a Jurisdiction may hold.
func (Jurisdiction) Schema() string {
	return `
required: [id, name, law]
properties:
  countries: {items: {type: string, format: country}, description: None for everybody else.}
  regions: {items: {type: string, pattern: "^[A-Z0-9]{1,3}$", says: "a region of ISO 3166-2 without its country, such as CA"}}
  since: {description: "The day from which it is in force, as 2026-01-01; none: always."}
  rights: {description: "The request kinds that it gives, each with its article; none: all that are offered to everybody."}
  clock: {description: "The clock of its rights, such as law-45+45."}
  confirm: {description: "By request kind, by when it has to be confirmed that a request was received, such as ccpa-confirm."}
  appeal: {description: How a refusal is answered.}
  court: {description: "A sentence that says that one may also go to court; none where one may not."}
  unknown: {default: false, description: For those whose country is not known. The earliest date of all laws counts for them.}
`
}

// Handling is whether a request is answered by itself or by staff.
type Handling string

// Schema says what a Handling may hold.
func (Handling) Schema() string {
	return `
enum: [automatic, staff]
`
}

// How a request is answered.
const (
	Automatic Handling = "automatic"
	ByStaff   Handling = "staff"
)

// Deed is what is done where a request is granted. No kind of request is without.
type Deed string

// The deeds.
const (
	Answers  Deed = "answer"  // what is answered in words
	Copies   Deed = "copy"    // a copy of what is held: GDPR art. 15(3), 20
	Corrects Deed = "correct" // fields of rows get other values: GDPR art. 16
	Erases   Deed = "erase"   // GDPR art. 17
	Limits   Deed = "limit"   // what is held is kept and not used: GDPR art. 18
	Stops    Deed = "stop"    // uses that rest on interests stop: GDPR art. 21

	Discloses Deed = "disclose" // who got what for their own direct marketing: Cal. Civ. Code 1798.83
	Removes   Deed = "remove"   // what was written where others read it goes: Cal. Bus. & Prof. Code 22581
	Protects  Deed = "protect"  // somebody else's account is held, as a child's: promise P21
)

// Schema says what a Deed may hold.
func (Deed) Schema() string {
	return `
enum: [answer, copy, correct, disclose, erase, limit, protect, remove, stop]
`
}

// Deeds are all there are.
func Deeds() []Deed {
	return []Deed{Answers, Copies, Corrects, Discloses, Erases, Limits, Protects, Removes, Stops}
}

// RequestKind is one thing that people may ask for.
type RequestKind struct {
	ID       string                   `json:"id"`
	Name     document.Text            `json:"name"`
	Summary  document.Text            `json:"summary"` // what this right is, in a sentence
	Handling Handling                 `json:"handling"`
	Deed     Deed                     `json:"deed"`                                 // what is done where it is granted
	Clocks   map[string]deadline.Rule `json:"clocks" ref:"jurisdictions"`           // by jurisdiction; * for the rest
	Only     []string                 `json:"only" ref:"jurisdictions" empty:"all"` // jurisdictions that give this right; none: all
	Articles map[string]Citation      `json:"articles" ref:"jurisdictions"`
	// Law gives this right, where it is another law than the jurisdiction's own.
	Law document.Text `json:"law"`
	// MessageOptional says that the person need not give a reason.
	MessageOptional bool     `json:"message_optional"`
	Choices         bool     `json:"choices"`    // some of it is done at once, by a no under Privacy choices
	Everywhere      bool     `json:"everywhere"` // offered whatever the law gives
	Urgent          bool     `json:"urgent"`     // goes before the others in the queue: promise P21
	Promises        []string `json:"promises"`
}

// Schema says what a RequestKind may hold.
func (RequestKind) Schema() string {
	return `
required: [id, name, summary, handling, deed, clocks]
properties:
  handling: {default: staff, description: Answered by itself or by staff.}
  deed: {description: "What is done where it is granted: answer in words, copy, correct, erase, limit (keep and not use), protect (hold an account that may be a child's), stop (uses that rest on interests)."}
  clocks: {description: "Rules by jurisdiction, * for the rest: gdpr-month, ccpa-45, ccpa-optout, shine-30, fadp-30, appi-N, days-N, law-N, or law-N+M where a law lets it be extended by M days."}
  message_optional: {default: false}
  choices: {default: false, description: Whether some of it is done at once under Privacy choices.}
  urgent: {default: false}
  everywhere: {default: false, description: "Whether it is offered whatever rights the law gives, such as a question."}
`
}

// Clock is the rule that times this kind under a law.
func (k RequestKind) Clock(law Jurisdiction) deadline.Rule {
	if rule, ok := k.Clocks[law.ID]; ok {
		return rule
	}
	if _, given := law.Rights[k.ID]; given && law.Clock != "" {
		return law.Clock
	}
	return k.Clocks["*"]
}

// OfferedIn reports whether the law gives this right, or it is offered whatever it gives.
func (k RequestKind) OfferedIn(law Jurisdiction) bool {
	if len(k.Only) > 0 && !contains(k.Only, law.ID) {
		return false
	}
	_, given := law.Rights[k.ID]
	return given || len(law.Rights) == 0 || k.Everywhere
}

// InForce tells whether the law was in force on a day.
func (j Jurisdiction) InForce(on deadline.Day) bool { return !j.Since.After(on) }

// Refusal is a reason for which staff may refuse a request, with the text
// that the person reads.
type Refusal struct {
	Code  string              `json:"id"`
	Name  document.Text       `json:"name"` // for staff, short
	Text  document.Text       `json:"text"`
	Kinds []string            `json:"kinds" ref:"request_kinds" empty:"all"` // request kinds it may answer; none: all
	Only  []string            `json:"only" ref:"jurisdictions" empty:"all"`  // jurisdictions that allow it; none: all
	Tells bool                `json:"tells"`                                 // whether anything is held: no answer about somebody else's account
	Laws  map[string]Citation `json:"laws" ref:"jurisdictions"`              // jurisdiction → the article that allows it
}

// Schema says what a Refusal may hold.
func (Refusal) Schema() string {
	return `
required: [id, name, text]
properties:
  tells: {default: false, description: "Whether it says whether something is held. No request about somebody else's account is refused so."}
`
}

// Citation is an article of a law. One that everybody cites alike is written
// once, another by language.
type Citation document.Text

// UnmarshalText reads one that everybody cites alike.
func (c *Citation) UnmarshalText(b []byte) error {
	*c = Citation{"en": string(b)}
	return nil
}

// UnmarshalJSON reads either.
func (c *Citation) UnmarshalJSON(b []byte) error {
	var once string
	if json.Unmarshal(b, &once) == nil {
		*c = Citation{"en": once}
		return nil
	}
	return json.Unmarshal(b, (*document.Text)(c))
}

// In is the citation in a language.
func (c Citation) In(lang string) string { return document.Text(c).In(lang) }

// LookReason is a reason for which staff may open somebody's data.
type LookReason struct {
	Code string        `json:"id"`
	Name document.Text `json:"name"`
	Text document.Text `json:"text"` // what the person reads under "Who looked"
}

// Schema says what a LookReason may hold.
func (LookReason) Schema() string {
	return `
required: [id, name, text]
`
}

// Authority is a supervisory authority to which a person may complain.
type Authority struct {
	ID        string        `json:"id"`
	Name      document.Text `json:"name"`
	LocalName string        `json:"local_name"`
	Countries []string      `json:"countries"` // none: everybody for whom there is no other
	Regions   []string      `json:"regions"`
	Address   string        `json:"address"`
	URL       string        `json:"url"`
	Note      document.Text `json:"note"`
}

// Schema says what a Authority may hold.
func (Authority) Schema() string {
	return `
required: [id, name, url]
properties:
  countries: {items: {type: string, format: country}, description: None for everybody for whom there is no other.}
  regions: {items: {type: string, pattern: "^[A-Z0-9]{1,3}$", says: "a region of ISO 3166-2 without its country, such as CA"}}
  url: {pattern: "^https://.", says: an https address}
`
}

// Calendar is the public holidays of one place: those of every year, and days
// listed one by one, which the operator looks at once a year.
type Calendar struct {
	ID            string        `json:"id"`
	Name          document.Text `json:"name"`
	Jurisdictions []string      `json:"jurisdictions" ref:"jurisdictions"`
	Yearly        []Yearly      `json:"yearly"`
	InLieu        bool          `json:"in_lieu"` // see deadline.Reckoned
	Days          []Holiday     `json:"days"`
}

// Schema says what a Calendar may hold.
func (Calendar) Schema() string {
	return `
required: [id, name, jurisdictions]
properties:
  yearly: {description: Holidays that a rule finds.}
  in_lieu: {default: false, description: "A Saturday's is also kept on the Friday before and a Sunday's on the Monday after."}
  days: {description: Days listed one by one.}
`
}

// Yearly is a holiday of every year.
type Yearly struct {
	On   deadline.Yearly `json:"on"`
	From int64           `json:"from"` // the first year
	Name document.Text   `json:"name"`
	// Where it falls on one: also kept on the Friday before, on the Monday after.
	Saturday bool `json:"saturday"`
	Sunday   bool `json:"sunday"`
}

// Schema says what a Yearly may hold.
func (Yearly) Schema() string {
	return `
required: [on, name]
properties:
  on: {description: "Such as 4 July, third Monday of January or last Monday of May."}
  from: {description: The first year in which it was kept.}
  saturday: {default: false, description: Falling on a Saturday it is also kept on the Friday before.}
  sunday: {default: false, description: Falling on a Sunday it is also kept on the Monday after.}
`
}

// Holiday is one day on which nobody works.
type Holiday struct {
	Date deadline.Day  `json:"date"`
	Name document.Text `json:"name"`
}

// Schema says what a Holiday may hold.
func (Holiday) Schema() string {
	return `
required: [date, name]
`
}

// Due is by when a request of a kind has to be answered that was received then
// under a law, and why; zone is the office's. Whoever lives we don't know where gets
// the earliest of the dates of all laws that give this right.
func (r *Register) Due(k RequestKind, law Jurisdiction, received time.Time, zone *time.Location) (deadline.Date, error) {
	if !law.Unknown {
		date, err := deadline.Compute(k.Clock(law), received, zone, r.HolidaysFor(law.ID))
		return law.named(date), err
	}
	var dates []deadline.Date
	for _, j := range r.Jurisdictions {
		if j.Unknown || !k.OfferedIn(j) || !j.InForce(deadline.DayOf(received, zone)) {
			continue
		}
		date, err := r.Due(k, j, received, zone)
		if err != nil {
			return deadline.Date{}, err
		}
		dates = append(dates, date)
	}
	return deadline.Earliest(dates...), nil
}

// ConfirmDue is by when it has to be confirmed that a request was received, and why; no
// day where the law does not ask for it.
func (r *Register) ConfirmDue(k RequestKind, law Jurisdiction, received time.Time, zone *time.Location) (deadline.Date, error) {
	rule, ok := law.Confirm[k.ID]
	if !ok {
		return deadline.Date{}, nil
	}
	date, err := deadline.Compute(rule, received, zone, r.HolidaysFor(law.ID))
	return law.named(date), err
}

// AppealUntil is the last day on which somebody may answer a decision made then.
func (r *Register) AppealUntil(law Jurisdiction, decided time.Time, zone *time.Location) (deadline.Day, error) {
	date, err := deadline.Compute(cmp.Or(law.Appeal.Within, appealable), decided, zone, r.HolidaysFor(law.ID))
	return date.Day, err
}

// AppealDue is by when an appeal has to be answered that was received then, and why.
func (r *Register) AppealDue(k RequestKind, law Jurisdiction, received time.Time, zone *time.Location) (deadline.Date, error) {
	if law.Appeal.Clock != "" {
		k.Clocks = map[string]deadline.Rule{law.ID: law.Appeal.Clock}
	}
	date, err := r.Due(k, law, received, zone)
	return appealed(date), err
}

// Longer is by when a request has to be answered that is extended, or an appeal, of
// which its person was told then, and why: as [deadline.Extend]. Whose law nobody knows
// has the earliest date of all, and some laws know no later one.
func (r *Register) Longer(k RequestKind, law Jurisdiction, appeal bool, received, told time.Time, zone *time.Location) (deadline.Date, error) {
	rule := k.Clock(law)
	if appeal && law.Appeal.Clock != "" {
		rule = law.Appeal.Clock
	}
	date, err := deadline.Extend(rule, received, told, zone, r.HolidaysFor(law.ID))
	if appeal {
		date = appealed(date)
	}
	return law.named(date), err
}

// appealed says in the reasoning that it is the appeal that was received.
func appealed(date deadline.Date) deadline.Date {
	if len(date.Why) > 0 {
		date.Why[0].Key = "deadline.appealed"
	}
	return date
}

// named says in the reasoning which law it is that allows a number of days.
func (j Jurisdiction) named(date deadline.Date) deadline.Date {
	for i, step := range date.Why {
		if step.Key == "deadline.law" || step.Key == "deadline.longer" {
			date.Why[i].Name = deadline.Name(j.Law)
		}
	}
	return date
}

// HolidaysFor are the public holidays that count in a jurisdiction.
func (r *Register) HolidaysFor(jurisdiction string) deadline.Calendar {
	var calendars []deadline.Calendar
	for _, c := range r.Holidays {
		if !contains(c.Jurisdictions, jurisdiction) {
			continue
		}
		every := make([]deadline.Every, len(c.Yearly))
		for i, y := range c.Yearly {
			every[i] = deadline.Every{On: y.On, From: int(y.From), Name: deadline.Name(y.Name), Saturday: y.Saturday, Sunday: y.Sunday}
		}
		days := deadline.Holidays{}
		for _, day := range c.Days {
			days[day.Date] = deadline.Name(day.Name)
		}
		calendars = append(calendars, deadline.Reckoned{Every: every, InLieu: c.InLieu}, days)
	}
	return deadline.Together(calendars...)
}
