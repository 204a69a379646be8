package record

import (
	"cmp"
	"context"

	"plusultra.link/privacy/internal/dictionary"
	messages "plusultra.link/privacy/views/text"
)

// Refusal is one row that was not taken, and why. It never repeats a value.
type Refusal struct {
	Line   int64 // where the row begins, from 1
	Field  string
	Reason Reason
	Ban    string // which ban of the register, for Forbidden and Card

	of dictionary.Field // what the category declares; nothing if it does not
}

// Say tells why in words, and what would be right.
func (r Refusal) Say(ctx context.Context) string {
	most := r.of.Max
	switch {
	case r.Reason == WrongType && r.of.Type != "":
		return messages.T(ctx, "record.wants."+string(r.of.Type))
	case r.Reason == TooLong && most > 0:
		return messages.T(ctx, "record.wants.short", "Max", messages.Number(ctx, most))
	case r.Reason == OutOfRange && r.of.Type.Number():
		return messages.T(ctx, "record.wants.range", "Max", messages.Number(ctx, cmp.Or(most, largestInt)))
	case r.Reason == OutOfRange && r.of.Type == dictionary.TypeTime:
		return messages.T(ctx, "record.wants.moment", "Year", firstYear)
	}
	return messages.T(ctx, "record.refused."+string(r.Reason))
}
