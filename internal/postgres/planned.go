package postgres

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// Planned runs a statement that stands alone by a plan made once for each
// connection. It is for what is sent all the time with few values: to plan it
// for them would take as long as to run it.
func (db *DB) Planned(ctx context.Context, sql string, args ...any) (tag pgconn.CommandTag, err error) {
	var both pgx.Batch // one transaction
	both.Queue(`select set_config('plan_cache_mode', 'force_generic_plan', true)`)
	both.Queue(sql, args...)
	results := db.Pool.SendBatch(ctx, &both)
	defer func() { err = errors.Join(err, results.Close()) }()
	if _, err := results.Exec(); err != nil {
		return tag, err
	}
	return results.Exec()
}

// UUIDs are a parameter uuid[] that pgx encodes without reflection.
type UUIDs = pgtype.FlatArray[pgtype.UUID]

// UUIDsOf are ids as such a parameter.
func UUIDsOf(ids []uuid.UUID) UUIDs {
	all := make(UUIDs, len(ids))
	for i, id := range ids {
		all[i] = UUID(id)
	}
	return all
}

// UUID is one of UUIDs.
func UUID(id uuid.UUID) pgtype.UUID { return pgtype.UUID{Bytes: id, Valid: true} }
