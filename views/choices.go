package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// ChoicesPage is everything that somebody says yes or no to, and how it stands.
type ChoicesPage struct {
	Shell
	Held         bool          // the account is, because it may be a child's
	Restrictions []Restriction // what the person had stopped by a request
	Known        bool          // whose choices they are: else nothing is known, and they are explained
	At           string        // where a press is sent
	Mailed       bool          // they are opened by a mailed link, without signing in
	Signal       bool          // the browser says no: Global Privacy Control or Do Not Track
	Mail         ChoicesMail
	Groups       []ChoiceGroup
	// Problems are what has to be asked again, by the id of its choice.
	Problems ui.Problems
	Despite  string // the topic to which a yes was said in a browser that says no
}

// ChoicesByMailPage asks for the address to which a link to its choices goes.
type ChoicesByMailPage struct {
	Shell
	Email    string
	Problems ui.Problems
}

// ChoicesMail is how many kinds of mail are on.
type ChoicesMail struct{ On, Of int64 }

// ChoiceGroup is the choices of a kind: see the messages choices.group.
type ChoiceGroup struct {
	Kind    string
	Choices []Choice
}

// Choice is one thing to say yes or no to.
type Choice struct {
	ID, Name string
	Summary  string // what one says yes to
	Effect   string // what a no does; mail has none
	Standing
	Seen   string // the version of how it stands
	Signal bool   // a browser's no counts for it
	Events []EmailEvent
}

// Standing is how something stands, since when and by what.
type Standing struct {
	On    bool
	Since time.Time // zero: nothing was said
	How   Channel
	// Barred tells that a parent or guardian has to agree before a yes counts.
	Barred bool
}

// Press is a choice where somebody reads of what rests on it: how it stands,
// and a no in one press. A yes is said where its words are.
type Press struct {
	Standing
	Known  bool     // who reads is signed in
	Topics []string // that a no is said to
	Name   string
	Place  string // its id on its page
	Return string // the page to come back to, and the place on it
	Href   string // where a yes can be said
	Mail   bool   // it is mail alone, which stops
	// Effects are what a no does else, in the register's words.
	Effects []string
	Flash   *Flash // what a press here just did
}

func (s Standing) badge(ctx context.Context) ui.BadgeProps {
	switch {
	case s.On && s.Since.IsZero():
		return ui.BadgeProps{Label: text.T(ctx, "choices.assumed")}
	case s.On:
		return ui.BadgeProps{Kind: ui.Done, Label: text.T(ctx, "choices.on")}
	case s.Since.IsZero():
		return ui.BadgeProps{Label: text.T(ctx, "choices.open")}
	}
	return ui.BadgeProps{Label: text.T(ctx, "choices.off")}
}

// say tells how it stands, since when and by what.
func (s Standing) say(ctx context.Context) string {
	switch {
	case s.Barred:
		return text.T(ctx, "guardian.needed")
	case s.Since.IsZero() && s.On:
		return text.T(ctx, "choices.default")
	case s.Since.IsZero():
		return text.T(ctx, "choices.never")
	case s.How == SuppressedChannel:
		return text.T(ctx, "email.suppressed", "Date", s.Since)
	case s.On:
		return text.T(ctx, "choices.yes", "Date", s.Since, "How", s.How.say(ctx))
	}
	return text.T(ctx, "choices.no", "Date", s.Since, "How", s.How.say(ctx))
}

// unsaid tells that there is no word of the person about it, or none that counts yet.
func (s Standing) unsaid() bool { return s.Since.IsZero() || s.Barred }

// more names what else can be read of a choice: what they said, or what they did
// not see of it yet.
func (c Choice) more(ctx context.Context) string {
	switch {
	case c.unsaid() && c.On:
		return text.T(ctx, "choices.what")
	case c.unsaid():
		return text.T(ctx, "choices.effectTitle")
	case c.How == SuppressedChannel:
		return c.say(ctx)
	case c.On:
		return text.T(ctx, "choices.yesOn", "Date", c.Since)
	}
	return text.T(ctx, "choices.noOn", "Date", c.Since)
}

// refusable tells whether there is a no to say: also to what nobody asked.
func (s Standing) refusable() bool { return !s.Barred && (s.On || s.Since.IsZero()) }

// ChoicePlace is the id of a choice on its page.
func ChoicePlace(topic string) string { return "choice-" + topic }

// folds tells that a choice is a line: it is off, and nothing has to be said of it now.
// What is on shows the way to stop it, and what it does.
func (p ChoicesPage) folds(c Choice) bool {
	return p.Known && !p.Mailed && !c.On && !c.Barred && p.FlashAt(c.place()) == nil && p.Problems.Of(c.place()) == ""
}

func (c Choice) place() string { return ChoicePlace(c.ID) }

// means tells what a no does.
func (c Choice) means(ctx context.Context) string {
	if c.Effect == "" {
		return c.Summary
	}
	return text.Sentences(ctx, text.T(ctx, "choices.effect"), c.Effect)
}

func (c Choice) hidden(say string, despite bool) []ui.Hidden {
	fields := []ui.Hidden{{Name: "topics", Value: c.ID}, {Name: "seen", Value: c.Seen}, {Name: "say", Value: say}}
	if despite {
		fields = append(fields, ui.Hidden{Name: "despite", Value: "yes"})
	}
	return fields
}

// means tells what a no does, before it is said.
func (p Press) means(ctx context.Context) string {
	if p.Mail {
		return text.T(ctx, "choices.effectMail")
	}
	said := text.T(ctx, "choices.effect")
	for _, effect := range p.Effects {
		said = text.Sentences(ctx, said, effect)
	}
	return said
}

// elsewhere leads to where a yes is said.
func (p Press) elsewhere(ctx context.Context) string {
	if p.Href == "/email" {
		return text.T(ctx, "choices.mail")
	}
	return text.T(ctx, "choices.change")
}

func (p Press) hidden() []ui.Hidden {
	fields := []ui.Hidden{{Name: "say", Value: "no"}, {Name: "return", Value: p.Return}}
	for _, topic := range p.Topics {
		fields = append(fields, ui.Hidden{Name: "topics", Value: topic})
	}
	return fields
}

// said is a line of the ledger in words.
func (e EmailEvent) said(ctx context.Context) string {
	key := "choices.no"
	if e.Yes {
		key = "choices.yes"
		if e.Wording != "" {
			key = "choices.yesTo"
		}
	}
	return text.T(ctx, key, "Date", e.At, "How", e.How.say(ctx))
}

func choicesLead(ctx context.Context, p ChoicesPage) string {
	switch {
	case p.Mailed:
		return text.T(ctx, "choices.leadMailed")
	case p.Known:
		return text.T(ctx, "choices.lead")
	}
	return text.T(ctx, "choices.leadOpen")
}

func choicesSignal(ctx context.Context, p ChoicesPage) string {
	if p.Known && !p.Mailed {
		return text.T(ctx, "choices.signalKnown")
	}
	return text.T(ctx, "choices.signalOpen")
}

func sayYes(ctx context.Context, despite bool) string {
	if despite {
		return text.T(ctx, "choices.sayYesDespite")
	}
	return text.T(ctx, "choices.sayYes")
}
