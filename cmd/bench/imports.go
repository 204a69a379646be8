package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// imports is path i: a file of connections goes in, checked row by row, against
// a COPY of the same file into a bare table.
func (b *bench) imports(ctx context.Context) error {
	b.held = false // the other paths find their rows gone
	file, rows := b.place("connections.csv"), b.shape.imported
	size, err := connectionFile(file, header, owners{}.with(b.people.many, rows), byAddress)
	if err != nil {
		return err
	}
	var took, cpu [2][]float64
	err = b.inTurn(func(side string, _ int) error {
		at, kind := 0, workCopy
		if side == portalSide {
			at, kind = 1, workIngest
		}
		err := b.exec(ctx, "truncate connection_log, record_total, record_day", "drop table if exists bare_copy",
			"create table bare_copy (person text, started_at timestamptz, network inet, place text, bytes bigint, seconds bigint)",
			"grant all on bare_copy to public")
		if err != nil {
			return err
		}
		if err := b.vacuum(ctx); err != nil {
			return err
		}
		t, err := b.workOnce(ctx, task{Kind: kind, Input: file})
		if err != nil {
			return err
		}
		took[at], cpu[at] = append(took[at], t.took.Seconds()), append(cpu[at], t.cpu.Seconds())
		table := []string{"bare_copy", "connection_log"}[at]
		var n int
		if err := b.db.Pool.QueryRow(ctx, "select count(*) from "+table).Scan(&n); err != nil {
			return err
		}
		if n != rows {
			return fmt.Errorf("of %d rows %d went in", rows, n)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := b.exec(ctx, "drop table bare_copy"); err != nil {
		return err
	}
	what := fmt.Sprintf("import of %s rows (%s): ", strconv.Itoa(rows), mib.say(float64(size)))
	b.report.compare("i", what+"rows", rate, speed(rows, took[0]), speed(rows, took[1]), atLeast(0.5))
	b.report.compare("i", what+"CPU", secs, cpu[0], cpu[1], goal{})
	return os.Remove(file)
}

// workOnce starts a worker, lets it go once, and says what that took.
func (b *bench) workOnce(ctx context.Context, t task) (out work, err error) {
	c, err := b.start(ctx, t)
	if err != nil {
		return out, err
	}
	before, err := b.cpu(c.pid())
	if err != nil {
		return out, err
	}
	started := time.Now()
	said, err := c.ask("go")
	out.took = time.Since(started)
	if err != nil {
		return out, fmt.Errorf("%s: %w", t.Kind, err)
	}
	if said != done {
		_ = c.kill() // what it said is the error
		return out, fmt.Errorf("%s: %s", t.Kind, said)
	}
	after, err := b.cpu(c.pid())
	if err != nil {
		return out, err
	}
	out.cpu = after.since(before).sum()
	return out, c.stop()
}

// work is what a piece of work took: by the clock, and of CPU in all.
type work struct{ took, cpu time.Duration }

const done = "done"

// work is the child's side of workOnce.
func (t task) work(ctx context.Context, in *bufio.Reader, out io.Writer) error {
	run, err := t.prepare(ctx)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, "ready"); err != nil {
		return err
	}
	if _, err := in.ReadString('\n'); err != nil {
		return err
	}
	said := done
	if err := run(); err != nil {
		said = strconv.Quote(err.Error())
	}
	if _, err := fmt.Fprintln(out, said); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

func (t task) prepare(ctx context.Context) (func() error, error) {
	if t.Kind == workCopy {
		conn, err := pgx.Connect(ctx, t.Database)
		if err != nil {
			return nil, err
		}
		return func() error {
			return t.read(func(from io.Reader) error {
				_, err := conn.PgConn().CopyFrom(ctx, from, "copy bare_copy from stdin with (format csv, header)")
				return err
			})
		}, nil
	}
	a, _, err := t.join(ctx, "http://localhost", slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	if t.Kind == workErase {
		return func() error { return batches(ctx, a, t.Input) }, nil
	}
	return func() error {
		return t.read(func(from io.Reader) error {
			result, err := a.Records.Ingest(ctx, ingestOf(from))
			if err == nil && result.Refused > 0 {
				err = fmt.Errorf("%d rows were refused", result.Refused)
			}
			return err
		})
	}, nil
}

func (t task) read(do func(io.Reader) error) error {
	f, err := os.Open(filepath.Clean(t.Input))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return do(f)
}
