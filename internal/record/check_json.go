package record

import (
	"bytes"
	"encoding/json"
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
	return b, c.card([]byte(strings.Join(items, "")))
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
		for _, item := range v {
			if reason := c.inside(item, depth+1); reason != noReason {
				return reason
			}
		}
	case map[string]any:
		for name, item := range v {
			if _, banned := c.reg.ForbiddenField(c.category, name); banned {
				return Forbidden
			}
			if reason := c.inside(name, depth+1); reason != noReason {
				return reason
			}
			if reason := c.inside(item, depth+1); reason != noReason {
				return reason
			}
		}
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
