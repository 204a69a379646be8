package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/record"
)

// logTables are the connection log and the sums of it.
func logTables() []string { return []string{"connection_log", "record_month"} }

// owners says whose the rows of a log are, in the order of time: of each person
// as many as are asked for, mixed as in a feed of what happens to many.
type owners []int32

func (o owners) with(person, rows int) owners {
	for range rows {
		o = append(o, int32(person)) //nolint:gosec // a place among some 200,000
	}
	return o
}

func (o owners) mixed() owners {
	r := rand.New(rand.NewPCG(seed, uint64(len(o)))) //nolint:gosec // the same data in every run
	r.Shuffle(len(o), func(i, j int) { o[i], o[j] = o[j], o[i] })
	return o
}

// ofCrowd are a few rows of everybody who is there and has no number of their own.
func (b *bench) ofCrowd(rows int) (o owners) {
	first := b.people.busy + 1
	n := b.shape.crowd - b.erased - first
	for i := range rows {
		o = append(o, int32(first+i%n)) //nolint:gosec // as above
	}
	return o
}

// beginning is the first columns of a line: whose it is.
type beginning func(line []byte, person int32) []byte

const header = "person,started_at,network,place,bytes,seconds\n"

func byAddress(line []byte, person int32) []byte {
	return append(strconv.AppendInt(append(line, "person-"...), int64(person), 10), "@example.com,"...)
}

// years are the three of which most of the bench tells.
func years() span {
	return span{time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC)}
}

type span struct{ from, til time.Time }

// connections writes lines of CSV, spread evenly over a time.
func connections(to io.Writer, of owners, over span, begin beginning) error {
	r := rand.New(rand.NewPCG(seed, uint64(len(of)))) //nolint:gosec // the same data in every run
	places := []string{"Denver, US", "Boulder, US", "Berlin, DE", "東京, JP", "Lyon, FR"}
	step := over.til.Sub(over.from) / time.Duration(len(of))
	out := bufio.NewWriterSize(to, 1<<20)
	var line []byte
	for i, person := range of {
		line = begin(line[:0], person)
		line = over.from.Add(time.Duration(i)*step).AppendFormat(line, "2006-01-02T15:04:05.000Z07:00")
		line = fmt.Appendf(line, ",198.51.%d.0/24,\"%s\",%d,%d\n", r.IntN(256), places[r.IntN(len(places))], r.Int64N(1<<31), r.IntN(7200))
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	return out.Flush()
}

// connectionFile writes such a file and gives its size.
func connectionFile(path, header string, of owners, begin beginning) (size int64, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.WriteString(header); err != nil {
		return 0, err
	}
	if err := connections(f, of, years(), begin); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	return info.Size(), err
}

// hold makes sure that the connection log is as long as the others want it: a
// few rows of most, some of every reader, and of three people little, more
// and much, all in the order of time. The portal's own import brings it in, so
// that its sums are the portal's.
func (b *bench) hold(ctx context.Context) error {
	if b.held {
		return nil
	}
	if err := b.empty(ctx); err != nil {
		return err
	}
	of := b.ofCrowd(b.shape.scattered)
	for i := range b.shape.readers {
		of = of.with(i, 200)
	}
	of = of.with(b.people.few, b.shape.few).with(b.people.some, b.shape.some).with(b.people.many, b.shape.many).mixed()
	started := time.Now()
	if err := b.ingest(ctx, of, years()); err != nil {
		return err
	}
	b.report.note("The connection log held %d rows of %d people, imported in %s.", len(of), b.shape.crowd, time.Since(started).Round(time.Second))
	if err := b.app.Records.Sum(ctx, 0); err != nil {
		return err
	}
	b.held = true
	return b.vacuum(ctx, logTables()...)
}

// ingest has the portal's own import bring connections in.
func (b *bench) ingest(ctx context.Context, of owners, over span) error {
	pipe, into := io.Pipe()
	go func() {
		_, err := io.WriteString(into, header)
		if err == nil {
			err = connections(into, of, over, byAddress)
		}
		into.CloseWithError(err) // nil is the end of the file
	}()
	result, err := b.app.Records.Ingest(ctx, ingestOf(pipe))
	if err == nil && (result.Added != int64(len(of)) || result.Refused > 0) {
		err = fmt.Errorf("of %d connections %d were taken and %d refused", len(of), result.Added, result.Refused)
	}
	return err
}

// empty makes the log and its sums empty.
func (b *bench) empty(ctx context.Context) error {
	b.held = false
	for _, t := range logTables() {
		if err := b.exec(ctx, "truncate "+pgx.Identifier{t}.Sanitize()); err != nil {
			return err
		}
	}
	return b.exec(ctx, "update record_period set reach = since, summed_until = since, written_at = '-infinity', summed_at = '-infinity', remake = false, summing = null")
}

func ingestOf(from io.Reader) record.IngestInput {
	return record.IngestInput{Category: connectionLog, Source: "bench", Reader: from, Format: record.CSV, Actor: audit.BySystem("bench")}
}
