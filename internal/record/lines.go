package record

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"plusultra.link/privacy/internal/fault"
)

const (
	firstBuffer = 64 << 10
	maxRecord   = 1 << 20 // bytes of one row
)

// rowReader gives one row after another. A row that can't be read is a
// refusal, and the next row follows it.
type rowReader interface {
	// next fills raw, or tells why the row is refused; io.EOF ends it. What raw
	// holds is good until the next call.
	next(raw *rawRow) (*Refusal, error)
	bytes() int64
	// unended tells whether the input ended in the middle of a line.
	unended() bool
}

// rawRow is a row as it came: cells by the category's fields.
type rawRow struct {
	line   int64
	person []byte
	cells  []cell
	feed   [feedFields]cell // what the feed says of the row itself
	extra  []extra
}

// extra is a field that the category does not declare.
type extra struct {
	name  string
	value []byte
}

func (r *rawRow) reset(line int64, fields int) {
	if cap(r.cells) < fields {
		r.cells = make([]cell, fields)
	}
	r.cells = r.cells[:fields]
	clear(r.cells)
	r.line, r.person, r.extra, r.feed = line, nil, r.extra[:0], [feedFields]cell{}
}

// lines is a window on the input that moves by whole rows.
type lines struct {
	from       io.Reader
	buf        []byte
	start, end int
	eof        bool
	read       int64
	line       int64 // of the window's start, from 1
	last       byte  // read
	foreign    bool  // it was not UTF-8 as it came: U+FFFD stands for what could not be read
}

// Marks of encodings at a file's beginning.
const (
	utf8Mark        = "\xef\xbb\xbf"
	utf16LittleMark = "\xff\xfe"
	utf16BigMark    = "\xfe\xff"
)

// open looks at the first bytes: a mark of UTF-8 is no part of the data.
func open(from io.Reader) (*lines, error) {
	l := &lines{from: from, buf: make([]byte, firstBuffer), line: 1}
	for l.end < len(utf8Mark) && !l.eof {
		if err := l.fill(); err != nil {
			return nil, err
		}
	}
	if bytes.HasPrefix(l.window(), []byte(utf8Mark)) {
		l.start = len(utf8Mark)
	}
	switch blank, err := l.blank(); {
	case err != nil:
		return nil, err
	case blank:
		return nil, fault.New(fault.Invalid, "record.empty")
	}
	return l, nil
}

// blank tells whether nothing but blank lines follows.
func (l *lines) blank() (bool, error) {
	for len(bytes.TrimSpace(l.window())) == 0 {
		if l.eof {
			return true, nil
		}
		l.advance(len(l.window()))
		if err := l.fill(); err != nil {
			return false, err
		}
	}
	return false, nil
}

func (l *lines) window() []byte { return l.buf[l.start:l.end] }

func (l *lines) bytes() int64 { return l.read - int64(l.end-l.start) }

func (l *lines) unended() bool { return l.eof && l.last != '\n' }

// full tells whether the window is as large as a row may be.
func (l *lines) full() bool { return l.end-l.start >= maxRecord }

// fill reads more into the window, which may grow to maxRecord.
func (l *lines) fill() error {
	if l.start > 0 {
		l.end = copy(l.buf, l.buf[l.start:l.end])
		l.start = 0
	}
	if l.end == len(l.buf) {
		grown := make([]byte, min(2*len(l.buf), maxRecord))
		copy(grown, l.buf[:l.end])
		l.buf = grown
	}
	n, err := l.from.Read(l.buf[l.end:])
	if l.end += n; n > 0 {
		l.last = l.buf[l.end-1]
	}
	l.read += int64(n)
	if errors.Is(err, io.EOF) {
		l.eof, err = true, nil
	}
	return err
}

// advance moves on by n bytes.
func (l *lines) advance(n int) {
	l.line += int64(bytes.Count(l.window()[:n], []byte{'\n'}))
	l.start += n
}

// skip moves on to the next line, however long this one is.
func (l *lines) skip() error {
	for {
		if at := bytes.IndexByte(l.window(), '\n'); at >= 0 {
			l.advance(at + 1)
			return nil
		}
		l.start = l.end
		if l.eof {
			return nil
		}
		if err := l.fill(); err != nil {
			return err
		}
	}
}

// refuse skips the line at which the window stands, and tells why.
func (l *lines) refuse(field string, reason Reason) (*Refusal, error) {
	refusal := &Refusal{Line: l.line, Field: field, Reason: reason}
	return refusal, l.skip()
}

// readable tells whether a text is one that can be held.
func (l *lines) readable(s []byte) bool {
	return storable(s) && !(l.foreign && bytes.ContainsRune(s, utf8.RuneError))
}

// storable tells whether PostgreSQL can hold the text.
func storable(s []byte) bool { return utf8.Valid(s) && bytes.IndexByte(s, 0) < 0 }

const maxNamed = 64 // runes of a field's name in a report

// named makes a field's name, which may be anything, fit for a terminal and a
// log.
func named(name string) string {
	clean := make([]rune, 0, min(len(name), maxNamed))
	for _, r := range name {
		if r < ' ' || r == 0x7f || r == utf8.RuneError || (r >= 0x80 && r < 0xa0) {
			r = '?'
		}
		if clean = append(clean, r); len(clean) == maxNamed {
			break
		}
	}
	return string(clean)
}
