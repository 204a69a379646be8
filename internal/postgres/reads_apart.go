package postgres

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Part is queries of a Reads that stay without an answer if what they ask for
// is silent.
type Part struct {
	of     *Reads
	silent bool
}

// Apart begins a part that asks for rows of a person through a bulkhead, with
// the rest and behind it. All parts of a Reads are of one bulkhead and person.
// Inside a transaction there is none: it has its connection, and waits.
func (r *Reads) Apart(door *Bulkhead, whose uuid.UUID) *Part {
	r.door, r.whose = door, whose
	return &Part{of: r}
}

// Silent tells, once the Reads have been sent, that rows were not read.
func (p *Part) Silent() bool { return p.silent }

// Each is that of Reads.
func (p *Part) Each(row func(pgx.Rows) error, sql string, args ...any) {
	p.add(read{sql: sql, args: args, row: row})
}

// Text is that of Reads.
func (p *Part) Text(fail func(error) error, row func(pgx.Rows) error, sql string, args ...any) {
	p.add(read{sql: sql, args: args, text: true, row: row, fail: fail})
}

func (p *Part) add(q read) {
	if p.of.inTx {
		p.of.all = append(p.of.all, q)
		return
	}
	q.part = p
	p.of.apart = append(p.of.apart, q)
}

// Once adds something to r once, for all who want it: key tells what it is.
func Once[T any](r *Reads, key any, add func() T) T {
	if there, ok := r.once[key].(T); ok {
		return there
	}
	if r.once == nil {
		r.once = map[any]any{}
	}
	made := add()
	r.once[key] = made
	return made
}
