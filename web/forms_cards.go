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
	var names, values []string
	for _, name := range slices.SortedFunc(maps.Keys(form), func(a, b string) int { // in the order of the form
		return cmp.Compare(bytes.Index(typed, strconv.AppendQuote(nil, a)), bytes.Index(typed, strconv.AppendQuote(nil, b)))
	}) {
		if s, ok := form[name].(string); ok {
			names, values = append(names, name), append(values, s)
		}
	}
	hideCards(values)
	for i, name := range names {
		form[name] = values[i]
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
