package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"plusultra.link/privacy/cmd/internal/host"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/backup"
	"plusultra.link/privacy/internal/config"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/postgres/embedded"
)

// owning is who owns the tables, where that is not who serves.
type owning struct {
	Owner string `name:"migrate-database-url" env:"PORTAL_MIGRATE_DATABASE_URL" placeholder:"postgres://…" help:"The same database, for the role that owns its tables, if that is another one than DATABASE_URL's. A private database needs none."`
}

type backupCmd struct {
	withFiles `embed:""`
	owning    `embed:""`

	To string `arg:"" name:"file-or-folder" type:"path" help:"The file to make, which must not be there yet; or a folder, in which it gets a name with the time."`
}

// Run makes a backup. It asks nothing and ends with 0 only if the file is there,
// whole: for cron.
func (c *backupCmd) Run(ctx context.Context) (err error) {
	a, parts, end, err := c.open(ctx, &c.Downloads)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end.Close()) }()
	if err := a.Journal.Open(ctx); err != nil {
		return err
	}
	owner, err := host.OwnerURL(c.Database, c.Owner)
	if err != nil {
		return err
	}
	if err := backup.MayDump(ctx, postgres.Config{URL: owner, AllowPlaintext: c.DatabasePlaintext}); err != nil {
		return err
	}
	major, err := backup.Major(ctx, parts.DB)
	if err != nil {
		return err
	}
	program, err := tools(c.Database).Tool(ctx, "pg_dump", major)
	if err != nil {
		return err
	}
	at, m, err := backup.Write(ctx, backup.Source{
		DB: parts.DB, Files: parts.Files, Journal: a.Journal, Now: time.Now,
		Dump: func(ctx context.Context, snapshot string, to io.Writer) error {
			return backup.Dump(ctx, program, owner, snapshot, to)
		},
	}, c.To)
	if err != nil {
		return err
	}
	fmt.Printf("%s: the database, %s, and the journal up to segment %d at least. Keep PORTAL_KEYS somewhere else: without them it is worth nothing.\n",
		at, counted(len(m.Parts)-1, "file", "files"), m.Of.Segment)
	return nil
}

func tools(c config.Database) embedded.Programs { return embedded.Programs{Dir: c.Programs} }

type restoreCmd struct {
	withFiles `embed:""`
	owning    `embed:""`

	Check bool   `help:"Only tell whether the backup is whole, and of these keys."`
	File  string `arg:"" type:"path" help:"The backup."`
}

// Run restores a backup that is whole into what is empty.
func (c *restoreCmd) Run(ctx context.Context) (err error) {
	end := &host.Closers{}
	defer func() { err = errors.Join(err, end.Close()) }()
	ring, _, err := c.Keys.Read()
	if err != nil {
		return err
	}
	if _, err := config.BaseURL(c.URL); err != nil {
		return err
	}
	archive, err := backup.Open(c.File)
	if err != nil {
		return err
	}
	end.Add(archive.Close)
	if err := journal.CheckKeys(ring, archive.Of.Database, archive.Of.Keys); err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if c.Check {
		fmt.Printf("%s is whole, and of these keys: made on %s, with %s.\n", c.File, archive.Made.Format(time.RFC1123), counted(len(archive.Parts)-1, "file", "files"))
		return nil
	}
	if c.Database, err = host.EmptyDatabase(ctx, c.Database, end); err != nil {
		return err
	}
	if err := c.restore(ctx, archive, end); err != nil {
		return err
	}
	return c.replay(ctx)
}

// restore brings rows and files back, as they were.
func (c *restoreCmd) restore(ctx context.Context, archive *backup.Archive, end *host.Closers) error {
	url, err := host.OwnerURL(c.Database, c.Owner)
	if err != nil {
		return err
	}
	owner := postgres.Config{URL: url, AllowPlaintext: c.DatabasePlaintext}
	major, release, err := backup.Alone(ctx, owner)
	if err != nil {
		return err
	}
	defer func() { _ = release() }()
	program, err := tools(c.Database).Tool(ctx, "pg_restore", major)
	if err != nil {
		return err
	}
	files, err := host.Files(ctx, c.Files, c.Data, end)
	if err != nil {
		return err
	}
	copied, err := archive.Files(ctx, files)
	if err != nil {
		return err
	}
	if copied > 0 {
		fmt.Printf("Put back into the file store: %s.\n", counted(copied, "file", "files"))
	} else {
		fmt.Println("The file store is this portal's, and newer than the backup: it is left as it is.")
	}
	dump, err := archive.Dump()
	if err != nil {
		return err
	}
	if err := errors.Join(backup.Restore(ctx, program, url, dump), dump.Close()); err != nil {
		return err
	}
	runtime, err := c.runtime(ctx, url)
	if err != nil {
		return err
	}
	fmt.Println("The rows are back.")
	return postgres.Migrate(ctx, owner, runtime)
}

// runtime is the role that serves.
func (c *restoreCmd) runtime(ctx context.Context, owner string) (string, error) {
	if c.PrivateDatabase {
		return embedded.RuntimeRole, nil
	}
	role, database, err := postgres.Login(ctx, postgres.Config{URL: c.DatabaseURL, AllowPlaintext: c.DatabasePlaintext})
	if err != nil {
		return "", err
	}
	_, owned, err := postgres.Login(ctx, postgres.Config{URL: owner, AllowPlaintext: c.DatabasePlaintext})
	if err == nil && owned != database {
		err = errTwoNames
	}
	return role, err
}

// replay makes true again what was said since the backup.
func (c *restoreCmd) replay(ctx context.Context) error {
	return c.run(ctx, &c.Downloads, func(a *app.App) error {
		if err := a.Journal.Restored(ctx); err != nil {
			return err
		}
		if err := a.Journal.Adopt(ctx); err != nil {
			return err
		}
		if err := a.Journal.Open(ctx); err != nil {
			return err
		}
		r, err := a.Journal.CatchUp(ctx)
		if err != nil {
			return err
		}
		tell(r)
		fmt.Println("The portal is back: start it with portal serve.")
		return nil
	})
}
