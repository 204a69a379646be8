package ui

import "context"

// The fields that every posted form carries unseen.
const (
	NumberField = "form-number" // a number for once: the same form sent twice does one thing
	KeptField   = "form-kept"   // the kept form that it was filled in from, to be dropped when it is done with
)

// Carried is what a page hands to each of its forms, and to its title.
type Carried struct {
	Number string
	Kept   string
	Wrong  bool // something on the page has to be mended
}

type carriedKey struct{}

// Carry gives the context in which a page is drawn.
func Carry(ctx context.Context, c Carried) context.Context {
	return context.WithValue(ctx, carriedKey{}, c)
}

// CarriedBy is what the page that is being drawn carries.
func CarriedBy(ctx context.Context) Carried {
	c, _ := ctx.Value(carriedKey{}).(Carried)
	return c
}
