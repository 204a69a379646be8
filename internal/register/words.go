package register

import (
	"time"

	"plusultra.link/privacy/views/text"
)

// Rule is the retention for whoever says it to a reader of a language.
func (r Retention) Rule(lang string) text.Rule {
	return text.Rule{Kind: "retention." + string(r.From), Keep: r.Keep.Length(), Own: r.Text.In(lang), Because: r.Because.In(lang)}
}

// Shorter is the rule of somebody who chose a shorter time, which may have to wait.
func (r Retention) Shorter(keep Span, waits bool) text.Rule {
	if waits {
		return text.Rule{Kind: "retention.ownWaits", Keep: keep.Length()}
	}
	return text.Rule{Kind: "retention.own", Keep: keep.Length()}
}

// Shorter are the times that a person may choose in place of a category's own: those
// that are shorter, where rows go by their own time and none has to stay.
func (c Category) Shorter() (all []Span) {
	if c.Retention.From != SinceRow || c.Erasure.Action == Keep {
		return nil
	}
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) // after a short month
	for _, span := range c.Retention.Sooner {
		if span.Before(now).After(c.Retention.Keep.Before(now)) && span.N > 0 {
			all = append(all, span)
		}
	}
	return all
}

// Rule is what an erasure does, for whoever says it to a reader of a language.
func (e Erasure) Rule(lang string) text.Rule {
	kind := "erasure." + string(e.Action)
	if e.Action == Keep {
		kind = "keep." + string(e.From)
	}
	return text.Rule{Kind: kind, Keep: e.Keep.Length(), Own: e.Text.In(lang), Because: e.Because.In(lang)}
}

// Length is the span for whoever says it to a reader.
func (s Span) Length() text.Span { return text.Span{N: s.N, Unit: string(s.Unit)} }
