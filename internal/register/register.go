package register

import (
	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/document"
)

// Register is the whole document. It is read at start-up and never changes
// afterwards, so it may be shared freely.
type Register struct {
	Controller    Controller     `yaml:"controller"`
	Brand         Brand          `yaml:"brand"`
	Bases         []Basis        `yaml:"bases"`
	Purposes      []Purpose      `yaml:"purposes"`
	Places        []Place        `yaml:"places"`
	Transfers     []Transfer     `yaml:"transfers"`
	Recipients    []Recipient    `yaml:"recipients"`
	Topics        []Topic        `yaml:"topics"`
	Cookies       []CookieGroup  `yaml:"cookies"`
	Categories    []Category     `yaml:"categories"`
	Forbidden     []Ban          `yaml:"forbidden"`
	Jurisdictions []Jurisdiction `yaml:"jurisdictions"`
	RequestKinds  []RequestKind  `yaml:"request_kinds"`
	Refusals      []Refusal      `yaml:"refusals"`
	LookReasons   []LookReason   `yaml:"look_reasons"`
	Authorities   []Authority    `yaml:"authorities"`
	Holidays      []Calendar     `yaml:"holidays"`

	Dictionary *dictionary.Dictionary // what the program stores

	places *document.Places // where in the document each path stands
}

// Controller is who decides why and how the data is used, and how to reach
// them (GDPR art. 4(7) and 13(1)(a)).
type Controller struct {
	Name         string   `yaml:"name"`
	TradingAs    []string `yaml:"trading_as"`
	PrivacyEmail string   `yaml:"privacy_email"`
	ContactEmail string   `yaml:"contact_email"`
	Address      []string `yaml:"address"` // lines of a postal address
	Country      string   `yaml:"country"` // ISO 3166-1 alpha-2
}

// Brand is what the pages and mails look like.
type Brand struct {
	Name   string `yaml:"name"`
	Accent string `yaml:"accent"` // #rrggbb
	Logo   string `yaml:"logo"`   // a file's path or an https address; may be empty
}

// Right is what a person can do about a purpose.
type Right string

// What a legal basis leaves a person to do.
const (
	Withdraw Right = "withdraw" // consent: GDPR art. 7(3)
	Object   Right = "object"   // legitimate interests: GDPR art. 21
	Neither  Right = "neither"  // contract, legal obligation
)

// Basis is a legal ground of GDPR art. 6.
type Basis struct {
	ID      string        `yaml:"id"`
	Article string        `yaml:"article"`
	Name    document.Text `yaml:"name"`
	Can     Right         `yaml:"can"`
	How     document.Text `yaml:"how"` // how to withdraw or object, or why neither is possible
}

// Purpose is one reason for which data is used.
type Purpose struct {
	ID       string        `yaml:"id"`
	Name     document.Text `yaml:"name"`
	Summary  document.Text `yaml:"summary"`
	Basis    string        `yaml:"basis"`
	How      document.Text `yaml:"how"` // in place of the basis's own, where there is more to say
	Promises []string      `yaml:"promises"`
}

// Place is where data is kept or used.
type Place struct {
	ID      string        `yaml:"id"`
	Country string        `yaml:"country"` // ISO 3166-1 alpha-2
	Name    document.Text `yaml:"name"`
}

// Transfer is the ground on which data leaves the EEA (GDPR chapter V).
type Transfer struct {
	ID           string        `yaml:"id"`
	Article      string        `yaml:"article"`
	Name         document.Text `yaml:"name"`
	Summary      document.Text `yaml:"summary"`
	Withdrawable bool          `yaml:"withdrawable"`
	Effect       document.Text `yaml:"effect"` // what stops working once it is withdrawn
}

// Recipient is somebody else who gets data, named as promise P18 asks.
type Recipient struct {
	ID        string        `yaml:"id"`
	Name      document.Text `yaml:"name"`
	Role      document.Text `yaml:"role"` // processor, authority, successor, in plain words
	Purpose   document.Text `yaml:"purpose"`
	Data      document.Text `yaml:"data"`
	Place     string        `yaml:"place"`
	PolicyURL string        `yaml:"policy_url"`
	Marketing bool          `yaml:"marketing"` // for their own direct marketing: Cal. Civ. Code 1798.83
}

// Topic is one kind of e-mail.
type Topic struct {
	ID        string        `yaml:"id"`
	Name      document.Text `yaml:"name"`
	Summary   document.Text `yaml:"summary"`
	Purpose   string        `yaml:"purpose"`
	Locked    bool          `yaml:"locked"`     // can't be stopped while the account exists: promise P14
	Because   document.Text `yaml:"because"`    // why it is locked
	DefaultOn bool          `yaml:"default_on"` // never for a purpose that rests on consent
	Promises  []string      `yaml:"promises"`
}

// CookieGroup is a category of cookies with the cookies the portal itself sets.
type CookieGroup struct {
	ID      string        `yaml:"id"`
	Name    document.Text `yaml:"name"`
	Summary document.Text `yaml:"summary"`
	Locked  bool          `yaml:"locked"`
	Because document.Text `yaml:"because"`
	Cookies []Cookie      `yaml:"cookies"`
}

// Cookie is one cookie that the portal sets.
type Cookie struct {
	Name    string        `yaml:"name"`
	Purpose document.Text `yaml:"purpose"`
	Lasts   document.Text `yaml:"lasts"`
}
