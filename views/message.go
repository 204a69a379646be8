package views

import (
	"plusultra.link/privacy/views/text"
)

// Next is where a message leads.
type Next struct {
	Label text.Phrase
	Href  string // empty: nowhere
}

// ErrorPage is what a person reads when something did not work: what
// happened, what was kept, what to do.
type ErrorPage struct {
	Shell
	Happened text.Phrase
	// ToDo is what to do about it. Without it the message does that has
	// Happened's key and ends in Todo, and for the standard sentences the
	// standard advice for the HTTP status.
	ToDo   text.Phrase
	Status int
	Kept   bool // nothing that was saved before is lost
	// Reference is what support needs to find this in the log; it tells
	// nothing by itself.
	Reference string
	Action    Next
}

// MessagePage says that it is the reader's turn. Its words are the messages
// title, text, next1 and next2 under Of.
type MessagePage struct {
	Shell
	Of     string
	Args   []any
	Mailed bool // what to do next is in a mail
	Action Next
}
