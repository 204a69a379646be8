package export

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
)

// silentError is a source that does not answer; everything else that goes
// wrong is ours.
type silentError struct {
	category string
	err      error
}

func (e silentError) Error() string { return "reading " + e.category + ": " + e.err.Error() }
func (e silentError) Unwrap() error { return e.err }

// silent names the category whose source did not answer, if that was it.
func silent(err error) string {
	if e, ok := errors.AsType[silentError](err); ok {
		return e.category
	}
	return ""
}

// askAgain is how long to wait before a source is asked for the same rows
// again, before the whole export is put off.
var askAgain = []time.Duration{200 * time.Millisecond, 2 * time.Second} //nolint:gochecknoglobals // a constant in all but name

// readTime is how long a source may take to count, or for one read.
func (s *Service) readTime() time.Duration {
	if s.deps.ReadTime > 0 {
		return s.deps.ReadTime
	}
	return time.Minute
}

const (
	samples   = 5               // rows of each source that the archive's page shows
	partBytes = 4 << 20         // of lines, about; what a part holds in memory comes to this
	partTime  = 2 * time.Second // after which a part ends with the rows at hand
)

// part reads the next rows of one source.
type part struct {
	*Service
	tx     postgres.Tx
	of     Export
	source record.Source

	progress
	*space

	rowsDone int64           // of the step, with those of the part
	rows     int64           // of the part
	bytes    int64           // of the step's lines, with those of the part
	timed    int             // which field has the time; -1: none
	packing  *errgroup.Group // of the read before
	kept     int             // of Newest, which is a ring while a part is read
	months   map[string]int64
}

// space is the memory of a part, which the next one uses again.
type space struct {
	lines, table piece
	line, cells  []byte    // of a read
	spare        [2][]byte // of the read before, which is being packed
}

func (s *Service) space() *space {
	if used, ok := s.spaces.Get().(*space); ok {
		return used
	}
	return &space{}
}

func (s *Service) newPart(tx postgres.Tx, e Export, source record.Source, st step) (*part, error) {
	p := &part{Service: s, tx: tx, of: e, source: source, rowsDone: st.RowsDone, timed: -1, packing: new(errgroup.Group), space: s.space()}
	var err error
	if p.progress, err = s.openProgress(st); err != nil {
		return nil, err
	}
	p.bytes = p.Lines.Bytes
	if err := errors.Join(p.lines.begin(p.Lines), p.table.begin(p.Table)); err != nil {
		return nil, err
	}
	p.kept, p.months = len(p.Newest), map[string]int64{}
	for i, f := range source.Fields() {
		if f.Type == dictionary.TypeTime && p.timed < 0 {
			p.timed = i
		}
	}
	if p.timed >= 0 && p.Months == nil {
		p.Months = map[string]int64{}
	}
	return p, nil
}

// read fills the part; it is true if the source has come to its end. What was
// read before the source fell silent counts. While rows are packed, the next
// ones are read.
func (p *part) read(ctx context.Context) (last bool, err error) {
	defer func() { err = errors.Join(err, p.packing.Wait()) }()
	began := time.Now() //nolint:forbidigo // how long work took, not what time it is
	before := p.bytes
	for first := true; ; first = false {
		asked := time.Now() //nolint:forbidigo // as above
		n, next, err := p.readAgain(ctx, p.Service.rows(p.rowsDone, p.bytes))
		if err != nil && silent(err) != "" && !first {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if err := p.pack(n); err != nil {
			return false, err
		}
		if p.Cursor = next; next == "" {
			return true, nil
		}
		if p.bytes-before >= partBytes || time.Since(began) >= partTime {
			return false, ctx.Err()
		}
		if err := p.rest(ctx, time.Since(asked)); err != nil {
			return false, err
		}
	}
}

// readAgain reads on, and again if the source stumbles: from the same cursor, so
// that no row is left out or comes twice.
func (p *part) readAgain(ctx context.Context, limit int) (n int64, next string, err error) {
	for try := 0; ; try++ {
		n, next, err = p.ask(ctx, limit)
		if err == nil || ctx.Err() != nil {
			return n, next, errors.Join(ctx.Err(), err)
		}
		if try == len(askAgain) {
			return 0, "", silentError{p.source.Category().ID, err}
		}
		if err := wait(ctx, askAgain[try]); err != nil {
			return 0, "", err
		}
	}
}

// ask reads once, in a savepoint: what fails there leaves the part as it was.
func (p *part) ask(ctx context.Context, limit int) (n int64, next string, err error) {
	ctx, cancel := context.WithTimeout(ctx, p.readTime())
	defer cancel()
	fields := p.source.Fields()
	p.line, p.cells = p.line[:0], p.cells[:0]
	clear(p.months)
	err = p.tx.Try(ctx, func(point postgres.Reader) (err error) {
		next, err = p.source.Read(ctx, point, p.of.PersonID, p.Cursor, limit, func(row record.Row) error {
			p.line = append(record.AppendJSON(p.line, fields, row), '\n')
			p.cells = appendRow(p.cells, fields, row)
			p.note(row)
			n++
			return nil
		})
		return err
	})
	return n, next, err
}

// note keeps what the archive's page says of a row.
func (p *part) note(row record.Row) {
	if p.timed >= 0 {
		if at := row.Values[p.timed]; len(at) > len("2026-11") {
			p.months[string(at[:len("2026-11")])]++
		}
	}
	if len(p.Newest) < samples {
		p.Newest = append(p.Newest, make([][]byte, len(row.Values)))
	}
	to := p.Newest[p.kept%samples]
	for i, v := range row.Values {
		if v == nil {
			to[i] = nil
			continue
		}
		to[i] = append(to[i][:0], v...)
	}
	p.kept++
}

// pack begins to pack what was read, when the read before is packed.
func (p *part) pack(n int64) error {
	if err := p.packing.Wait(); err != nil || n == 0 {
		return err
	}
	if p.rowsDone == 0 {
		if _, err := p.table.Write(appendHeading([]byte(byteOrderMark), p.source.Fields())); err != nil {
			return err
		}
	}
	p.rows += n
	p.rowsDone += n
	p.bytes += int64(len(p.line))
	for month, rows := range p.months {
		p.Months[month] += rows
	}
	line, cells := p.line, p.cells
	p.line, p.cells, p.spare = p.spare[0], p.spare[1], [2][]byte{line, cells}
	p.packing = new(errgroup.Group)
	for _, of := range []struct {
		to  *piece
		raw []byte
	}{{&p.lines, line}, {&p.table, cells}} {
		p.packing.Go(func() error {
			if _, err := of.to.Write(of.raw); err != nil {
				return fmt.Errorf("packing %s: %w", p.source.Name(), err)
			}
			return nil
		})
	}
	return nil
}

// now is how far the step is with this part.
func (p *part) now(last bool) (progress, error) {
	at := p.progress
	if n := len(p.Newest); n == samples {
		at.Newest = slices.Concat(p.Newest[p.kept%n:], p.Newest[:p.kept%n])
	}
	var err error
	if at.Lines, err = p.lines.end(last); err != nil {
		return at, err
	}
	at.Table, err = p.table.end(last)
	return at, err
}
