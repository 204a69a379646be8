package export

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/record"
)

// The tables are for people, the lines of JSON for programs. So a table begins
// with a byte order mark, without which spreadsheets take Japanese for
// Windows' own encoding; and what a spreadsheet would run as a formula gets an
// apostrophe in front, because what others wrote (a support message, a page's
// address) is in there too and must not run on the reader's machine. The lines
// of JSON beside it have every value as it is.
//
// Which separator a spreadsheet goes by is a matter of its country: where it is
// the semicolon or the tab, our quotes stand in the middle of a cell and hide
// nothing, and a cell begins behind each semicolon, tab and line end of a text.
// So each of these is taken for a beginning. A number stays one, but in front
// of a row of several fields, where those others read it with what follows.
//
// Null is an empty cell, and a text that is empty is "": spreadsheets show
// both alike, programs can tell them apart, as with PostgreSQL's own CSV.
const byteOrderMark = "\ufeff"

// appendHeading appends the names of the fields as RFC 4180 has it.
func appendHeading(dst []byte, fields []dictionary.Field) []byte {
	for i, f := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, f.ID...) // letters, digits and underscores, as the register checks
	}
	return append(dst, '\r', '\n')
}

// appendRow appends a row as RFC 4180 has it.
func appendRow(dst []byte, fields []dictionary.Field, row record.Row) []byte {
	for i, f := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendCell(dst, f, row.Values[i], i == 0 && len(fields) > 1)
	}
	if len(fields) == 1 && row.Values[0] == nil {
		dst = append(dst, '"', '"') // readers skip an empty line
	}
	return append(dst, '\r', '\n')
}

// appendCell appends one value; ahead tells that others follow in a row that it
// begins.
func appendCell(dst []byte, f dictionary.Field, v []byte, ahead bool) []byte {
	start := len(dst)
	dst = record.AppendText(dst, f, v)
	if ahead || !f.Type.Number() {
		dst = defuse(dst, start)
	}
	if v != nil && len(dst) == start {
		return append(dst, '"', '"')
	}
	if !bytes.ContainsAny(dst[start:], ",\"\r\n") {
		return dst
	}
	if bytes.IndexByte(dst[start:], '"') >= 0 {
		dst = append(dst[:start], bytes.ReplaceAll(dst[start:], []byte{'"'}, []byte(`""`))...)
	}
	dst = append(dst, '"', '"')
	copy(dst[start+1:], dst[start:len(dst)-2])
	dst[start] = '"'
	return dst
}

// defuse puts an apostrophe in front of what a spreadsheet might run of the
// text from start on, wherever in it a cell may begin.
func defuse(dst []byte, start int) []byte {
	begins, beginning := start, true
	for i := start; i < len(dst); i++ {
		c := dst[i]
		switch {
		case c == ';' || c == '\t' || c == '\r' || c == '\n':
			begins, beginning = i+1, true
		case !beginning:
		case formulaAt(dst[i:]):
			dst = slices.Insert(dst, begins, '\'')
			i, beginning = i+1, false
		default:
			beginning = c == '"' || blankAt(dst[i:])
		}
	}
	return dst
}

// formulaAt tells whether a spreadsheet runs what begins like this: those of
// Japanese systems also know the wide signs.
func formulaAt(v []byte) bool {
	switch r, _ := utf8.DecodeRune(v); r {
	case '=', '+', '-', '@', '|', '＝', '＋', '－', '＠':
		return true
	}
	return false
}

// blankAt tells whether a spreadsheet might overlook how this begins, or is in
// the middle of a letter that it would.
func blankAt(v []byte) bool {
	r, n := utf8.DecodeRune(v)
	return unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Cc) || n == 1 && r == utf8.RuneError
}
