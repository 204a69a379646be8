package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"plusultra.link/privacy/internal/input"
)

// withoutCards hides the digits of what holds a payment card's number: that is
// not kept for the moment either in which its form is shown again.
func withoutCards(typed []byte) []byte {
	var form map[string]any
	if json.Unmarshal(typed, &form) != nil {
		return typed
	}
	var values []string
	var back []func(string)                                                         // each where it stood
	for _, name := range slices.SortedFunc(maps.Keys(form), func(a, b string) int { // in the order of the form
		return cmp.Compare(bytes.Index(typed, strconv.AppendQuote(nil, a)), bytes.Index(typed, strconv.AppendQuote(nil, b)))
	}) {
		switch said := form[name].(type) {
		case string:
			values, back = append(values, said), append(back, func(clean string) { form[name] = clean })
		case []any:
			for i := range said {
				if s, ok := said[i].(string); ok {
					values, back = append(values, s), append(back, func(clean string) { said[i] = clean })
				}
			}
		}
	}
	hideCards(values)
	for i, put := range back {
		put(values[i])
	}
	if clean, err := json.Marshal(form); err == nil {
		return clean
	}
	return typed
}

// hideCards puts dots for the digits of values in which a card's number stands,
// and of those through which one runs: any two, or all in their order.
func hideCards(values []string) {
	hide := func(values ...*string) {
		for _, v := range values {
			*v = input.HideDigits(*v)
		}
	}
	for i := range values {
		if input.CardNumber(values[i]) {
			hide(&values[i])
		}
	}
	for i := range values {
		for j := range values {
			if i != j && input.SplitCard(values[i], values[j]) {
				hide(&values[i], &values[j])
			}
		}
	}
	if input.SplitCard(values...) {
		for i := range values {
			hide(&values[i])
		}
	}
}
