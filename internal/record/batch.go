package record

import (
	"strings"
	"time"

	"plusultra.link/privacy/internal/address"
)

// batch is rows that passed every check but one: whom they are about.
type batch struct {
	rows    []pending
	refused []Refusal
	buf     []byte   // the rows' columns, as COPY reads them, each behind a tab
	object  []byte   // scratch
	texts   [][]byte // scratch: of one row
	value   []byte   // scratch: room for one
	names   []string
	people  map[string]int // in names
	nameOf  *memo[string]  // of how somebody is written
	keyed   bool           // a row has a key
	read    int64
	broken  error // what ended the input before its end
}

// pending is a row that waits for its person.
type pending struct {
	line     int64
	person   int // in batch.names
	from, to int // in batch.buf
	at       time.Time

	key     string    // the feed's own name of the row, if it has one
	changed time.Time // when it became as it is, if the feed says
}

func (b *batch) reset() {
	b.rows, b.refused, b.buf, b.names, b.broken = b.rows[:0], b.refused[:0], b.buf[:0], b.names[:0], nil
	b.keyed = false
	clear(b.people)
}

func (b *batch) full() bool {
	return len(b.rows)+len(b.refused) >= batchRows || len(b.buf) >= batchBytes
}

func (b *batch) refuse(r Refusal) { b.refused = append(b.refused, r) }

// who keeps each person once: most rows of a file are about a few.
func (b *batch) who(name []byte) int {
	if at, ok := b.people[string(name)]; ok {
		return at
	}
	at := len(b.names)
	b.names = append(b.names, b.nameOf.of(name))
	b.people[string(name)] = at
	return at
}

// nameOf is a name as account.Directory knows it: an address in its one form, or an id.
func nameOf(written string) string {
	if at, err := address.Parse(written); err == nil {
		return at.String()
	}
	return strings.ToLower(strings.TrimSpace(written))
}
