package record

import (
	"bytes"
	"io"
	"slices"

	"plusultra.link/privacy/internal/fault"
)

// personField names whom a row is about.
const personField = "person"

const (
	atPerson = -1 // a column's place: the person
	atExtra  = -2 // a column that the category does not declare
	atFeed   = -3 // and those before it: what the feed says of the row itself

	maxColumns = 1000 // far more than any category declares
)

// csvReader reads RFC 4180, with semicolons or tabs too. Unlike encoding/csv it goes on after a row that
// can't be read, at the very next line: one lost quote costs one row.
type csvReader struct {
	*lines

	names  []string
	places []int // by column
	fields int   // of the ingestTable
	cells  [][]byte
	clean  []byte // quoted cells without their quotes

	separator byte
	stops     string // what ends a cell without quotes
}

func newCSV(l *lines, into *ingestTable) (*csvReader, error) {
	r := &csvReader{lines: l, fields: len(into.fields)}
	if err := r.recognise(); err != nil {
		return nil, err
	}
	_, reason, err := r.record()
	if err != nil {
		return nil, err
	}
	if reason != noReason {
		return nil, fault.New(fault.Invalid, "record.header")
	}
	return r, r.header(into)
}

const separators = ",;\t" // the first is what RFC 4180 says

// recognise finds what separates the cells: what the first line says of it, as
// Excel writes it (sep=;), or what stands beside the person in the header.
func (r *csvReader) recognise() error {
	r.separate(separators[0])
	line, err := r.firstLine()
	if err != nil {
		return err
	}
	if said, ok := bytes.CutPrefix(bytes.TrimRight(line, "\r"), []byte("sep=")); ok && len(said) == 1 && said[0] != '"' {
		r.separate(said[0])
		return r.skip()
	}
	for i := range separators {
		for name := range bytes.SplitSeq(line, []byte{separators[i]}) {
			if string(bytes.Trim(name, "\" \r")) == personField {
				r.separate(separators[i])
				return nil
			}
		}
	}
	return nil
}

func (r *csvReader) separate(by byte) { r.separator, r.stops = by, string([]byte{by, '\n'}) }

// firstLine is the line at which the window stands, and moves nothing.
func (r *csvReader) firstLine() ([]byte, error) {
	for {
		if at := bytes.IndexByte(r.window(), '\n'); at >= 0 {
			return r.window()[:at], nil
		}
		if r.eof || r.full() {
			return r.window(), nil
		}
		if err := r.fill(); err != nil {
			return nil, err
		}
	}
}

// header finds each column's field, or says what is wrong with it at once
// rather than in every row.
func (r *csvReader) header(into *ingestTable) error {
	if len(r.cells) > maxColumns {
		return fault.New(fault.Invalid, "record.headerWide", "Max", maxColumns)
	}
	found, seen := make([]bool, r.fields), make(map[string]bool, len(r.cells))
	for _, c := range r.cells {
		name := string(bytes.TrimSpace(c))
		if seen[name] && name != "" { // columns that a spreadsheet left behind have no name and say nothing
			return fault.New(fault.Invalid, "record.headerTwice", "Field", named(name))
		}
		seen[name] = true
		r.names = append(r.names, name)
		at, known := into.index[name]
		switch {
		case name == personField:
			at = atPerson
		case into.feedField(name) >= 0:
			at = atFeed - into.feedField(name)
		case !known:
			at = atExtra
		default:
			found[at] = true
		}
		r.places = append(r.places, at)
	}
	if !slices.Contains(r.places, atPerson) {
		return fault.New(fault.Invalid, "record.headerMissing", "Field", personField)
	}
	for i, f := range into.fields {
		if f.Required && !found[i] {
			return fault.New(fault.Invalid, "record.headerMissing", "Field", f.ID)
		}
	}
	blank, err := r.blank()
	if err == nil && blank {
		return fault.New(fault.Invalid, "record.headerOnly")
	}
	return err
}

