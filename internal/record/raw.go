package record

import (
	"bytes"
	"time"
	"unicode/utf8"

	"plusultra.link/privacy/internal/dictionary"
)

// AppendJSON appends a row as one JSON object, its members in the order of the
// fields; a null is left out. It copies what it can and allocates nothing.
func AppendJSON(dst []byte, fields []dictionary.Field, row Row) []byte {
	dst = append(dst, '{')
	first := true
	for i, f := range fields {
		v := row.Values[i]
		if v == nil {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(dst, '"')
		dst = append(dst, f.ID...) // letters, digits and underscores, as the register checks
		dst = append(dst, '"', ':')
		dst = appendValue(dst, f.Type, v)
	}
	return append(dst, '}')
}

func appendValue(dst []byte, of dictionary.Type, v []byte) []byte {
	switch {
	case of.Number(), of == dictionary.TypeJSON, of == dictionary.TypeList:
		return append(dst, v...)
	case of == dictionary.TypeBoolean:
		if v[0] == 't' {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case of == dictionary.TypeTime:
		dst = append(dst, '"')
		dst = AppendTime(dst, v)
		return append(dst, '"')
	}
	return AppendString(dst, v)
}

// AppendText appends a value as a cell of a table: as it is, but times in RFC
// 3339 and booleans as true and false.
func AppendText(dst []byte, f dictionary.Field, v []byte) []byte {
	switch {
	case v == nil:
		return dst
	case f.Type == dictionary.TypeTime:
		return AppendTime(dst, v)
	case f.Type == dictionary.TypeBoolean:
		return appendValue(dst, f.Type, v)
	}
	return append(dst, v...)
}

const stampLength = len("2006-01-02 15:04:05")

// AppendTime appends a time of the database, whose sessions keep UTC, in RFC
// 3339: "2026-11-22 21:40:00+00" becomes "2026-11-22T21:40:00Z".
func AppendTime(dst, v []byte) []byte {
	zone := bytes.HasSuffix(v, []byte("+00"))
	if !zone || len(v) < stampLength || v[10] != ' ' {
		return append(dst, v...) // is in RFC 3339 already, or infinity
	}
	dst = append(dst, v[:10]...)
	dst = append(dst, 'T')
	dst = append(dst, v[11:len(v)-3]...)
	return append(dst, 'Z')
}

// Time reads a value of type time or date. ok is false for null.
func Time(v []byte) (at time.Time, ok bool) {
	if v == nil {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, string(AppendTime(nil, v)))
	if err != nil {
		at, err = time.Parse(dateLayout, string(v))
	}
	return at, err == nil
}

const hexDigits = "0123456789abcdef"

// AppendString appends a JSON string (RFC 8259). What is not UTF-8 becomes
// U+FFFD; the separators that break JavaScript are escaped.
func AppendString(dst, s []byte) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRune(s[i:])
			if (r != utf8.RuneError || size > 1) && r != '\u2028' && r != '\u2029' {
				i += size
				continue
			}
			dst = append(dst, s[start:i]...)
			switch r {
			case '\u2028':
				dst = append(dst, `\u2028`...)
			case '\u2029':
				dst = append(dst, `\u2029`...)
			default:
				dst = append(dst, "\ufffd"...)
			}
			i += size
			start = i
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}
