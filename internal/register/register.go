package register

import (
	"slices"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/document"
)

// Register is the whole document. It is read at start-up and never changes
// afterwards, so it may be shared freely.
type Register struct {
	Controller    Controller     `json:"controller"`
	Brand         Brand          `json:"brand"`
	Bases         []Basis        `json:"bases"`
	Purposes      []Purpose      `json:"purposes"`
	Places        []Place        `json:"places"`
	Transfers     []Transfer     `json:"transfers"`
	Recipients    []Recipient    `json:"recipients"`
	Topics        []Topic        `json:"topics"`
	Ages          Ages           `json:"ages"`
	Cookies       []CookieGroup  `json:"cookies"`
	Categories    []Category     `json:"categories"`
	Leaving       []Consequence  `json:"leaving"`
	Forbidden     []Ban          `json:"forbidden"`
	Jurisdictions []Jurisdiction `json:"jurisdictions"`
	RequestKinds  []RequestKind  `json:"request_kinds"`
	Refusals      []Refusal      `json:"refusals"`
	LookReasons   []LookReason   `json:"look_reasons"`
	Authorities   []Authority    `json:"authorities"`
	Holidays      []Calendar     `json:"holidays"`

	// Retired are ids that earlier releases had, by list: a register that still
	// changes one of them is told so, and loads.
	Retired map[string][]string `json:"retired"`

	Dictionary *dictionary.Dictionary `json:"-"` // what the program stores
	// Warnings are what is odd in an operator's register and does no harm.
	Warnings document.Faults `json:"-"`

	document *document.Document[Register]
	banned   [][]namePattern // of Forbidden
}

// Schema says what a Register may hold.
func (Register) Schema() string {
	return `
description: A register of processing. It is laid over the one built in, item by item; what it leaves out stays.
required: [controller, brand, bases, purposes, places, categories, jurisdictions, request_kinds, authorities]
properties:
  controller: {description: Who is responsible.}
  brand: {description: What pages and mails look like.}
  bases: {description: Legal grounds of GDPR art. 6.}
  purposes: {description: Why data is used.}
  places: {description: Where data is kept or used.}
  transfers: {description: Grounds on which data leaves the EEA.}
  recipients: {description: Who else gets data.}
  topics: {description: "What people say yes or no to: mail, uses, transfers, sharing, cookies."}
  ages: {description: From when on somebody says yes alone.}
  cookies: {description: Kinds of cookies on your websites.}
  categories: {description: What is held about people.}
  leaving: {description: "What it does to the service that somebody has everything deleted: to a licence, an app, money."}
  forbidden: {description: What may never be held.}
  jurisdictions: {description: Laws and whom they cover; the last takes everybody else.}
  request_kinds: {description: What people may ask for.}
  refusals: {description: Why a request may be refused.}
  look_reasons: {description: Why staff may open somebody's data.}
  authorities: {description: To whom people may complain.}
  holidays: {description: Days on which no clock ends.}
  retired: {description: Ids that earlier releases had.}
`
}

// Controller is who decides why and how the data is used, and how to reach
// them (GDPR art. 4(7) and 13(1)(a)).
type Controller struct {
	Name         string   `json:"name"`
	TradingAs    []string `json:"trading_as"`
	PrivacyEmail string   `json:"privacy_email"`
	ContactEmail string   `json:"contact_email"`
	Address      []string `json:"address"` // lines of a postal address
	Country      string   `json:"country"` // ISO 3166-1 alpha-2
}

// Schema says what a Controller may hold.
func (Controller) Schema() string {
	return `
required: [name, privacy_email, contact_email, address, country]
properties:
  name: {minLength: 1, description: "The company's name in law."}
  trading_as: {description: "Names under which it is known. Write [] if there are none."}
  privacy_email: {format: email, description: Where questions about privacy go.}
  contact_email: {format: email, description: Where everything else goes; mail is sent from here.}
  address: {minItems: 1, description: The lines of a postal address.}
  country: {format: country}
`
}

// Brand is what the pages and mails look like.
type Brand struct {
	Name   string `json:"name"`
	Accent string `json:"accent"` // #rrggbb
	Logo   string `json:"logo"`   // a file's path or an https address; may be empty
}

// Schema says what a Brand may hold.
func (Brand) Schema() string {
	return `
required: [name, accent]
properties:
  name: {minLength: 1, description: "What people call the product."}
  accent: {pattern: "^#[0-9a-fA-F]{6}$", says: "a colour such as #0f5c5c", default: "#0f5c5c"}
  logo: {description: "A file's path or an https address."}
`
}

// Right is what a person can do about a purpose.
type Right string

// Schema says what a Right may hold.
func (Right) Schema() string {
	return `
enum: [withdraw, opt-out, object, neither]
`
}

