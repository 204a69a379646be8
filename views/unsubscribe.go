package views

// LinkedTopic is what the link of a message is about.
type LinkedTopic struct {
	Known   bool // the register still has it
	Name    string
	Locked  bool   // it can't be stopped
	Because string // why it is locked
}

// UnsubscribePage is what the link of a message opens: one thing to do, and
// nothing done yet.
type UnsubscribePage struct {
	Shell
	At    string // the link's own address
	Topic LinkedTopic
}

// UnsubscribeDonePage says that mail has stopped, or may come again.
type UnsubscribeDonePage struct {
	Shell
	At       string
	Topic    LinkedTopic
	Undone   bool // it was stopped and is not any more
	Rest     bool // all else is on again that was, and the topic stays stopped
	Undoable bool
	AllOff   bool // everything that can be stopped has been
	Proved   bool // a receipt can be had
}

// UnsubscribeChoicePage offers, without signing in, to stop one topic or all.
type UnsubscribeChoicePage struct {
	Shell
	At     string
	Topic  LinkedTopic
	On     bool
	AllOff bool
}
