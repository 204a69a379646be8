package export

import (
	"bytes"
	"unicode/utf8"

	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
)

// The tables are for people, the lines of JSON for programs. So a table begins
// with a byte order mark, without which spreadsheets take Japanese for
// Windows' own encoding; and a text that a spreadsheet would run as a formula
// gets an apostrophe in front, because what others wrote (a support message, a
// page's address) is in there too and must not run on the reader's machine.
// Numbers, times, networks and lists are not what anybody could have chosen, so
// a negative number stays one. The lines of JSON beside it have every value as
// it is.
//
// Null is an empty cell, and a text that is empty is "": spreadsheets show
// both alike, programs can tell them apart, as with PostgreSQL's own CSV.
const byteOrderMark = "\ufeff"

// appendHeading appends the names of the fields as RFC 4180 has it.
func appendHeading(dst []byte, fields []register.Field) []byte {
	for i, f := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, f.ID...) // letters, digits and underscores, as the register checks
	}
	return append(dst, '\r', '\n')
}

// appendRow appends a row as RFC 4180 has it.
func appendRow(dst []byte, fields []register.Field, row record.Row) []byte {
	for i, f := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendCell(dst, f, row.Values[i])
	}
	if len(fields) == 1 && row.Values[0] == nil {
		dst = append(dst, '"', '"') // readers skip an empty line
	}
	return append(dst, '\r', '\n')
}

func appendCell(dst []byte, f register.Field, v []byte) []byte {
	start := len(dst)
	if words(f.Type) && formula(v) {
		dst = append(dst, '\'')
	}
	dst = record.AppendText(dst, f, v)
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

// words tells whether anybody could have chosen what stands in a field.
func words(t register.Type) bool {
	switch t {
	case register.TypeText, register.TypePlace, register.TypeEmail:
		return true
	default:
		return false
	}
}

// formula tells whether a spreadsheet might run a text: those of Japanese
// systems also know the wide signs.
func formula(v []byte) bool {
	r, _ := utf8.DecodeRune(bytes.TrimLeft(v, " "))
	switch r {
	case '=', '+', '-', '@', '\t', '\r', '\n', '|', '＝', '＋', '－', '＠':
		return true
	}
	return false
}
