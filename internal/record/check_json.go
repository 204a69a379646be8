package record

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"plusultra.link/privacy/internal/dictionary"
)

// list reads a JSON array of texts, or texts divided by semicolons.
func (c checker) list(f dictionary.Field, v cell) ([]byte, Reason) {
	var items []string
	switch {
	case v.kind == plain:
		return nil, WrongType
	case v.kind == composed, v.text[0] == '[':
		if json.Unmarshal(v.text, &items) != nil {
			return nil, WrongType
		}
	default:
		for item := range strings.SplitSeq(string(v.text), ";") {
			items = append(items, strings.TrimSpace(item))
		}
	}
	for _, item := range items {
		if strings.ContainsRune(item, 0) {
			return nil, BadText
		}
		if reason := c.words(f, []byte(item)); reason != noReason {
			return nil, reason
		}
	}
	b, err := json.Marshal(items)
	if err != nil {
		return nil, WrongType
	}
	if split(c, items) {
		return nil, Card
	}
	return b, noReason
}

// json looks into a value of JSON as deep as it goes: what is forbidden is
// forbidden there too.
func (c checker) json(v cell) ([]byte, Reason) {
	decoder := json.NewDecoder(bytes.NewReader(v.text))
	decoder.UseNumber()
	var value any
	if v.kind == text && decoder.Decode(&value) != nil || v.kind == text && decoder.More() {
		value = string(v.text) // of CSV, and no JSON: it is a text then
	} else if v.kind != text && decoder.Decode(&value) != nil {
		return nil, BadJSON
	}
	if reason := c.inside(value, 0); reason != noReason {
		return nil, reason
	}
	b, err := json.Marshal(value)
	if err != nil {
		return nil, BadJSON
	}
	return b, noReason
}

func (c checker) inside(value any, depth int) Reason {
	if depth > maxDepth {
		return TooLong
	}
	switch v := value.(type) {
	case string:
		if strings.ContainsRune(v, 0) {
			return BadText
		}
		if reason := c.enclosed(v, depth); reason != noReason {
			return reason
		}
		return c.card([]byte(v))
	case json.Number:
		if _, err := v.Float64(); err != nil || len(v) > maxNumerals {
			return OutOfRange
		}
		return c.card([]byte(v))
	case []any:
		return c.members(v, depth)
	case map[string]any:
		names := slices.Sorted(maps.Keys(v))
		items := make([]any, len(names))
		for i, name := range names {
			if _, banned := c.banned(name); banned {
				return Forbidden
			}
			if reason := c.inside(name, depth+1); reason != noReason {
				return reason
			}
			items[i] = v[name]
		}
		return c.members(items, depth)
	}
	return noReason
}

// members looks into the values of an array or an object, and for a card's
// number that runs through its texts. Numbers that stand side by side are
// figures: of many, some would always pass for a card's.
func (c checker) members(items []any, depth int) Reason {
	var texts []string
	for _, item := range items {
		if reason := c.inside(item, depth+1); reason != noReason {
			return reason
		}
		if s, ok := item.(string); ok {
			texts = append(texts, s)
		}
	}
	if split(c, texts) {
		return Card
	}
	return noReason
}

// enclosed looks into a text that is JSON itself: what is forbidden is
// forbidden there too.
func (c checker) enclosed(s string, depth int) Reason {
	s = strings.TrimSpace(s)
	if s == "" || s[0] != '{' && s[0] != '[' && s[0] != '"' {
		return noReason
	}
	decoder := json.NewDecoder(strings.NewReader(s))
	decoder.UseNumber()
	var value any
	for decoder.Decode(&value) == nil { // one after another, perhaps
		if reason := c.inside(value, depth+1); reason != noReason {
			return reason
		}
	}
	return noReason
}
