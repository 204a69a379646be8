package record

import (
	"errors"
	"fmt"
	"time"

	"plusultra.link/privacy/internal/dictionary"
)

// ingestTable is a source into which rows are imported.
type ingestTable struct {
	*table

	fields []dictionary.Field
	index  map[string]int // of the fields, by id
	time   int
	stage  string
	copy   string // to the stage
	insert string // from there
	direct string // copies to the table itself
	keyed  keyedSQL
}

func newIngestTable(t *table) (*ingestTable, error) {
	i := &ingestTable{table: t, fields: t.holding.Fields, index: map[string]int{}}
	var faults []error
	for at, f := range i.fields {
		i.index[f.ID] = at
		switch f.ID {
		case t.holding.Time:
			i.time = at
		case personField, keyField, changedField:
			faults = append(faults, fmt.Errorf("a field that is imported can't be called %s: a feed says so who or what the row is", f.ID))
		}
		if c := t.relation.columns[f.ID]; !t.holding.Records && !c.nullable && !f.Required && c.sqlType != "text" {
			faults = append(faults, fmt.Errorf("the field %s must be required: its column must have a value", f.ID))
		}
	}
	if !i.fields[i.time].Required {
		faults = append(faults, errors.New("the time of an imported row must be required"))
	}
	i.plan()
	return i, errors.Join(faults...)
}

// add checks a row and puts it into the batch, or its refusal.
func (i *ingestTable) add(b *batch, check checker, raw *rawRow) {
	if refusal := i.checkUndeclared(check, raw); refusal != nil {
		b.refuse(*refusal)
		return
	}
	start := len(b.buf)
	b.texts = b.texts[:0]
	p := pending{line: raw.line, from: start}
	var object []byte
	if i.holding.Records {
		object = append(b.object[:0], '{')
	}
	for at, f := range i.fields {
		value, reason := check.canonical(b.value, f, raw.cells[at])
		if reason != noReason {
			b.buf = b.buf[:start]
			b.refuse(Refusal{Line: raw.line, Field: f.ID, Reason: reason, Ban: check.ban(f.ID, reason)})
			return
		}
		if f.Type == dictionary.TypeText && len(value) > 0 {
			b.texts = append(b.texts, value)
		}
		if at == i.time {
			if p.at, _ = time.Parse(time.RFC3339Nano, string(value)); p.at.Before(check.begin) { // it parses: canonical wrote it
				b.buf = b.buf[:start]
				b.refuse(Refusal{Line: raw.line, Field: f.ID, Reason: PastTime, kept: i.category.Retention.Keep})
				return
			}
		}
		if !i.holding.Records {
			b.buf = i.column(append(b.buf, '\t'), f, value)
			continue
		}
		if at == i.time {
			b.buf = append(append(b.buf, '\t'), value...)
		} else if value != nil {
			if len(object) > 1 {
				object = append(object, ',')
			}
			object = append(append(append(object, '"'), f.ID...), '"', ':')
			object = appendValue(object, f.Type, value)
		}
	}
	if i.holding.Records {
		object = append(object, '}')
		b.object = object
		b.buf = appendCopy(append(b.buf, '\t'), object)
	}
	if split(check, b.texts) {
		b.buf = b.buf[:start]
		b.refuse(Refusal{Line: raw.line, Reason: Card, Ban: check.ban("", Card)})
		return
	}
	if field, reason := p.feed(check, raw); reason != noReason {
		b.buf = b.buf[:start]
		b.refuse(Refusal{Line: raw.line, Field: field, Reason: reason, of: dictionary.Field{Type: feedType(field), Max: longestKey}})
		return
	}
	b.keyed = b.keyed || p.key != ""
	p.to = len(b.buf)
	p.person = b.who(raw.person)
	b.rows = append(b.rows, p)
}

// column writes a value as COPY reads it. A text that is missing is empty,
// anything else is null.
func (i *ingestTable) column(dst []byte, f dictionary.Field, value []byte) []byte {
	if value != nil {
		return appendCopy(dst, value)
	}
	if i.relation.columns[f.ID].nullable {
		return append(dst, '\\', 'N')
	}
	return dst
}

// checkUndeclared looks at the fields that the category does not declare. What the
// register bans outweighs what nobody declared, wherever it stands: it is
// counted (promise P7).
func (i *ingestTable) checkUndeclared(check checker, raw *rawRow) *Refusal {
	var first *Refusal
	for _, e := range raw.extra {
		r := &Refusal{Line: raw.line, Field: named(e.name), Reason: Undeclared}
		if ban, banned := check.banned(e.name); banned {
			r.Reason, r.Ban = Forbidden, ban.ID
			return r
		}
		if check.card(e.value) != noReason {
			r.Reason, r.Ban = Card, check.ban("", Card)
			return r
		}
		if first == nil {
			first = r
		}
	}
	return first
}

// appendCopy escapes a value for COPY's text format.
func appendCopy(dst, value []byte) []byte {
	for _, c := range value {
		switch c {
		case '\\':
			dst = append(dst, '\\', '\\')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
