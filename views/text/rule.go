package text

import (
	"context"
	"strings"
)

// Span is a length of time as a rule states it: 12 months. Unit is "day",
// "month" or "year".
type Span struct {
	N    int
	Unit string
}

// In says the span; none says nothing.
func (s Span) In(ctx context.Context) string {
	if s.Unit == "" {
		return ""
	}
	return N(ctx, "unit."+s.Unit+"s", int64(s.N))
}

// Rule is how long something is kept, or what an erasure does with it, before
// somebody says it to a reader: the facts of it, and the register's own words
// in the reader's language.
type Rule struct {
	Kind    string // which of the messages under register: "retention.row", "erasure.delete", "keep.always"
	Keep    Span
	Own     string // in place of the message's words; {keep} in them stands for Keep
	Because string
}

// In says the rule. Pages, archives and mail all say it so.
func (r Rule) In(ctx context.Context) string {
	switch {
	case r.Kind == "":
		return ""
	case r.Own == "":
		return strings.TrimSpace(T(ctx, "register."+r.Kind, "Keep", r.Keep.In(ctx), "Because", r.Because))
	}
	own := strings.ReplaceAll(r.Own, "{keep}", r.Keep.In(ctx))
	if r.Because == "" {
		return own
	}
	return Sentences(ctx, own, r.Because)
}
