package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/pprof"
	"time"

	"gocloud.dev/blob/fileblob"
	"golang.org/x/sync/errgroup"

	"plusultra.link/privacy/cmd/internal/host"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/web"
)

// serveOneSide is one side of a comparison: it reads its task, says that it is ready,
// and ends with its input.
func serveOneSide(ctx context.Context, in io.Reader, out io.Writer) (err error) {
	lines := bufio.NewReader(in)
	raw, err := lines.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("reading the task: %w", err)
	}
	var t task
	if err := json.Unmarshal(raw, &t); err != nil {
		return fmt.Errorf("reading the task: %w", err)
	}
	if t.Profile != "" {
		profile, failed := os.Create(t.Profile)
		if failed != nil {
			return failed
		}
		defer func() { err = errors.Join(err, profile.Close()) }()
		if err := pprof.StartCPUProfile(profile); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	switch t.Kind {
	case servePortal, serveBare, serveFloor:
		go func() {
			defer cancel()
			_, _ = io.Copy(io.Discard, lines) // its end is ours
		}()
		return t.serve(ctx, out)
	case workIngest, workErase, workHash, workSend, workCopy:
		return t.work(ctx, lines, out)
	}
	return fmt.Errorf("there is no task %q", t.Kind)
}

func (t task) serve(ctx context.Context, out io.Writer) (err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	host.UseMachine() // the hand-written side too
	server := host.Server(nil)
	var group errgroup.Group
	switch t.Kind {
	case serveBare:
		server.Handler, err = bareHandler(ctx, t.Database)
	case serveFloor:
		server.Handler, err = t.floor(ctx)
	default:
		server.Handler, err = t.portal(ctx, "http://"+listener.Addr().String(), &group)
	}
	if err != nil {
		return err
	}
	group.Go(func() error {
		<-ctx.Done()
		finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if server.Shutdown(finish) != nil { // a connection that is only kept open may be cut
			return server.Close()
		}
		return nil
	})
	if _, err := fmt.Fprintln(out, listener.Addr()); err != nil {
		return err
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return group.Wait()
}

// portal is the real one, and its log is written as in production, to nowhere.
func (t task) portal(ctx context.Context, base string, group *errgroup.Group) (http.Handler, error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.NewJSONHandler(null, nil))
	db, err := t.open(ctx, log)
	if err != nil {
		return nil, err
	}
	a, err := t.join(db, base, log)
	if err != nil {
		return nil, err
	}
	if err := a.Check(ctx); err != nil {
		return nil, err
	}
	if t.Jobs {
		group.Go(func() error { return a.Work(ctx) })
	}
	return web.New(a, web.Options{})
}

// open opens the bench's database.
func (t task) open(ctx context.Context, log *slog.Logger) (*postgres.DB, error) {
	return postgres.Open(ctx, postgres.Config{URL: t.Database, Logger: log})
}

// join makes a portal without its face.
func (t task) join(db *postgres.DB, base string, log *slog.Logger) (*app.App, error) {
	return t.joinAt(db, base, log, time.Now)
}

func (t task) joinAt(db *postgres.DB, base string, log *slog.Logger, now func() time.Time) (*app.App, error) {
	ring, err := keyring.Parse(t.Keys)
	if err != nil {
		return nil, err
	}
	reg, err := register.Default()
	if err != nil {
		return nil, err
	}
	keep := register.Span{N: t.Keep, Unit: register.Days}
	if t.Keep == 0 { // the log is three years long
		keep = register.Span{N: 10, Unit: register.Years}
	}
	for i, c := range reg.Categories {
		if c.ID == connectionLog {
			reg.Categories[i].Retention.Keep = keep
		}
	}
	parts := app.Parts{DB: db, Ring: ring, Register: reg, BaseURL: base, Log: log, Now: now, Grace: time.Nanosecond}
	if parts.Sender, err = t.sender(); err != nil {
		return nil, err
	}
	if t.Full {
		parts.Export.Pace = export.Full
	}
	if t.Files != "" { // as cmd/portal opens it
		parts.Files, err = fileblob.OpenBucket(t.Files, &fileblob.Options{CreateDir: true, NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
		if err != nil {
			return nil, err
		}
	}
	return app.New(parts)
}