// What a legal basis leaves a person to do.
const (
	Withdraw Right = "withdraw" // consent: GDPR art. 7(3)
	OptOut   Right = "opt-out"  // on until somebody says no, which needs no reason: GDPR art. 21(2), Cal. Civ. Code 1798.120
	Object   Right = "object"   // legitimate interests: GDPR art. 21
	Neither  Right = "neither"  // contract, legal obligation
)

// Basis is a legal ground of GDPR art. 6.
type Basis struct {
	ID      string        `json:"id"`
	Article string        `json:"article"`
	Name    document.Text `json:"name"`
	Can     Right         `json:"can"`
	How     document.Text `json:"how"` // how to withdraw or object, or why neither is possible
}

// Schema says what a Basis may hold.
func (Basis) Schema() string {
	return `
required: [id, article, name, can, how]
properties:
  can: {description: What a person can do about a use on this ground.}
  how: {description: How to withdraw or object or why neither is possible.}
`
}

// Purpose is one reason for which data is used.
type Purpose struct {
	ID       string        `json:"id"`
	Name     document.Text `json:"name"`
	Summary  document.Text `json:"summary"`
	Basis    string        `json:"basis" ref:"bases"`
	How      document.Text `json:"how"` // in place of the basis's own, where there is more to say
	Promises []string      `json:"promises"`
}

// Schema says what a Purpose may hold.
func (Purpose) Schema() string {
	return `
required: [id, name, summary, basis]
properties:
  how: {description: "How to withdraw or object, in place of the basis's own words."}
`
}

// Place is where data is kept or used.
type Place struct {
	ID      string        `json:"id"`
	Country string        `json:"country"` // ISO 3166-1 alpha-2
	Name    document.Text `json:"name"`
}

// Schema says what a Place may hold.
func (Place) Schema() string {
	return `
required: [id, country, name]
properties:
  country: {format: country}
`
}

// Transfer is the ground on which data leaves the EEA (GDPR chapter V).
type Transfer struct {
	ID           string        `json:"id"`
	Article      string        `json:"article"`
	Name         document.Text `json:"name"`
	Summary      document.Text `json:"summary"`
	Withdrawable bool          `json:"withdrawable"`                      // it rests on consent
	Topic        string        `json:"topic" ref:"topics" optional:"yes"` // with which it is given and withdrawn
}

// Schema says what a Transfer may hold.
func (Transfer) Schema() string {
	return `
required: [id, article, name, summary]
properties:
  withdrawable: {default: false, description: Whether it rests on consent.}
  topic: {description: The topic with which it is given and withdrawn. Needed if it is withdrawable.}
`
}

// Recipient is somebody else who gets data, named as promise P18 asks.
type Recipient struct {
	ID        string        `json:"id"`
	Name      document.Text `json:"name"`
	Role      document.Text `json:"role"` // processor, authority, successor, in plain words
	Purpose   document.Text `json:"purpose"`
	Data      document.Text `json:"data"`
	Place     string        `json:"place" ref:"places"`
	PolicyURL string        `json:"policy_url"`
	Marketing bool          `json:"marketing"` // for their own direct marketing: Cal. Civ. Code 1798.83
	InCases   bool          `json:"in_cases"`  // they get something only in a case of its own, which is noted
	Email     string        `json:"email"`     // where they are told what was corrected, restricted or erased; "": by hand
	Lang      string        `json:"lang"`      // in which
	Untold    document.Text `json:"untold"`    // why telling them is impossible or out of proportion
}

// Schema says what a Recipient may hold.
func (Recipient) Schema() string {
	return `
required: [id, name, role, purpose, data, place]
properties:
  policy_url: {pattern: "^https://.", says: an https address}
  marketing: {default: false, description: "Whether they get it for their own direct marketing (Cal. Civ. Code 1798.83)."}
  in_cases: {default: false, description: "Whether they get something only in a case of its own, such as an authority. They are told what was corrected or erased only if such a case is noted."}
  email: {pattern: "^[^@ ]+@[^@ ]+$", says: an e-mail address, description: "Where they are told what was corrected, restricted or erased (GDPR art. 19). Without one, staff do it by hand."}
  lang: {default: en, description: "The language in which they are written to."}
  untold: {description: "Why telling them is impossible or would take an effort out of proportion (GDPR art. 19): shown in place of it."}
`
}

// TopicKind is what sort of thing a topic is.
type TopicKind string

// Schema says what a TopicKind may hold.
func (TopicKind) Schema() string {
	return `
enum: [mail, use, transfer, sharing, cookies]
`
}

// The kinds of topics.
const (
	OfMail     TopicKind = "mail"     // what people are written to about
	OfUse      TopicKind = "use"      // something that is done with what is held
	OfTransfer TopicKind = "transfer" // that data leaves the EEA
	OfSharing  TopicKind = "sharing"  // that others get data for ends of their own
	OfCookies  TopicKind = "cookies"  // what websites keep in a browser: Directive 2002/58/EC art. 5(3)
)

