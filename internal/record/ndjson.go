package record

import (
	"bytes"
	"encoding/json"
	"io"
)

// ndjsonReader reads one JSON object a line. A key that stands twice in an
// object is refused: readers of JSON differ on which of the two counts.
type ndjsonReader struct {
	*lines

	into *intake
	seen []bool
	raw  *rawRow
}

func newNDJSON(from io.Reader, into *intake) (*ndjsonReader, error) {
	l, err := open(from)
	if err != nil {
		return nil, err
	}
	return &ndjsonReader{lines: l, into: into, seen: make([]bool, len(into.fields))}, nil
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

// object takes a flat object apart. The line is checked whole first, so that
// the walk over it may trust every byte.
func (r *ndjsonReader) object(line []byte, raw *rawRow) (string, Reason) {
	if !storable(line) {
		return "", BadText
	}
	if line[0] != '{' || !json.Valid(line) {
		return "", BadJSON
	}
	clear(r.seen)
	r.raw = raw
	for at := skipSpace(line, 1); line[at] != '}'; {
		end := valueEnd(line, at)
		key, ok := unquote(line[at:end])
		if !ok {
			return "", BadText
		}
		at = skipSpace(line, end) + 1 // the colon
		at = skipSpace(line, at)
		end = valueEnd(line, at)
		if reason := r.member(key, line[at:end]); reason != noReason {
			return string(key), reason
		}
		at = skipSpace(line, end)
		if line[at] == ',' {
			at = skipSpace(line, at+1)
		}
	}
	return "", noReason
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
	at, known := r.into.index[string(key)]
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
	inside := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inside, '\\') < 0 {
		return inside, true
	}
	var out string
	if err := json.Unmarshal(quoted, &out); err != nil {
		return nil, false
	}
	return []byte(out), storable([]byte(out))
}

func skipSpace(line []byte, at int) int {
	for line[at] == ' ' || line[at] == '\t' || line[at] == '\r' || line[at] == '\n' {
		at++
	}
	return at
}

// valueEnd finds the end of the value that begins at at.
func valueEnd(line []byte, at int) int {
	switch line[at] {
	case '"':
		for at++; line[at] != '"'; at++ {
			if line[at] == '\\' {
				at++
			}
		}
		return at + 1
	case '{', '[':
		for depth := 0; ; {
			switch line[at] {
			case '"':
				at = valueEnd(line, at)
				continue
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return at + 1
				}
			}
			at++
		}
	}
	for line[at] != ',' && line[at] != '}' && line[at] > ' ' {
		at++
	}
	return at
}
