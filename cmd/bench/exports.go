package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/export"
)

// exports is path d: a person's whole connection log as an archive, against
// COPY into a packer. The portal's archive holds every row twice (lines of
// JSON and a table), with checksums, and is sealed; the baseline's once.
func (b *bench) exports(ctx context.Context) error {
	if err := b.hold(ctx); err != nil {
		return err
	}
	packer, err := b.packer()
	if err != nil {
		return err
	}
	var took, cpu [2][]float64
	var much, some []float64 // memory above idle
	err = b.inTurn(func(side string, _ int) error {
		if err := b.vacuum(ctx); err != nil {
			return err
		}
		if side == bareSide {
			w, err := b.copyOut(ctx, packer)
			took[0], cpu[0] = append(took[0], w.took.Seconds()), append(cpu[0], w.cpu.Seconds())
			return err
		}
		w, memory, err := b.download(ctx, b.people.some, b.shape.some)
		if err != nil {
			return err
		}
		some = append(some, float64(memory))
		w, memory, err = b.download(ctx, b.people.many, b.shape.many)
		much = append(much, float64(memory))
		took[1], cpu[1] = append(took[1], w.took.Seconds()), append(cpu[1], w.cpu.Seconds())
		return err
	})
	if err != nil {
		return err
	}
	what := fmt.Sprintf("export of %d rows against COPY … csv | %s -1: ", b.shape.many, filepath.Base(packer))
	b.report.compare("d", what+"rows", rate, speed(b.shape.many, took[0]), speed(b.shape.many, took[1]), atLeast(0.65))
	b.report.compare("d", what+"CPU", secs, cpu[0], cpu[1], goal{})
	if runtime.GOOS == "linux" {
		b.report.compare("d", fmt.Sprintf("memory above idle, %d rows against %d", b.shape.many, b.shape.some), mib, some, much, atMost(1.1))
		b.report.bound("d", fmt.Sprintf("memory above idle, %d rows", b.shape.many), mib, much, atMost(48<<20))
	}
	return b.besidePages(ctx)
}

// speed is rows per second, of the seconds that each round took.
func speed(rows int, seconds []float64) (all []float64) {
	for _, s := range seconds {
		all = append(all, float64(rows)/s)
	}
	return all
}

// packer finds zip, or gzip where there is none.
func (b *bench) packer() (string, error) {
	for _, name := range []string{"zip", "gzip"} {
		if found, err := exec.LookPath(name); err == nil {
			return found, nil
		}
	}
	return "", errors.New("neither zip nor gzip is installed; leave out path d")
}

// copyOut is the baseline: psql and a packer, joined by a pipe.
func (b *bench) copyOut(ctx context.Context, packer string) (out work, err error) {
	to := b.place("baseline.zip")
	psql := filepath.Join(b.programs, "psql")
	if _, err := os.Stat(psql); err != nil {
		psql = "psql"
	}
	sql := fmt.Sprintf("copy (select started_at, network, place, bytes, seconds from connection_log where person_id = '%s') to stdout (format csv, header)",
		b.people.ids[b.people.many])
	query := exec.CommandContext(ctx, psql, "--no-psqlrc", "--quiet", "--dbname", b.server.URL(), "--command", sql) //nolint:gosec // its words are the bench's own
	pack := exec.CommandContext(ctx, packer, "-1", "-q", to, "-")                                                   //nolint:gosec // as above
	if filepath.Base(packer) == "gzip" {
		file, err := os.Create(to)
		if err != nil {
			return out, err
		}
		defer func() { _ = file.Close() }()
		pack = exec.CommandContext(ctx, packer, "-1")
		pack.Stdout = file
	}
	var said bytes.Buffer
	query.Stderr, pack.Stderr = &said, &said
	if pack.Stdin, err = query.StdoutPipe(); err != nil {
		return out, err
	}
	before, err := b.cpu(0)
	if err != nil {
		return out, err
	}
	started := time.Now()
	if err := errors.Join(query.Start(), pack.Start()); err != nil {
		return out, err
	}
	packed := pack.Wait() // first: psql ends when its pipe is read
	if err := errors.Join(packed, query.Wait()); err != nil {
		return out, fmt.Errorf("%w: %s", err, said.String())
	}
	out.took = time.Since(started)
	after, err := b.cpu(0)
	out.cpu = after.since(before).sum()
	for _, p := range []*exec.Cmd{query, pack} {
		out.cpu += p.ProcessState.UserTime() + p.ProcessState.SystemTime()
	}
	return out, errors.Join(err, os.Remove(to))
}

// download has the portal make one archive at full speed, and checks it.
func (b *bench) download(ctx context.Context, person, rows int) (out work, memory int64, err error) {
	c, err := b.start(ctx, task{Kind: servePortal, Jobs: true, Files: b.files(), Full: true})
	if err != nil {
		return out, 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.kill())
		}
	}()
	if _, err := b.fetch(ctx, c, visit{path: "/overview", session: b.people.sessions[person]}, "gzip"); err != nil {
		return out, 0, err
	}
	idle, _ := resident(c.pid())
	resetHighest(c.pid())
	before, err := b.cpu(c.pid())
	if err != nil {
		return out, 0, err
	}
	started := time.Now()
	id, err := b.ask(ctx, person)
	if err != nil {
		return out, 0, err
	}
	if err := b.await(ctx, person, id); err != nil {
		return out, 0, err
	}
	out.took = time.Since(started)
	after, err := b.cpu(c.pid())
	if err != nil {
		return out, 0, err
	}
	out.cpu = after.since(before).sum()
	_, highest := resident(c.pid())
	if err := c.stop(); err != nil {
		return out, 0, err
	}
	return out, highest - idle, b.whole(ctx, person, id, rows)
}

func (b *bench) ask(ctx context.Context, person int) (uuid.UUID, error) {
	id := b.people.ids[person]
	e, err := b.app.Exports.Ask(ctx, audit.ByPerson(id), id, []string{connectionLog})
	return e.ID, err
}

// await waits for an archive.
func (b *bench) await(ctx context.Context, person int, id uuid.UUID) error {
	for {
		e, err := b.app.Exports.Find(ctx, b.people.ids[person], id)
		if err != nil {
			return err
		}
		switch {
		case e.State == export.Ready:
			return nil
		case !e.State.UnderWay():
			return fmt.Errorf("the export is %s: %s", e.State, e.Failure)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// whole opens an archive as its owner would and counts the rows in it.
func (b *bench) whole(ctx context.Context, person int, id uuid.UUID, rows int) error {
	owner := b.people.ids[person]
	file, err := b.app.Exports.Open(ctx, audit.ByPerson(owner), owner, id)
	if err != nil {
		return err
	}
	archive, err := io.ReadAll(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	in, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return err
	}
	for _, f := range in.File {
		if filepath.Ext(f.Name) != ".ndjson" {
			continue
		}
		n, err := lines(f)
		if err == nil && n != rows {
			err = fmt.Errorf("%s has %d of %d rows", f.Name, n, rows)
		}
		return err
	}
	return errors.New("the archive holds no rows")
}

func lines(f *zip.File) (n int, err error) {
	in, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	buffer := make([]byte, 1<<20)
	for {
		got, err := in.Read(buffer)
		n += bytes.Count(buffer[:got], []byte{'\n'})
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}
