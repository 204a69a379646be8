package views

import "plusultra.link/privacy/views/ui"

// EmailPage is what we may write to somebody about, topic by topic.
type EmailPage struct {
	Shell
	Address  string
	Topics   []EmailTopic
	Locked   []EmailTopic
	AllOff   bool         // everything that can be off is
	Events   []EmailEvent // those that were about everything
	Problems ui.Problems
}

// EmailTopic is one of them. About says what it is or, if it is locked, why.
type EmailTopic struct {
	ID       string
	Name     string
	About    string
	On       bool
	Standing string // since when it stands as it does, and by what
	Events   []EmailEvent
}

// EmailEvent is one line of the ledger.
type EmailEvent struct {
	At      ui.TimeProps
	What    string
	Wording string // version of the words that were read; a no by a link has none
}
