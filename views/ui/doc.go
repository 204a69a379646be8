// Package ui holds the parts that every page is made of. They know no noun:
// a Table does not know what it lists. Each takes one struct named after it,
// with words already chosen, and looks the same wherever it stands.
//
// A new look begins here, with an entry in views/story, never in a page.
package ui

// Kind is what a colour means. Nothing is said by it alone: an icon and a
// word always stand beside it.
type Kind string

// The five meanings.
const (
	Plain  Kind = ""
	Info   Kind = "info"
	Turn   Kind = "turn" // it is the reader's turn to do something
	Danger Kind = "danger"
	Done   Kind = "done"
)

func (k Kind) icon() string {
	switch k {
	case Turn, Danger:
		return "warning"
	case Done:
		return "done"
	case Plain, Info:
		return "info"
	}
	return "info"
}

// class joins a base class with its variant: class("badge", Turn) is
// "badge badge-turn".
func class(base string, kind Kind) string {
	if kind == Plain {
		return base + " " + base + "-plain"
	}
	return base + " " + base + "-" + string(kind)
}

// Link is somewhere to go.
type Link struct {
	Label string
	Href  string
	// Aside is said to a screen reader after the label, so that ten links
	// named "Change" can be told apart: "your name".
	Aside string
	// Key leads there too, with the keys that a browser wants held beside it.
	Key string
}

// Problem is one fault in a form: which field, and what to do about it.
type Problem struct {
	Field string
	Text  string
}

// Problems are the faults of a form, in the order of its fields.
type Problems []Problem

// Of is what is wrong with one field, or nothing.
func (ps Problems) Of(field string) string {
	for _, p := range ps {
		if p.Field == field {
			return p.Text
		}
	}
	return ""
}
