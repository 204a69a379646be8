package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Connect gives one connection, for what a lock has to be held during. Close it.
func Connect(ctx context.Context, cfg Config) (*pgx.Conn, error) {
	pc, err := poolConfig(cfg)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.ConnectConfig(ctx, pc.ConnConfig)
	if err != nil {
		return nil, fmt.Errorf("the database does not answer: %w", err)
	}
	return conn, nil
}

// Login connects once, and gives the role as which that is done and what the
// database is known by, whoever asks.
func Login(ctx context.Context, cfg Config) (role, database string, err error) {
	conn, err := Connect(ctx, cfg)
	if err != nil {
		return "", "", err
	}
	err = conn.QueryRow(ctx, `select current_user, oid || ' ' || pg_postmaster_start_time() from pg_database where datname = current_database()`).Scan(&role, &database)
	return role, database, errors.Join(err, conn.Close(ctx))
}

// OneRole is for the operator of a database whose role is not apart: see
// DB.RolesApart.
const OneRole = "the portal serves with a database role that may change the tables themselves: whoever gets to its SQL " +
	"can rewrite the audit log and the consent ledger. Let a second role own the tables, name it in " +
	"PORTAL_MIGRATE_DATABASE_URL, and run portal migrate"

// RolesApart tells whether this role may add to what is append-only and do no
// more: it is neither a superuser nor the tables' owner, nor can it become one.
func (db *DB) RolesApart(ctx context.Context) (apart bool, err error) {
	err = db.Pool.QueryRow(ctx, `select count(*) > 0 and not bool_or(
		pg_has_role(c.relowner, 'MEMBER') or has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER'))
		from pg_class c where exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgtype & 32 <> 0 and t.tgfoid = 'refuse_change'::regproc)`).Scan(&apart)
	if err != nil {
		return false, fmt.Errorf("read the rights of the database's role: %w", err)
	}
	return apart, nil
}

// forbidden tells that the role lacks a right.
func forbidden(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "42501" // insufficient_privilege
}
