package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/postgres/embedded"
)

// ground is what a run stands on: a folder, a database in it, and the portal's
// services for making data.
type ground struct {
	folder     string
	server     *embedded.Server
	postmaster int    // process
	programs   string // folder of PostgreSQL's
	keys       string
	db         *postgres.DB // as a superuser, who may empty tables and vacuum
	app        *app.App
	serving    *postgres.DB // app's
}

func newGround(ctx context.Context) (g *ground, err error) {
	g = &ground{keys: keyring.Generate()}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.clear())
		}
	}()
	if g.folder, err = os.MkdirTemp("", "portal-bench-*"); err != nil {
		return nil, err
	}
	if err := os.Chmod(g.folder, 0o711); err != nil { //nolint:gosec // whoever runs the database must come through
		return nil, err
	}
	if g.server, err = embedded.Start(ctx, embedded.Config{Dir: g.place("postgres")}); err != nil {
		return nil, err
	}
	if err := g.findServer(); err != nil {
		return nil, err
	}
	if err := postgres.Migrate(ctx, postgres.Config{URL: g.server.OwnerURL()}, embedded.RuntimeRole); err != nil {
		return nil, err
	}
	t := task{Database: g.server.URL(), Keys: g.keys, Files: g.files()}
	log := slog.New(slog.DiscardHandler)
	if g.serving, err = t.open(ctx, log); err != nil {
		return nil, err
	}
	if g.app, err = t.join(g.serving, "http://localhost", log); err != nil {
		return nil, err
	}
	g.db, err = postgres.Open(ctx, postgres.Config{URL: g.server.SuperuserURL()})
	return g, err
}

func (g *ground) place(name string) string { return filepath.Join(g.folder, name) }

// findServer finds the server's process, whose children are all of PostgreSQL.
func (g *ground) findServer() error {
	raw, err := os.ReadFile(g.place("postgres/data/postmaster.pid"))
	if err != nil {
		return err
	}
	first, _, _ := bytes.Cut(raw, []byte{'\n'})
	if g.postmaster, err = strconv.Atoi(string(first)); err != nil {
		return fmt.Errorf("the server's process: %w", err)
	}
	if program, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", g.postmaster)); err == nil {
		g.programs = filepath.Dir(program)
	}
	return nil
}

// clear ends what was started and removes what was made.
func (g *ground) clear() error {
	if g.serving != nil {
		g.serving.Close()
	}
	if g.db != nil {
		g.db.Close()
	}
	var err error
	if g.server != nil {
		err = g.server.Stop()
	}
	if g.folder != "" {
		err = errors.Join(err, os.RemoveAll(g.folder))
	}
	return err
}

// files is the folder of finished downloads.
func (g *ground) files() string { return g.place("files") }

// nowhere takes mail and forgets it.
type nowhere struct{}

// Send succeeds.
func (nowhere) Send(context.Context, string, string, mail.Envelope) error { return nil }

// exec runs statements that the bench itself needs, one by one.
func (g *ground) exec(ctx context.Context, statements ...string) error {
	for _, sql := range statements {
		if _, err := g.db.Pool.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

// vacuum lets the database write down what it owes, so that no measurement pays
// for the one before.
func (g *ground) vacuum(ctx context.Context, tables ...string) error {
	for _, t := range tables {
		if err := g.exec(ctx, "vacuum analyze "+t); err != nil {
			return err
		}
	}
	return g.exec(ctx, "checkpoint")
}
