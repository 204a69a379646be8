package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/config"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/postgres/embedded"
)

// closers end what was started, the last first.
type closers []func() error

func (c *closers) add(f func() error) { *c = append(*c, f) }

func (c closers) close() error {
	var errs []error
	for i := len(c) - 1; i >= 0; i-- {
		errs = append(errs, c[i]())
	}
	return errors.Join(errs...)
}

// dataFolder is where this portal keeps what it keeps itself.
func dataFolder(named string) (string, error) {
	if named != "" {
		return filepath.Abs(named)
	}
	dir, err := embedded.DefaultDir()
	return filepath.Dir(dir), err
}

// beside opens the database for a command that may run beside a portal: the
// private database of a running one, or as openDatabase does.
func beside(ctx context.Context, c config.Database, end *closers) (*postgres.DB, error) {
	db, err := openDatabase(ctx, c, end)
	if !errors.Is(err, embedded.ErrInUse) {
		return db, err
	}
	data, err := dataFolder(c.Data)
	if err != nil {
		return nil, err
	}
	if c.DatabaseURL, err = embedded.Attach(filepath.Join(data, "postgres")); err != nil {
		return nil, err
	}
	return openDatabase(ctx, c, end)
}

// openDatabase opens the operator's database, or starts the private one. The
// private one is migrated; the operator's must have been.
func openDatabase(ctx context.Context, c config.Database, end *closers) (*postgres.DB, error) {
	pc := postgres.Config{URL: c.DatabaseURL, MaxConns: c.DatabaseConns, AllowPlaintext: c.DatabasePlaintext}
	if c.DatabaseURL == "" {
		data, err := dataFolder(c.Data)
		if err != nil {
			return nil, err
		}
		server, err := embedded.Start(ctx, embedded.Config{Dir: filepath.Join(data, "postgres")})
		if err != nil {
			return nil, err
		}
		end.add(server.Stop)
		pc.URL = server.URL()
		if err := postgres.Migrate(ctx, pc); err != nil {
			return nil, err
		}
	} else if err := postgres.CheckMigrated(ctx, pc); err != nil {
		return nil, err
	}
	db, err := postgres.Open(ctx, pc)
	if err != nil {
		return nil, err
	}
	end.add(func() error { db.Close(); return nil })
	return db, nil
}

// backstage is what the commands beside serve share: the same database, keys
// and register, and mail that leaves by the jobs of a running portal.
type backstage struct {
	config.Database `embed:""`
	config.Keys     `embed:""`
	URL             string `env:"PORTAL_URL" help:"The portal's address as people see it." default:"http://localhost:8080"`
}

// open joins the portal without its face.
func (b backstage) open(ctx context.Context) (*app.App, *closers, error) {
	end := &closers{}
	ring, reg, err := b.Keys.Read()
	if err != nil {
		return nil, end, err
	}
	db, err := beside(ctx, b.Database, end)
	if err != nil {
		return nil, end, errors.Join(err, end.close())
	}
	a, err := app.New(app.Parts{
		DB: db, Ring: ring, Register: reg, Sender: mail.SMTP{}, BaseURL: b.URL, Log: logger("text"), Now: time.Now,
	})
	if err != nil {
		return nil, end, errors.Join(err, end.close())
	}
	return a, end, nil
}

// with runs f on a joined portal and ends what was started for it.
func (b backstage) with(ctx context.Context, f func(*app.App) error) error {
	a, end, err := b.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(f(a), end.close())
}

func logger(form string) *slog.Logger {
	if form == "text" {
		return slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, nil))
}

type migrateCmd struct {
	config.Database `embed:""`
}

// Run migrates the operator's database.
func (c *migrateCmd) Run(ctx context.Context) error {
	pc := postgres.Config{URL: c.DatabaseURL, AllowPlaintext: c.DatabasePlaintext}
	if c.DatabaseURL == "" {
		return errors.New("DATABASE_URL is missing: the private database needs no migrating by hand")
	}
	if err := postgres.Migrate(ctx, pc); err != nil {
		return err
	}
	fmt.Println("The database has this program's shape.")
	return nil
}
