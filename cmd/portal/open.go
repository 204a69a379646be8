package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/config"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/postgres/embedded"
)

// closers end what was started, the last first.
type closers struct {
	ends     []func() error
	database <-chan struct{} // closed when the private PostgreSQL has ended
}

func (c *closers) add(f func() error) { c.ends = append(c.ends, f) }

func (c *closers) close() error {
	var errs []error
	for _, end := range slices.Backward(c.ends) {
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}

// watch waits for ctx to end. A private PostgreSQL that ends before is an
// error: whoever runs the portal starts both again.
func (c *closers) watch(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-c.database:
		return errors.New("the private PostgreSQL has ended by itself; the log beside its data says why")
	}
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
		server, err := embedded.Start(ctx, embedded.Config{Dir: filepath.Join(data, "postgres"), Programs: programs(c.Postgres)})
		if err != nil {
			return nil, err
		}
		end.add(server.Stop)
		end.database = server.Done()
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

func programs(c config.Postgres) embedded.Programs {
	out := embedded.Programs{Dir: c.Programs, Mirror: c.Mirror}
	if c.Mirror == "none" {
		out.Mirror = ""
	}
	out.Cache, _ = embedded.DefaultCache() // without one the download says so
	return out
}

// backstage is what the commands beside serve share: the same database, keys
// and register, and mail that leaves by the jobs of a running portal.
type backstage struct {
	config.Database `embed:""`
	config.Keys     `embed:""`
	URL             string `env:"PORTAL_URL" placeholder:"https://…" help:"The portal's address as people see it. Links begin with it."`
}

// open joins the portal without its face.
func (b backstage) open(ctx context.Context) (*app.App, *closers, error) {
	end := &closers{}
	ring, reg, err := b.Keys.Read()
	base, err2 := config.BaseURL(b.URL)
	if err := errors.Join(err, err2); err != nil {
		return nil, end, err
	}
	db, err := beside(ctx, b.Database, end)
	if err != nil {
		return nil, end, errors.Join(err, end.close())
	}
	a, err := app.New(app.Parts{
		DB: db, Ring: ring, Register: reg, Sender: mail.SMTP{}, BaseURL: base.String(), Log: logger("text"), Now: time.Now,
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
