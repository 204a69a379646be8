package register

import "plusultra.link/privacy/views/text"

// Rule is the retention for whoever says it to a reader of a language.
func (r Retention) Rule(lang string) text.Rule {
	return text.Rule{Kind: "retention." + string(r.From), Keep: r.Keep.Length(), Own: r.Text.In(lang), Because: r.Because.In(lang)}
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
