package export

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"plusultra.link/privacy/internal/dictionary"
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

// askAgain is how long to wait before a source is asked for the same batch
// again, before the whole export is put off.
var askAgain = []time.Duration{200 * time.Millisecond, 2 * time.Second} //nolint:gochecknoglobals // a constant in all but name

// readTime is how long a source may take to count, or for one batch. All the
// times it is asked come to less than what makes a build look dead, each.
func (s *Service) readTime() time.Duration {
	if s.ReadTime > 0 {
		return s.ReadTime
	}
	return time.Minute
}

const samples = 5 // rows of each file that the index shows

// sample is the beginning of a file, for the index.
type sample struct {
	fields []dictionary.Field
	rows   [][][]byte
}

// holding copies one source into the archive. Only the files that got a row
// exist. What it wrote counts, also where the source falls silent midway.
type holding struct {
	*build
	source record.Source

	lines, table []byte // of a batch
	out          *entry
	spool        *spool
	rows, bytes  int64
	sample       sample
}

// copy reads the source to its end.
func (h *holding) copy(ctx context.Context) error {
	for cursor := ""; ; {
		began := time.Now() //nolint:forbidigo // how long work took, not what time it is
		limit := h.service.rows(h.rows, h.bytes)
		n, next, err := h.insist(ctx, cursor, limit)
		if err != nil {
			return err
		}
		if err := h.write(n); err != nil {
			return err
		}
		if err := h.done(ctx, n); err != nil {
			return err
		}
		if cursor = next; cursor == "" {
			return nil
		}
		if err := h.service.rest(ctx, time.Since(began)); err != nil {
			return err
		}
	}
}

// insist reads a batch, and again if the source stumbles: from the same
// cursor, so that no row is left out or comes twice.
func (h *holding) insist(ctx context.Context, cursor string, limit int) (n int64, next string, err error) {
	for try := 0; ; try++ {
		n, next, err = h.batch(ctx, cursor, limit)
		if err == nil || ctx.Err() != nil {
			return n, next, errors.Join(ctx.Err(), err)
		}
		if try == len(askAgain) {
			return 0, "", silentError{h.source.Category().ID, err}
		}
		if err := h.tell(ctx); err != nil { // a slow source is no dead build
			return 0, "", err
		}
		if err := wait(ctx, askAgain[try]); err != nil {
			return 0, "", err
		}
	}
}

func (h *holding) batch(ctx context.Context, cursor string, limit int) (n int64, next string, err error) {
	ctx, cancel := context.WithTimeout(ctx, h.service.readTime())
	defer cancel()
	fields := h.source.Fields()
	h.lines, h.table = h.lines[:0], h.table[:0]
	if h.rows == 0 {
		h.sample = sample{fields: fields}
	}
	next, err = h.source.Read(ctx, h.person, cursor, limit, func(row record.Row) error {
		h.lines = append(record.AppendJSON(h.lines, fields, row), '\n')
		h.table = appendRow(h.table, fields, row)
		if h.rows == 0 && n < samples {
			h.sample.rows = append(h.sample.rows, cloned(row.Values))
		}
		n++
		return nil
	})
	return n, next, err
}

func cloned(values [][]byte) [][]byte {
	copied := make([][]byte, len(values))
	for i, v := range values {
		copied[i] = slices.Clone(v) // nil stays nil
	}
	return copied
}

// write puts a batch where it belongs, beginning the files with the first.
func (h *holding) write(n int64) (err error) {
	if n == 0 {
		return nil
	}
	if h.out == nil {
		if h.out, err = h.archive.entry(h.path(".ndjson")); err != nil {
			return err
		}
		if h.spool, err = newSpool(h.service.Ring); err != nil {
			return err
		}
		if _, err := h.spool.Write(appendHeading([]byte(byteOrderMark), h.source.Fields())); err != nil {
			return err
		}
	}
	h.rows += n
	h.bytes += int64(len(h.lines))
	if _, err := h.out.Write(h.lines); err != nil {
		return fmt.Errorf("writing the archive: %w", err)
	}
	if _, err := h.spool.Write(h.table); err != nil {
		return fmt.Errorf("writing the spool: %w", err)
	}
	return nil
}

// files ends both files and puts the second into the archive.
func (h *holding) files(ctx context.Context) ([]file, error) {
	if h.out == nil {
		return nil, nil
	}
	lines := h.out.file()
	table, err := h.spool.into(h.archive, h.path(".csv"), func() error { return h.done(ctx, 0) })
	if err != nil {
		return nil, err
	}
	both := []file{lines, table}
	for i := range both {
		both[i].Holding, both[i].Rows = h.source.Name(), h.rows
	}
	return both, nil
}

// close lets go of the spool; the archive is its build's.
func (h *holding) close() error {
	if h.spool == nil {
		return nil
	}
	return h.spool.close()
}

func (h *holding) path(ending string) string {
	return "data/" + h.source.Category().ID + "/" + h.source.Name() + ending
}
