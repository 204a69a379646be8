package views

import (
	"net/url"
	"time"

	"plusultra.link/privacy/views/ui"
)

// HomePage tells a stranger what the portal is for.
type HomePage struct{ Shell }

// SignUpPage asks for what an account needs, and for consents box by box.
type SignUpPage struct {
	Shell
	Email, Name      string
	Day, Month, Year string
	Countries        []ui.Option
	States           []ui.Option
	Topics, Uses     []ui.CheckboxProps // mail and what else is asked; none ticked beforehand
	Services         []ServiceButton
	Problems         ui.Problems
}

// VerifyPage asks somebody who reads the mail of an address for a password:
// opening the link must change nothing.
type VerifyPage struct {
	Shell
	Action   string
	Email    string
	Problems ui.Problems
}

// SignInPage is the door.
type SignInPage struct {
	Shell
	SignedOut FormLeft // a form was on its way
	Email     string
	Next      string
	Services  []ServiceButton
	Problems  ui.Problems
}

// ByMail is where whoever has no account signs in, to go on as from here.
func (p SignInPage) ByMail() string { return "/sign-in/by-mail?next=" + url.QueryEscape(p.Next) }

// FormLeft is what became of a form whose sender had to sign in first.
type FormLeft string

// A form is kept to be shown again, or it is lost.
const (
	FormKept FormLeft = "kept"
	FormLost FormLeft = "lost"
)

// ServiceButton starts signing in with a service, "Google" say.
type ServiceButton struct{ Name, Href string }

// ForgotPage asks for the address to send a link to.
type ForgotPage struct {
	Shell
	Email    string
	Problems ui.Problems
}

// NewPasswordPage sets a password, by a mailed link or from inside.
type NewPasswordPage struct {
	Shell
	Action string
	Inside bool
	// HasPassword asks for the one there is.
	HasPassword bool
	Email       string // for the browser's password manager
	Problems    ui.Problems
}

// ConfirmPage asks somebody signed in to prove again who they are.
type ConfirmPage struct {
	Shell
	Email       string
	Next        string
	Back        string
	Lost        bool // something was typed and could not be taken
	HasPassword bool
	Sent        bool // a code, to somebody without a password
	Services    []ServiceButton
	Problems    ui.Problems
}

// SecurityPage is where a person sees and ends the ways into their account.
type SecurityPage struct {
	Shell
	Email       string
	Visitor     bool // they have not joined
	HasPassword bool
	Sessions    []SecuritySession
	Services    []LinkedService
	Offers      []ServiceButton // those that could be linked
	Activity    []Activity      // the latest first
}

// Activity is something that happened at a way into an account.
type Activity struct {
	At      time.Time
	What    string // in the dictionary's words
	Service string // the sign-in service; empty where there is none
	Failed  string // why nobody was let in, in the dictionary's words; empty: it went well
	Times   int    // within an hour, of what failed
}

// SecuritySession is one browser that is signed in.
type SecuritySession struct {
	ID              string
	Browser, System string // their names; empty: not known
	IP              string // empty: not known
	Since, Seen     time.Time
	Here            bool
}
