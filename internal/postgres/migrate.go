package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"plusultra.link/privacy/migrations"
)

// migrationLock is the advisory lock that portals starting together queue at.
const migrationLock = 0x706f7274616c // "portal"

// Migrate brings the database to this program's shape: the portal's own
// migrations, then River's. It is safe to run twice and from several portals
// at once: one works, the others wait and find nothing left to do.
//
// Whoever migrates owns the tables. The role runtime, if one is named, gets
// what it takes to serve and no more: it can't rewrite what is append-only.
func Migrate(ctx context.Context, cfg Config, runtime string) error {
	return withMigrators(ctx, cfg, func(own *goose.Provider, jobs *rivermigrate.Migrator[pgx.Tx], lock *pgx.Conn) error {
		if _, err := lock.Exec(ctx, "select pg_advisory_lock($1)", migrationLock); err != nil {
			return fmt.Errorf("wait for the migration lock: %w", err)
		}
		if err := checkOlder(ctx, own); err != nil {
			return err
		}
		if _, err := own.Up(ctx); err != nil {
			return fmt.Errorf("migrate the database: %w", err)
		}
		if _, err := jobs.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
			return fmt.Errorf("migrate the job queue: %w", err)
		}
		if _, err := lock.Exec(ctx, "select grant_runtime(coalesce(nullif($1, ''), current_user))", runtime); err != nil {
			return fmt.Errorf("give the role that serves its rights: %w", err)
		}
		return nil
	})
}

// ErrNotMigrated says that the database lacks migrations of this program, or
// its role the rights that they give.
var ErrNotMigrated = errors.New("the database is not at this program's version: run `portal migrate` first")

// notMigrated is ErrNotMigrated, with what else may be meant where there is nothing.
func notMigrated(ctx context.Context, conn *pgx.Conn) error {
	var empty bool
	if err := conn.QueryRow(ctx, `select to_regclass('person') is null`).Scan(&empty); err == nil && empty {
		return fmt.Errorf("%w; or, if this empty one is for what a backup holds, `portal restore`", ErrNotMigrated)
	}
	return ErrNotMigrated
}

// CheckMigrated gives ErrNotMigrated when Migrate has something to do, and
// NewerError when a newer program has done it.
func CheckMigrated(ctx context.Context, cfg Config) error {
	return withMigrators(ctx, cfg, func(own *goose.Provider, jobs *rivermigrate.Migrator[pgx.Tx], conn *pgx.Conn) error {
		pending, err := own.HasPending(ctx)
		if forbidden(err) {
			return notMigrated(ctx, conn)
		}
		if err != nil {
			return fmt.Errorf("read the database's version: %w", err)
		}
		if err := checkOlder(ctx, own); err != nil {
			return err
		}
		queue, err := jobs.Validate(ctx, nil)
		if forbidden(err) {
			return notMigrated(ctx, conn)
		}
		if err != nil {
			return fmt.Errorf("read the job queue's version: %w", err)
		}
		if pending || !queue.OK {
			return notMigrated(ctx, conn)
		}
		return nil
	})
}

// NewerError says that a newer program has migrated the database. It is left as
// it is: this one does not know what its columns mean.
type NewerError struct{ Have, Known int64 }

func (e NewerError) Error() string {
	return fmt.Sprintf("the database is at version %d of the schema, and this program knows none after %d: run the program that migrated it, or a newer one; nothing was changed", e.Have, e.Known)
}

// checkOlder gives NewerError for a later program's schema.
func checkOlder(ctx context.Context, own *goose.Provider) error {
	have, err := own.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the database's version: %w", err)
	}
	if known := newestMigration(); have > known {
		return NewerError{have, known}
	}
	return nil
}

// withMigrators opens a short pool of its own, so that no connection outlives
// the schema it prepared statements for, and a connection beside it for the
// lock, which no statement of a migration can then release.
func withMigrators(ctx context.Context, cfg Config, fn func(*goose.Provider, *rivermigrate.Migrator[pgx.Tx], *pgx.Conn) error) error {
	cfg.MaxConns = 2
	pc, err := poolConfig(cfg)
	if err != nil {
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return fmt.Errorf("the database can't be opened: %w", err)
	}
	defer pool.Close()
	lock, err := pgx.ConnectConfig(ctx, pc.ConnConfig)
	if err != nil {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	defer end(lock) // and the lock with it

	handle := stdlib.OpenDBFromPool(pool)
	defer func() { _ = handle.Close() }()
	own, err := goose.NewProvider(goose.DialectPostgres, handle, migrations.Files,
		goose.WithDisableGlobalRegistry(true), goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	jobs, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("read the job queue's migrations: %w", err)
	}
	return fn(own, jobs, lock)
}
