// Package mail draws the messages that the portal sends, as HTML and as text.
// Every message is a Letter; none has a drawing of its own.
package mail

// Letter is a message, its words already chosen.
type Letter struct {
	Lang        string
	Joint       string // between a name and its value: ": "
	Brand       string
	Subject     string
	Heading     string
	Paragraphs  []string
	Facts       []Fact
	Action      *Link
	After       []string // paragraphs under the action
	Footer      []string // who sends this, from where
	Unsubscribe *Unsubscribe
}

// Fact is a line of a small table: a name and its value.
type Fact struct{ Name, Value string }

// Link is a button, and a line with its address for those who see no buttons.
type Link struct{ Label, URL string }

// Unsubscribe stands at the foot of promotional mail alone.
type Unsubscribe struct {
	Why         string // "You get this because …"
	Label, URL  string // one page, one button
	Preferences Link
}
