package register

import (
	"context"
	"strings"

	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/views/text"
)

// Say puts the retention rule in words: the document's own, or else those that
// follow from the rule.
func (r Retention) Say(ctx context.Context) string {
	return own(ctx, r.Text, r.Keep, "register.retention."+string(r.From), r.Because)
}

// Say puts in words what an erasure does: the document's own with their
// reason, or else those that follow from the rule.
func (e Erasure) Say(ctx context.Context) string {
	key := "register.erasure." + string(e.Action)
	if e.Action == Keep {
		key = "register.keep." + string(e.From)
	}
	said := own(ctx, e.Text, e.Keep, key, e.Because)
	if !e.Text.Empty() && !e.Because.Empty() {
		return text.T(ctx, "format.sentences", "First", said, "Then", e.Because.In(text.Lang(ctx)))
	}
	return said
}

// own says a document's own words, with the span where they say {keep}, so
// that words and figure are one where an operator changes the figure alone; or
// else the rule's.
func own(ctx context.Context, words document.Text, keep Span, key string, because document.Text) string {
	if words.Empty() {
		return strings.TrimSpace(text.T(ctx, key, "Keep", keep.Say(ctx), "Because", because.In(text.Lang(ctx))))
	}
	return strings.ReplaceAll(words.In(text.Lang(ctx)), "{keep}", keep.Say(ctx))
}

// Say is the span in words; none has none.
func (s Span) Say(ctx context.Context) string {
	if s.IsZero() {
		return ""
	}
	return text.N(ctx, "unit."+string(s.Unit)+"s", int64(s.N))
}
