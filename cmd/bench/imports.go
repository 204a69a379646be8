package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/cmd/internal/host"
)

// imports is path i: a file of connections goes in, checked row by row, against
// a COPY of the same rows, with their people's ids and ids of their own, into a
// table that has the same key and the same months. One file is of many people,
// in the order of time, as a feed's; the other of one person.
func (b *bench) imports(ctx context.Context) error {
	b.held = false // the other paths find their rows gone
	n := b.shape.imported
	for _, f := range []struct {
		name string
		of   owners
	}{{"many people's", b.ofCrowd(n).mixed()}, {"one person's", owners{}.with(b.people.many, n)}} {
		if err := b.importFile(ctx, f.name, f.of); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

func (b *bench) importFile(ctx context.Context, name string, of owners) error {
	files := [2]string{b.place("copy.csv"), b.place("import.csv")}
	r := rand.New(rand.NewPCG(seed, 3)) //nolint:gosec // the same data in every run
	withIDs := func(line []byte, person int32) []byte {
		line = append(append(line, b.people.ids[person].String()...), ',')
		return append(strconv.AppendInt(line, r.Int64(), 10), ',')
	}
	if _, err := connectionFile(files[0], "person_id,id,started_at,network,place,bytes,seconds\n", of, withIDs); err != nil {
		return err
	}
	size, err := connectionFile(files[1], header, of, byAddress)
	if err != nil {
		return err
	}
	var took, cpu, wal [2][]float64
	var summed []float64
	err = b.inTurn(func(side string, _ int) error {
		at, kind, table := 0, workCopy, "bare_log"
		if side == portalSide {
			at, kind, table = 1, workIngest, "connection_log"
		}
		if err := errors.Join(b.empty(ctx), b.exec(ctx, bareLog), b.vacuum(ctx)); err != nil {
			return err
		}
		var before string
		if err := b.db.Pool.QueryRow(ctx, "select pg_current_wal_lsn()::text").Scan(&before); err != nil {
			return err
		}
		t, err := b.workOnce(ctx, task{Kind: kind, Input: files[at]})
		if err != nil {
			return err
		}
		var written, kept float64
		err = b.db.Pool.QueryRow(ctx, "select pg_current_wal_lsn() - $1::text::pg_lsn, (select count(*) from "+table+")", before).Scan(&written, &kept)
		if err != nil {
			return err
		}
		if kept != float64(len(of)) {
			return fmt.Errorf("of %d rows %.0f went in", len(of), kept)
		}
		if side == portalSide {
			started := time.Now()
			if err := b.app.Records.Sum(ctx, 0); err != nil {
				return err
			}
			summed = append(summed, time.Since(started).Seconds())
		}
		took[at], cpu[at], wal[at] = append(took[at], t.took.Seconds()), append(cpu[at], t.cpu.Seconds()), append(wal[at], written/kept)
		return nil
	})
	what := fmt.Sprintf("import of %d rows, %s (%s): ", len(of), name, mib.say(float64(size)))
	b.report.compare("i", what+"rows", rate, speed(len(of), took[0]), speed(len(of), took[1]), atLeast(0.7))
	b.report.compare("i", what+"CPU", secs, cpu[0], cpu[1], goal{})
	b.report.bound("i", what+"its sums, afterwards", secs, summed, goal{})
	b.report.compare("i", what+"write-ahead log a row", octets, wal[0], wal[1], goal{})
	return errors.Join(err, b.exec(ctx, "drop table if exists bare_log"), os.Remove(files[0]), os.Remove(files[1]))
}

// bareLog is a table as the connection log, with the months that the files are of.
const bareLog = `
drop table if exists bare_log;
create table bare_log (like connection_log including all) partition by range (started_at);
grant all on bare_log to public;
do $$ declare month timestamp := '2023-01-01'; begin
  while month < '2026-02-01' loop
    execute format('create table bare_log_%s partition of bare_log for values from (%L) to (%L)',
      to_char(month, 'YYYY_MM'), month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
    month := month + interval '1 month';
  end loop;
end $$`

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
	host.UseMachine() // the hand-written side too
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
				_, err := conn.PgConn().CopyFrom(ctx, from, "copy bare_log (person_id, id, started_at, network, place, bytes, seconds) from stdin with (format csv, header)")
				return err
			})
		}, nil
	}
	switch t.Kind {
	case workHash:
		return func() error { return hashAll(t.Count) }, nil
	case workSend:
		return t.sendAll, nil
	}
	log := slog.New(slog.DiscardHandler)
	db, err := t.open(ctx, log)
	if err != nil {
		return nil, err
	}
	a, err := t.join(db, "http://localhost", log)
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
