// Package fault says what went wrong twice: once for the person, as the key
// of a message, and once for the log, as the cause.
//
// Services return faults; only web knows what HTTP makes of them. A fault
// without a kind is nobody's doing but ours: Internal.
package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind is what sort of thing went wrong.
type Kind int

// The kinds, from "our doing" to "try later".
const (
	Internal        Kind = iota // we failed; the person can only be told so
	Invalid                     // the person can mend what they sent
	NotFound                    // nothing there, or nothing of theirs
	Unauthenticated             // sign in first
	StepUp                      // prove again who you are
	Forbidden                   // known, and not allowed
	Conflict                    // the state of things forbids it now
	Gone                        // was there: a link that has been used or has expired
	TooMany                     // a limit; RetryAfter says for how long
	TooLarge                    // more than we take
	Unavailable                 // something we need is down; try later
)

// Error is a fault. Key and Args make the sentence a person reads; Err is for
// the log and is never shown.
type Error struct {
	Kind       Kind
	Key        string
	Args       []any // pairs of name and value, for the message
	Problems   Problems
	RetryAfter time.Duration
	Err        error
}

// Problem is one thing to mend in one field of a form.
type Problem struct {
	Field string
	Key   string
	Args  []any
}

// Problems are in the order in which the form shows its fields.
type Problems []Problem

// New makes a fault whose sentence is the message key with args, pairs of
// name and value.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args}
}

// Wrap makes a fault that keeps its cause for the log. A nil err gives nil.
func Wrap(err error, kind Kind, key string, args ...any) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: kind, Key: key, Args: args, Err: err}
}

// Invalidate makes an Invalid fault of the problems, or nil if there are none.
func Invalidate(problems ...Problem) error {
	if len(problems) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Key: "fault.invalid", Problems: problems}
}

// Field is one problem.
func Field(field, key string, args ...any) Problem {
	return Problem{Field: field, Key: key, Args: args}
}

// Busy is a TooMany fault that passes after wait, which its sentence calls Wait.
func Busy(key string, wait time.Duration, args ...any) *Error {
	return &Error{Kind: TooMany, Key: key, Args: args, RetryAfter: wait}
}

// Error is the sentence of the log.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Key)
	for _, p := range e.Problems {
		fmt.Fprintf(&b, " [%s: %s]", p.Field, p.Key)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is tells whether err is a fault of that kind.
func Is(err error, kind Kind) bool {
	f, ok := errors.AsType[*Error](err)
	return ok && f.Kind == kind
}

// Fields gives the problems that a person can mend in a form, and whether err
// is of that sort.
func Fields(err error) (Problems, bool) {
	f, ok := errors.AsType[*Error](err)
	if !ok || f.Kind != Invalid || len(f.Problems) == 0 {
		return nil, false
	}
	return f.Problems, true
}

// For gives the problem of one field.
func (ps Problems) For(field string) (Problem, bool) {
	for _, p := range ps {
		if p.Field == field {
			return p, true
		}
	}
	return Problem{}, false
}
