package record

import (
	"cmp"
	"context"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/register"
	messages "plusultra.link/privacy/views/text"
)

// Refusal is one row that was not taken, and why. It never repeats a value.
type Refusal struct {
	Line   int64 // where the row begins, from 1
	Field  string
	Reason Reason
	Ban    string // which ban of the register, for Forbidden and Card

	of   dictionary.Field // what the category declares; nothing if it does not
	kept register.Span    // how long such a row is kept, for PastTime
}

// Say tells why in words, and what would be right.
func (r Refusal) Say(ctx context.Context) string {
	key, args := r.says()
	for i, arg := range args {
		switch v := arg.(type) {
		case int64:
			args[i] = messages.Number(ctx, v)
		case messages.Span:
			args[i] = v.In(ctx)
		}
	}
	return messages.T(ctx, key, args...)
}

// says is the message and what it names.
func (r Refusal) says() (key string, args []any) {
	most := r.of.Max
	switch {
	case r.Reason == WrongType && r.of.Type != "":
		return "record.wants." + string(r.of.Type), nil
	case r.Reason == TooLong && most > 0:
		return "record.wants.short", []any{"Max", most}
	case r.Reason == PastTime:
		return "record.refused.past", []any{"Keep", r.kept.Length()}
	case r.Reason == OutOfRange && r.of.Type.Number():
		return "record.wants.range", []any{"Max", cmp.Or(most, largestInt)}
	case r.Reason == OutOfRange && r.of.Type == dictionary.TypeTime:
		return "record.wants.moment", []any{"Year", firstYear}
	}
	return "record.refused." + string(r.Reason), nil
}