// Topic is one thing that a person says yes or no to: a kind of e-mail, a use,
// a transfer, that others get data, cookies. It is what the ledger of consent is about.
type Topic struct {
	ID        string        `json:"id"`
	Kind      TopicKind     `json:"kind"`
	Name      document.Text `json:"name"`
	Summary   document.Text `json:"summary"`
	Effect    document.Text `json:"effect"` // what a no does to the service: all kinds but mail
	Purpose   string        `json:"purpose" ref:"purposes" optional:"yes"`
	Locked    bool          `json:"locked"`     // can't be stopped while the account exists: promise P14
	Because   document.Text `json:"because"`    // why it is locked
	DefaultOn bool          `json:"default_on"` // never for a purpose that rests on consent
	AtSignUp  bool          `json:"at_sign_up"` // asked where the account begins; mail always is
	Signal    bool          `json:"signal"`     // a browser's signal (Global Privacy Control) is a no to it
	Footer    document.Text `json:"footer"`     // words of a link to it at the foot of every page
	Promises  []string      `json:"promises"`
}

// Schema says what a Topic may hold.
func (Topic) Schema() string {
	return `
required: [id, name, summary]
properties:
  kind: {default: mail, description: "E-mail; a use, a transfer or a sharing of what is held; or cookies."}
  summary: {description: What one says yes to. The ledger keeps these words with the yes.}
  effect: {description: "What a no does to the service, shown before it is said. Needed for every kind but mail."}
  purpose: {description: The purpose that rests on it. Needed for mail.}
  locked: {default: false, description: Can't be stopped while the account exists.}
  because: {description: Why it is locked.}
  default_on: {default: false, description: On before anybody asked; never for a purpose that rests on consent.}
  at_sign_up: {default: false, description: "Whether it is asked on the form on which one signs up, as mail always is."}
  signal: {default: false, description: "Whether a browser's signal (Global Privacy Control, Do Not Track) is a no to it."}
  footer: {description: "Words of a link to it at the foot of every page, such as Do not sell or share my personal information."}
`
}

// Ages are those, in years, from which nobody else has to agree with somebody.
type Ages struct {
	Consent int          `json:"consent"` // to what needs a yes: GDPR art. 8(1)
	Sharing int          `json:"sharing"` // to sharing, which needs a yes of the younger: Cal. Civ. Code 1798.120(c)
	Younger []YoungerAge `json:"younger"` // where the age of consent is another
}

// Schema says what Ages may hold.
func (Ages) Schema() string {
	return `
required: [consent, sharing]
properties:
  consent: {minimum: 13, maximum: 18, default: 16, description: "From which somebody says yes alone, in years: GDPR art. 8(1)."}
  sharing: {minimum: 13, maximum: 18, default: 16, description: "Under which nothing is shared without a parent's yes, in years."}
  younger: {description: Where the age of consent is another.}
`
}

// YoungerAge is an age of consent, and where it is that.
type YoungerAge struct {
	ID        string   `json:"id"`
	Consent   int      `json:"consent"`
	Countries []string `json:"countries"` // ISO 3166-1 alpha-2
}

// Schema says what a YoungerAge may hold.
func (YoungerAge) Schema() string {
	return `
required: [id, consent, countries]
properties:
  consent: {minimum: 13, maximum: 18}
  countries: {items: {type: string, format: country}}
`
}

// Of is the age of consent of somebody who lives in a country; empty: not known.
func (a Ages) Of(country string) int {
	for _, y := range a.Younger {
		if slices.Contains(y.Countries, country) {
			return y.Consent
		}
	}
	return a.Consent
}

// Consequence is one thing that deleting everything does to the service, said before
// anybody asks for it.
type Consequence struct {
	ID   string        `json:"id"`
	Name document.Text `json:"name"`
	Text document.Text `json:"text"`
}

// Schema says what a Consequence may hold.
func (Consequence) Schema() string {
	return `
required: [id, name, text]
properties:
  name: {description: "What it is done to, such as your licence."}
`
}

// IsMail tells mail from the rest. What the register no longer has was mail,
// as far as anybody knows.
func (t Topic) IsMail() bool { return t.Kind == OfMail || t.Kind == "" }

// Offered tells whether it is asked where the account begins. An empty box
// would look like a no to what comes anyway.
func (t Topic) Offered() bool { return !t.Locked && !t.DefaultOn && (t.IsMail() || t.AtSignUp) }

// CookieGroup is a kind of cookies that the company uses on its websites.
type CookieGroup struct {
	ID      string        `json:"id"`
	Name    document.Text `json:"name"`
	Summary document.Text `json:"summary"`
	Topic   string        `json:"topic" ref:"topics" optional:"yes"` // with which they are accepted or refused
	Locked  bool          `json:"locked"`
	Because document.Text `json:"because"`
}

// Schema says what a CookieGroup may hold.
func (CookieGroup) Schema() string {
	return `
required: [id, name, summary]
properties:
  topic: {description: The topic with which they are accepted or refused. Needed unless they are locked.}
  locked: {default: false}
`
}
