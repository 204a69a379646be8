package record

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// Format is how rows are written.
type Format string

// The formats. CSV is RFC 4180 with a header line, separated by commas,
// semicolons or tabs; NDJSON is one object a line.
const (
	CSV    Format = "csv"
	NDJSON Format = "ndjson"
)

// IngestInput is rows to take in.
type IngestInput struct {
	Category string
	Source   string // a file's name or an API key's id, for ingest_run
	Reader   io.Reader
	Format   Format
	Packing  Packing
	Charset  Charset // "" is by the first bytes
	Most     int64   // bytes of the text that are taken, 0 for all: TooLarge beyond
	Actor    audit.Actor
	Progress func(Progress) // after each batch; may be nil
	Refused  func(Refusal)  // for each refused row, in the order of the file; may be nil
}

// Progress is how far an ingest is.
type Progress struct {
	Bytes   int64 // read so far
	Added   int64
	Updated int64 // held already, by their key, and said something else
	Known   int64 // held already
	Refused int64
	Past    int64 // of the refused, those whose time is over
	Young   int64 // of the refused, those of people too young to agree to them
}

// Rows is how many rows have been looked at.
func (p Progress) Rows() int64 { return p.Added + p.Updated + p.Known + p.Refused }

// Result is what became of an ingest.
type Result struct {
	Progress

	Run uuid.UUID
	// Unended says that a CSV file ends without a line break. It may do so (RFC
	// 4180, 2), but so does one that was cut off inside its last value.
	Unended bool
}

// Ingest takes in rows: it refuses each that is not exactly what its category
// declares, and each that is older than it is kept, and keeps the rest. A row names its person by the field person, an
// e-mail address or an id; nobody unknown, and nobody who is being erased, gets
// one. The same row twice is one row, so a run that was cut off is repeated
// whole. A row of a category without a table of its own may have a key of the
// feed (row_key): then it is that which says what the same row is, and other
// values change it. They don't if the row was so before, or if the feed says
// when it became so (row_changed_at) and that is no later; and a field that the
// person corrected changes only with what is later than that. What was taken
// before an error stays, and Result tells of it.
func (s *Service) Ingest(ctx context.Context, in IngestInput) (Result, error) {
	into, ok := s.ingestable[in.Category]
	if !ok {
		return Result{}, s.notIngestable(in.Category)
	}
	run := &run{in: in, into: into, deps: s.deps, months: map[time.Time]bool{}, result: Result{Run: postgres.NewID()}}
	if err := run.begin(ctx); err != nil {
		return Result{}, err
	}
	err := run.all(ctx)
	run.result.Unended = run.unended
	ended := run.end(context.WithoutCancel(ctx), err == nil)
	s.taken.add(run.result.Progress)
	return run.result, errors.Join(err, ended)
}

const (
	batchRows  = 10_000
	batchBytes = 4 << 20
	valueRoom  = 64 // bytes: for times, numbers and networks
	batchesMax = 3  // one is read, one waits, one is written
)

// run is one ingest under way.
type run struct {
	in      IngestInput
	into    *ingestTable
	deps    Deps
	months  map[time.Time]bool // whose partition is there
	result  Result
	unended bool

	directory account.Directory

	collides bool // the last batch held rows that were there already
}

func (r *run) begin(ctx context.Context) error {
	return r.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		return insertRun(ctx, tx, r.result.Run, r.in, r.deps.Now())
	})
}

// end tells the audit log what came in, also when it ended in the middle.
func (r *run) end(ctx context.Context, whole bool) error {
	return r.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if whole {
			if err := setRunFinished(ctx, tx, r.result.Run, r.deps.Now()); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, audit.Entry{
			At: r.deps.Now(), Actor: r.in.Actor, Action: "records.imported", Subject: r.result.Run.String(),
			Detail: map[string]any{
				"category": r.in.Category, "added": r.result.Added, "updated": r.result.Updated, "known": r.result.Known,
				"refused": r.result.Refused, "past": r.result.Past, "whole": whole,
			},
		})
	})
}

// all reads and checks one batch while the database takes the one before.
func (r *run) all(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	names := newMemo(nameOf, account.DirectoryMost)
	ready, empty := make(chan *batch, 1), make(chan *batch, batchesMax)
	for range batchesMax {
		empty <- &batch{people: map[string]int{}, nameOf: names, value: make([]byte, 0, valueRoom)}
	}
	group.Go(func() error {
		defer close(ready)
		return r.read(ctx, empty, ready)
	})
	group.Go(func() error {
		for b := range ready {
			if err := r.keep(ctx, b); err != nil {
				return err
			}
			if b.broken != nil {
				return b.broken
			}
			b.reset()
			empty <- b
		}
		return nil
	})
	return group.Wait()
}

func (r *run) read(ctx context.Context, empty <-chan *batch, ready chan<- *batch) error {
	text, foreign, closed, err := decode(r.in)
	if err != nil {
		return err
	}
	defer closed()
	rows, err := r.rows(text, foreign)
	if err != nil {
		return err
	}
	check := newChecker(r.deps.Register, r.in.Category, r.deps.Now())
	var raw rawRow
	for done := false; !done; {
		var b *batch
		select {
		case b = <-empty:
		case <-ctx.Done():
			return ctx.Err()
		}
		for !b.full() && !done {
			refusal, err := rows.next(&raw)
			switch {
			case errors.Is(err, io.EOF):
				done = true
				r.unended = r.in.Format == CSV && rows.unended()
			case err != nil:
				done = true // what was read before is kept
				b.broken = fmt.Errorf("read %s: %w", r.in.Source, err)
			case refusal != nil:
				b.refuse(*refusal)
			default:
				r.into.add(b, check, &raw)
			}
		}
		b.read = rows.bytes()
		select {
		case ready <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (r *run) rows(text io.Reader, foreign bool) (rowReader, error) {
	l, err := open(text)
	if err != nil {
		return nil, err
	}
	l.foreign = foreign
	if r.in.Format == NDJSON {
		return newNDJSON(l, r.into), nil
	}
	return newCSV(l, r.into)
}

// notIngestable says for which categories rows can be sent instead.
func (s *Service) notIngestable(category string) error {
	return fault.New(fault.NotFound, "record.notIngestable", "Category", category, "Categories", strings.Join(slices.Sorted(maps.Keys(s.ingestable)), ", "))
}
