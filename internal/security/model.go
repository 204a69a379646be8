package security

import (
	"time"

	"github.com/google/uuid"
)

// Door is a way in.
type Door string

// The doors: those of people, then the staff's.
const (
	SignIn      Door = "sign-in" // address and password
	Proof       Door = "proof"   // the password again, of somebody signed in
	MailedCode  Door = "mailed-code"
	MailedLink  Door = "mailed-link"  // a link that signs a visitor in, and asking for one
	Request     Door = "request"      // a link that files what was asked without an account
	Reset       Door = "reset"        // a link to set a new password, and asking for one
	Choices     Door = "choices"      // asking for a link to somebody's choices
	Guardian    Door = "guardian"     // a link by which a parent agrees
	Task        Door = "task"         // a link to what somebody else is told of, or asked
	Verified    Door = "verification" // a link to begin an account
	Service     Door = "service"
	StaffSignIn Door = "staff-sign-in"
	StaffCode   Door = "staff-code"
	Invitation  Door = "invitation" // to join the staff
	APIKey      Door = "api-key"    // of a program
)

// Doors are all doors.
func Doors() []Door {
	return []Door{SignIn, Proof, MailedCode, MailedLink, Request, Reset, Choices, Guardian, Task, Verified, Service, StaffSignIn, StaffCode, Invitation, APIKey}
}

// Outcome is why somebody was not let in.
type Outcome string

// The outcomes.
const (
	Wrong   Outcome = "wrong"   // what they said was
	Locked  Outcome = "locked"  // there had been too many tries
	Refused Outcome = "refused" // a sign-in service's word, or a link, does not count here
)

// Outcomes are all outcomes.
func Outcomes() []Outcome { return []Outcome{Wrong, Locked, Refused} }

// Account is whose door was tried.
type Account struct {
	Key    string    // an id, or else an address that nobody here has, in its one form; empty: not known
	Person uuid.UUID // uuid.Nil for nobody, and for members of staff
}

// OfPerson is the account of somebody known.
func OfPerson(id uuid.UUID) Account { return Account{Key: id.String(), Person: id} }

// Attempt is one that failed.
type Attempt struct {
	Door    Door
	Outcome Outcome
	Account Account
	Network string // the network block that it came from
}

// Event are the attempts of one kind on one account, from one network, within
// an hour.
type Event struct {
	Door    Door
	Outcome Outcome
	At      time.Time // of the last
	Times   int
}

// Tried is an account that was tried, or a network that tried, by what its
// keyed hash begins with.
type Tried struct {
	Name   string
	Staff  bool // at the staff's doors
	Known  bool // somebody's account
	Times  int
	Others int // networks that tried the account, or accounts that the network tried
	Last   time.Time
}
