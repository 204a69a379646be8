// Package views draws the portal's pages. A page is a struct of facts (moments,
// numbers, names, small enumerations that this package declares) and a
// component that says them in its reader's language and zone; nothing here
// reads a clock, asks for a permission or knows a row.
package views

import (
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// Brand is the operator's own face.
type Brand struct {
	Name    string // of the service: "Example Network"
	LogoURL string // static path of a square logo; empty: the portal's own sign
	// StyleURL is the stylesheet of the operator's accent (see ui.BrandCSS).
	StyleURL string
	Demo     bool // stand-ins and made-up people: the chrome says so
	// DemoGuide is the address that says whom one can sign in as there.
	DemoGuide string
}

// Flash is what just happened, said once at the top of the next page.
type Flash struct {
	Kind  ui.Kind
	Said  text.Phrase
	Place string // the id of what it is about, where that says it itself
}

// FlashAt is what just happened, if it is said at a place.
func (s Shell) FlashAt(place string) *Flash {
	if s.Flash == nil || s.Flash.Place != place {
		return nil
	}
	return s.Flash
}

// Alternate is this page in another language, for search engines and readers
// without a cookie. Only public pages have any.
type Alternate struct {
	Lang string
	Href string
}

// Shell is everything around a page. Each page's struct embeds one.
type Shell struct {
	// Title is the page's name in the browser's list of windows; the heading
	// in the page says the same.
	Title string
	Lang  string // "en", "ja"
	Theme string // "light", "dark", or empty: as the reader's system says
	// BrowserZone is the time zone that the browser said last, if ZoneAsked: a
	// script then says when it is another.
	BrowserZone string
	ZoneAsked   bool
	// Path is the address of this page with its query; choosing a language
	// comes back to it. Empty: one can't come back, and nothing is offered to choose.
	Path  string
	Brand Brand
	// Nav is the id of the place the page belongs to: see Places.
	Nav string
	// SignedIn is the reader's name or address; empty if nobody is signed in.
	SignedIn   string
	Role       StaffRole // of a member of the staff
	Places     []Place   // of the staff's, those that this member may open
	Flash      *Flash
	NoCookies  bool // the browser sent none back: nothing can be kept for it, a sign-in least of all
	News       *PolicyNews
	Alternates []Alternate
	Footer     []ui.Link // that the law wants on every page
	// Address and Moment are printed on paper: where this page came from, and
	// when, in the reader's form.
	Address string
	Moment  time.Time
}

// PolicyNews is a version of the policy that the reader has not seen yet.
type PolicyNews struct {
	Version string
	Since   time.Time // a day
	Coming  bool      // it is not in force yet
	Compare string    // where one reads what is different
	Return  string    // this page
}

// Place is one entry of the rail. Its word is the message "place." + ID.
type Place struct {
	ID   string
	Href string
	Icon string
}

// Places are the eight places of a person.
func Places() []Place {
	return []Place{
		{"overview", "/overview", "overview"},
		{"data", "/data", "data"},
		{"downloads", "/downloads", "download"},
		{"email", "/email", "mail"},
		{"choices", "/privacy-choices", "choices"},
		{"security", "/security", "security"},
		{"requests", "/requests", "request"},
		{"lookups", "/lookups", "eye"},
	}
}

// StaffPlaces are the places of the staff.
func StaffPlaces() []Place {
	return []Place{
		{"staffQueue", "/staff", "request"},
		{"staffTasks", "/staff/tasks", "recipients"},
		{"staffPeople", "/staff/people", "people"},
		{"staffPolicy", "/staff/policy", "policy"},
		{"staffMailings", "/staff/mailings", "mail"},
		{"staffBreaches", "/staff/breaches", "warning"},
		{"staffAudit", "/staff/audit", "audit"},
		{"staffOperation", "/staff/operation", "gauge"},
		{"staffSessions", "/staff/sessions", "security"},
	}
}

// PublicPlaces stand at the foot of every page.
func PublicPlaces() []Place {
	return []Place{
		{"policy", "/policy", "policy"},
		{"choices", "/privacy-choices", "choices"},
		{"recipients", "/recipients", "recipients"},
		{"ask", "/ask", "request"},
		{"contact", "/contact", "contact"},
		{"accessibility", "/accessibility", "people"},
	}
}

// Themes are the forms of a page that a reader may choose.
func Themes() []string { return []string{"system", "light", "dark"} }

// here is the place the page belongs to, if the rail has it.
func here(places []Place, id string) (Place, bool) {
	for _, p := range places {
		if p.ID == id {
			return p, true
		}
	}
	return Place{}, false
}
