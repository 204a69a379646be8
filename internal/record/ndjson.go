package record

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// ndjsonReader reads one JSON object a line. A key that stands twice in an
// object is refused: readers of JSON differ on which of the two counts.
type ndjsonReader struct {
	*lines

	into *ingestTable
	seen []bool
	raw  *rawRow
	text bytes.Reader // the line
	json *jsontext.Decoder
}

func newNDJSON(l *lines, into *ingestTable) *ndjsonReader {
	return &ndjsonReader{lines: l, into: into, seen: make([]bool, len(into.fields)), json: jsontext.NewDecoder(strings.NewReader(""))}
}

func (r *ndjsonReader) next(raw *rawRow) (*Refusal, error) {
	for {
		w := r.window()
		at := bytes.IndexByte(w, '\n')
		switch {
		case at < 0 && r.full():
			return r.refuse("", LongLine)
		case at < 0 && !r.eof:
			if err := r.fill(); err != nil {
				return nil, err
			}
			continue
		case at < 0 && len(w) == 0:
			return nil, io.EOF
		case at < 0:
			at = len(w) - 1
		}
		line := bytes.TrimSpace(w[:at+1])
		number := r.line
		r.advance(at + 1)
		if len(line) == 0 {
			continue
		}
		raw.reset(number, len(r.into.fields))
		if field, reason := r.object(line, raw); reason != noReason {
			return &Refusal{Line: number, Field: named(field), Reason: reason}, nil
		}
		return nil, nil //nolint:nilnil // a row without a refusal is the ordinary case
	}
}

// object takes a flat object apart.
func (r *ndjsonReader) object(line []byte, raw *rawRow) (string, Reason) {
	if !r.readable(line) {
		return "", BadText
	}
	clear(r.seen)
	r.raw = raw
	r.text.Reset(line)
	r.json.Reset(&r.text, jsontext.AllowDuplicateNames(true)) // a field that stands twice is refused by its name
	if first, err := r.json.ReadToken(); err != nil || first.Kind() != '{' {
		return "", BadJSON
	}
	field, reason := "", noReason
	for r.json.PeekKind() == '"' {
		quoted, err := r.value(line)
		if err != nil {
			return "", BadJSON
		}
		value, err := r.value(line)
		if err != nil {
			return "", BadJSON
		}
		if reason != noReason { // the line is read to its end all the same: what is no JSON is told before
			continue
		}
		key, ok := unquote(quoted)
		if !ok {
			field, reason = "", BadText
			continue
		}
		if reason = r.member(key, value); reason != noReason && reason != LongLine {
			field = string(key)
		}
	}
	if _, err := r.json.ReadToken(); err != nil {
		return "", BadJSON
	}
	if _, err := r.json.ReadToken(); !errors.Is(err, io.EOF) { // something stands behind it
		return "", BadJSON
	}
	if reason == noReason {
		return "", noReason
	}
	return field, reason
}

// value is the next name or value, where it stands in the line.
func (r *ndjsonReader) value(line []byte) ([]byte, error) {
	v, err := r.json.ReadValue()
	if err != nil {
		return nil, err
	}
	end := r.json.InputOffset()
	return line[end-int64(len(v)) : end], nil
}

func (r *ndjsonReader) member(key, value []byte) Reason {
	v := cell{kind: plain, text: value}
	switch value[0] {
	case '"':
		s, ok := unquote(value)
		if !ok {
			return BadText
		}
		v = cell{kind: text, text: s}
	case '{', '[':
		v.kind = composed
	case 'n':
		v = cell{}
	}
	if string(key) == personField {
		if r.raw.person != nil {
			return Twice
		}
		if v.kind != text {
			return WrongType
		}
		r.raw.person = v.text
		return noReason
	}
	if at := r.into.feedField(string(key)); at >= 0 {
		if r.raw.feed[at].kind != absent {
			return Twice
		}
		r.raw.feed[at] = v
		return noReason
	}
	at, known := r.into.index[string(key)]
	if !known && len(r.raw.extra) == maxColumns {
		return LongLine // without end: no category declares so many
	}
	if !known {
		r.raw.extra = append(r.raw.extra, extra{name: string(key), value: v.text})
		return noReason
	}
	if r.seen[at] {
		return Twice
	}
	r.seen[at] = true
	r.raw.cells[at] = v
	return noReason
}

// unquote reads a JSON string; ok is false if it has what no text can hold.
func unquote(quoted []byte) (s []byte, ok bool) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1], true
	}
	s, err := jsontext.AppendUnquote(nil, quoted)
	return s, err == nil && storable(s)
}