func (r *csvReader) next(raw *rawRow) (*Refusal, error) {
	line, reason, err := r.record()
	if err != nil {
		return nil, err
	}
	for len(r.cells) > len(r.places) && len(r.cells[len(r.cells)-1]) == 0 {
		r.cells = r.cells[:len(r.cells)-1] // left behind by a spreadsheet
	}
	if reason == noReason && len(r.cells) != len(r.places) {
		reason = Ragged
	}
	if reason != noReason {
		return &Refusal{Line: line, Reason: reason}, nil
	}
	raw.reset(line, r.fields)
	for i, value := range r.cells {
		switch at := r.places[i]; {
		case !r.readable(value):
			return &Refusal{Line: line, Field: named(r.names[i]), Reason: BadText}, nil
		case at == atPerson:
			raw.person = value
		case at >= 0 && len(value) > 0:
			raw.cells[at] = cell{kind: text, text: value}
		case at <= atFeed && len(value) > 0:
			raw.feed[atFeed-at] = cell{kind: text, text: value}
		case at == atExtra && len(value) > 0: // an empty cell says nothing
			raw.extra = append(raw.extra, extra{name: r.names[i], value: value})
		}
	}
	return nil, nil //nolint:nilnil // a row without a refusal is the ordinary case
}

// record reads one row into r.cells, or moves past one line that begins none.
func (r *csvReader) record() (line int64, reason Reason, err error) {
	for {
		n, reason, whole := r.split(r.window())
		line = r.line
		switch {
		case !whole && r.full():
			if reason == noReason {
				reason = LongLine
			}
			return line, reason, r.skip()
		case !whole && !r.eof:
			if err := r.fill(); err != nil {
				return line, noReason, err
			}
			continue
		case len(r.window()) == 0:
			return line, noReason, io.EOF
		case reason != noReason:
			return line, reason, r.skip()
		}
		r.advance(n)
		if !slices.ContainsFunc(r.cells, func(c []byte) bool { return len(c) > 0 }) {
			continue // a blank line, or a row that a spreadsheet left behind
		}
		return line, noReason, nil
	}
}

// split cuts the row that begins a window into r.cells. whole is false if its
// end is not in sight; the end of the input ends it too.
func (r *csvReader) split(w []byte) (n int, reason Reason, whole bool) {
	r.cells, r.clean = r.cells[:0], r.clean[:0]
	for at := 0; ; {
		if at < len(w) && w[at] == '"' {
			end, value, ok := r.quoted(w, at+1)
			if !ok {
				return 0, BadQuotes, false
			}
			r.cells, at = append(r.cells, value), end
			switch rest := w[at:]; {
			case len(rest) == 0:
				return at, noReason, false
			case rest[0] == r.separator:
				at++
				continue
			case rest[0] == '\n':
				return at + 1, noReason, true
			case rest[0] == '\r' && len(rest) == 1:
				return at + 1, noReason, false
			case rest[0] == '\r' && rest[1] == '\n':
				return at + 2, noReason, true
			default:
				return 0, BadQuotes, true
			}
		}
		stop := bytes.IndexAny(w[at:], r.stops)
		if stop < 0 {
			stop = len(w) - at
		}
		value := w[at : at+stop]
		at += stop
		ends := at == len(w) || w[at] == '\n'
		if ends {
			value = bytes.TrimSuffix(value, []byte{'\r'})
		}
		if bytes.IndexByte(value, '"') >= 0 {
			return 0, BadQuotes, true
		}
		r.cells = append(r.cells, value)
		if ends {
			return min(at+1, len(w)), noReason, at < len(w)
		}
		at++
	}
}

// quoted reads a cell from behind its first quote to behind its last.
func (r *csvReader) quoted(w []byte, at int) (end int, value []byte, ok bool) {
	start, from := len(r.clean), at
	for {
		i := bytes.IndexByte(w[at:], '"')
		if i < 0 {
			return 0, nil, false
		}
		at += i + 1
		if at >= len(w) || w[at] != '"' {
			if len(r.clean) == start {
				return at, w[from : at-1], true
			}
			r.clean = append(r.clean, w[from:at-1]...)
			return at, r.clean[start:], true
		}
		r.clean = append(r.clean, w[from:at]...) // with one of the two quotes
		at++
		from = at
	}
}
