package record

import (
	"time"

	"plusultra.link/privacy/internal/dictionary"
)

// What a feed may say of a row beside its fields.
const (
	keyField     = "row_key"        // how the feed names the row: whatever else it says, it is the same one
	changedField = "row_changed_at" // when the row became as it is
	feedFields   = 2
	longestKey   = 200 // characters
)

// feedField is the place in rawRow.feed of what a name says of a row itself, or
// -1. What happened is as it was: rows of a log have no keys.
func (i *ingestTable) feedField(name string) int {
	switch {
	case i.keyed.merge == "":
	case name == keyField:
		return 0
	case name == changedField:
		return 1
	}
	return -1
}

func feedType(field string) dictionary.Type {
	if field == changedField {
		return dictionary.TypeTime
	}
	return dictionary.TypeText
}

// feed reads what the feed says of the row itself, or tells what is wrong.
func (p *pending) feed(check checker, raw *rawRow) (field string, reason Reason) {
	key, reason := check.canonical(nil, dictionary.Field{ID: keyField, Type: dictionary.TypeText, Max: longestKey}, raw.feed[0])
	if reason != noReason {
		return keyField, reason
	}
	p.key = string(key)
	changed := raw.feed[1]
	if changed.kind == absent || len(changed.text) == 0 {
		return "", noReason
	}
	if p.key == "" {
		return keyField, Required
	}
	written, reason := check.canonical(nil, dictionary.Field{ID: changedField, Type: dictionary.TypeTime}, changed)
	if reason == noReason {
		p.changed, _ = time.Parse(time.RFC3339Nano, string(written)) // as canonical wrote it
	}
	return changedField, reason
}
