package views

// UnsubscribePage is what the link of a message opens: one thing to do, and
// nothing done yet.
type UnsubscribePage struct {
	Shell
	At     string // the link's own address
	Lead   string
	Button string // what the one button does; empty where there is nothing to stop
}

// UnsubscribeDonePage says that mail has stopped.
type UnsubscribeDonePage struct {
	Shell
	At       string
	Text     string
	Undoable bool
	AllOff   bool // everything that can be stopped has been
}

// UnsubscribeChoicePage offers, without signing in, to stop one topic or all.
type UnsubscribeChoicePage struct {
	Shell
	At       string
	Topic    string // empty if the topic is gone
	On       bool
	Standing string
	AllOff   bool
	Locked   bool
}
