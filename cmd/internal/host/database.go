package host

import (
	"context"
	"errors"
	"path/filepath"

	"plusultra.link/privacy/internal/config"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/postgres/embedded"
)

// DataFolder is where this portal keeps what it keeps itself.
func DataFolder(named string) (string, error) {
	if named != "" {
		return filepath.Abs(named)
	}
	dir, err := embedded.DefaultDir()
	return filepath.Dir(dir), err
}

// DatabaseBeside opens the database for a command that may run beside a
// portal: the private database of a running one, or as Database does.
func DatabaseBeside(ctx context.Context, c config.Database, end *Closers) (*postgres.DB, error) {
	db, err := Database(ctx, c, end)
	if !errors.Is(err, embedded.ErrInUse) {
		return db, err
	}
	server, err := attach(c)
	if err != nil {
		return nil, err
	}
	c.DatabaseURL, c.PrivateDatabase = server.URL(), false // it is somebody else's to start and end
	return Database(ctx, c, end)
}

func attach(c config.Database) (*embedded.Server, error) {
	data, err := DataFolder(c.Data)
	if err != nil {
		return nil, err
	}
	return embedded.Attach(filepath.Join(data, "postgres"))
}

// OwnerURL names a database that is open for the role that owns its tables: what
// the operator named for it, or else DATABASE_URL, or the private one's.
func OwnerURL(c config.Database, named string) (string, error) {
	switch {
	case c.PrivateDatabase:
		server, err := attach(c)
		if err != nil {
			return "", err
		}
		return server.OwnerURL(), nil
	case named != "":
		return named, nil
	}
	return c.DatabaseURL, nil
}

// EmptyDatabase is a database that something can be restored into. It gives the
// configuration by which Database opens it then. A private one is started, and
// runs until end.
func EmptyDatabase(ctx context.Context, c config.Database, end *Closers) (config.Database, error) {
	switch {
	case c.DatabaseURL != "" && c.PrivateDatabase:
		return c, errTwoDatabases
	case c.DatabaseURL != "":
		return c, nil
	case !c.PrivateDatabase:
		return c, ErrNoDatabase
	}
	_, err := startPrivate(ctx, c, end)
	return c, err
}

func startPrivate(ctx context.Context, c config.Database, end *Closers) (*embedded.Server, error) {
	data, err := DataFolder(c.Data)
	if err != nil {
		return nil, err
	}
	server, err := embedded.Start(ctx, embedded.Config{Dir: filepath.Join(data, "postgres"), Programs: programs(c.Postgres)})
	if err != nil {
		return nil, err
	}
	end.Add(server.Stop)
	end.database = server.Done()
	return server, nil
}

// ErrNoDatabase says that no database was named. A private one is never
// started unasked: people's data would lie where nobody backs it up.
var ErrNoDatabase = errors.New("no database is named: set DATABASE_URL to your PostgreSQL, such as " +
	"postgres://portal@db.example.com/portal?sslmode=verify-full; or ask for a private one on this machine, " +
	"which starts and ends with the portal, by --private-database or PORTAL_PRIVATE_DATABASE=true; " +
	"or try the portal with made-up people by its demo")

// errTwoDatabases says that one too many was named.
var errTwoDatabases = errors.New("DATABASE_URL and PORTAL_PRIVATE_DATABASE name two databases: keep one of them")

// Database opens the operator's database or, if asked for by name, starts the
// private one. The private one is migrated; the operator's must have been.
func Database(ctx context.Context, c config.Database, end *Closers) (*postgres.DB, error) {
	pc := postgres.Config{URL: c.DatabaseURL, MaxConns: c.DatabaseConns, AllowPlaintext: c.DatabasePlaintext}
	switch named := c.DatabaseURL != ""; {
	case named && c.PrivateDatabase:
		return nil, errTwoDatabases
	case !named && !c.PrivateDatabase:
		return nil, ErrNoDatabase
	}
	if c.PrivateDatabase {
		server, err := startPrivate(ctx, c, end)
		if err != nil {
			return nil, err
		}
		pc.URL = server.URL()
		if err := postgres.Migrate(ctx, postgres.Config{URL: server.OwnerURL()}, embedded.RuntimeRole); err != nil {
			return nil, err
		}
	} else if err := postgres.CheckMigrated(ctx, pc); err != nil {
		return nil, err
	}
	db, err := postgres.Open(ctx, pc)
	if err != nil {
		return nil, err
	}
	end.Add(func() error { db.Close(); return nil })
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
