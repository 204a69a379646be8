package backup

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

// exportSnapshot makes tx one moment, which pg_dump can see, too.
func exportSnapshot(ctx context.Context, tx postgres.Tx) (id string, err error) {
	if _, err = tx.PGX.Exec(ctx, `set transaction isolation level repeatable read`); err == nil {
		err = tx.PGX.QueryRow(ctx, `select pg_export_snapshot()`).Scan(&id)
	}
	if err != nil {
		return "", fmt.Errorf("taking a moment of the database: %w", err)
	}
	return id, nil
}

// MayDump fails, in a sentence, for a role that can't read all there is.
func MayDump(ctx context.Context, cfg postgres.Config) error {
	conn, err := postgres.Connect(ctx, cfg)
	if err != nil {
		return err
	}
	var role string
	var all bool
	err = conn.QueryRow(ctx, `select current_user, coalesce(bool_and(has_table_privilege(c.oid, 'SELECT')), true)
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind in ('r', 'p', 'S') and n.nspname not like 'pg\_%' and n.nspname <> 'information_schema'`).Scan(&role, &all)
	switch err := errors.Join(err, conn.Close(ctx)); {
	case err != nil:
		return fmt.Errorf("looking at the database: %w", err)
	case !all:
		return notOwner(role, "may not read all of its tables")
	}
	return nil
}

func notOwner(role, why string) error {
	return fmt.Errorf("the role %s %s: name in PORTAL_MIGRATE_DATABASE_URL the same database for the role that owns them; nothing was done", role, why)
}

const restoring = 0x726573746f7265 // "restore": the advisory lock of whoever restores

// ErrHoldsSomething says that a database is not empty.
var ErrHoldsSomething = errors.New("the database holds something already, and nothing is restored over it: name an empty one (create database …), or move the old one away; nothing was changed")

// Alone holds an empty database for one restore, until release, and gives the
// server's major version.
func Alone(ctx context.Context, cfg postgres.Config) (major int, release func() error, err error) {
	conn, err := postgres.Connect(ctx, cfg)
	if err != nil {
		return 0, nil, err
	}
	release = func() error { return conn.Close(context.WithoutCancel(ctx)) }
	if err := alone(ctx, conn, &major); err != nil {
		return 0, nil, errors.Join(err, release())
	}
	return major, release, nil
}

func alone(ctx context.Context, conn *pgx.Conn, major *int) error {
	var free, some bool
	if err := conn.QueryRow(ctx, `select pg_try_advisory_lock($1)`, restoring).Scan(&free); err != nil {
		return fmt.Errorf("looking at the database: %w", err)
	}
	if !free {
		return errors.New("another restore is at work on this database: wait for it")
	}
	var version, role string
	var own bool
	err := conn.QueryRow(ctx, `select current_setting('server_version_num'), current_user, has_schema_privilege('public', 'CREATE'), exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not like 'pg\_%' and n.nspname <> 'information_schema'
		  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'))`).Scan(&version, &role, &own, &some)
	if err != nil {
		return fmt.Errorf("looking at the database: %w", err)
	}
	if some {
		return ErrHoldsSomething
	}
	if !own {
		return notOwner(role, "may make no tables in it")
	}
	*major, err = majorOf(version)
	return err
}

// Major is the major version of a database's server.
func Major(ctx context.Context, db *postgres.DB) (int, error) {
	var version string
	if err := db.Pool.QueryRow(ctx, `select current_setting('server_version_num')`).Scan(&version); err != nil {
		return 0, fmt.Errorf("asking the server for its version: %w", err)
	}
	return majorOf(version)
}

func majorOf(version string) (int, error) {
	n, err := strconv.Atoi(version)
	return n / 10000, err
}
