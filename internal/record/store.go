package record

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// All of this room goes by pgx: what a row of a category is made of, the
// register says at start-up, and no struct; and it is read and written by the
// hundred thousand.

// insertKey writes a key. Conflict if one in force has its name.
func insertKey(ctx context.Context, tx postgres.Tx, k Key, hash []byte) error {
	tag, err := tx.PGX.Exec(ctx, `insert into api_key (id, name, key_hash, categories, scopes, created_at) values ($1, $2, $3, $4, $5, $6)
		on conflict (name) where revoked_at is null do nothing`, k.ID, k.Name, hash, k.Categories, k.Scopes, k.CreatedAt)
	if err == nil && tag.RowsAffected() == 0 {
		err = fault.New(fault.Conflict, "record.keyNameTaken", "Name", k.Name)
	}
	return err
}

const keyColumns = "select id, name, categories, scopes, created_at, used_at, revoked_at from api_key "

// findKey finds a key that is not revoked, or Unauthenticated.
func findKey(ctx context.Context, db postgres.Reader, hash []byte) (Key, error) {
	rows, _ := db.Query(ctx, keyColumns+"where key_hash = $1 and revoked_at is null", hash) // CollectRows gives its error
	key, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Key])
	if postgres.IsMissing(err) {
		return key, fault.Wrap(err, fault.Unauthenticated, "record.noKey")
	}
	if err != nil {
		return key, fmt.Errorf("find a key: %w", err)
	}
	return key, nil
}

// keys are all, the oldest first.
func keys(ctx context.Context, db postgres.Reader) ([]Key, error) {
	rows, _ := db.Query(ctx, keyColumns+"order by created_at, id") // CollectRows gives its error
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Key])
}

func setKeyUsed(ctx context.Context, tx postgres.Tx, id uuid.UUID, now time.Time) error {
	_, err := tx.PGX.Exec(ctx, "update api_key set used_at = $2 where id = $1", id, now)
	return err
}

// revokeKey ends a key; NotFound if there is none that works.
func revokeKey(ctx context.Context, tx postgres.Tx, id uuid.UUID, now time.Time) error {
	tag, err := tx.PGX.Exec(ctx, "update api_key set revoked_at = $2 where id = $1 and revoked_at is null", id, now)
	if err == nil && tag.RowsAffected() == 0 {
		err = fault.New(fault.NotFound, "record.noKey")
	}
	return err
}

func insertRun(ctx context.Context, tx postgres.Tx, id uuid.UUID, in IngestInput, now time.Time) error {
	_, err := tx.PGX.Exec(ctx, "insert into ingest_run (id, category, source, started_at) values ($1, $2, $3, $4)", id, in.Category, in.Source, now)
	return err
}

func setRunFinished(ctx context.Context, tx postgres.Tx, id uuid.UUID, now time.Time) error {
	_, err := tx.PGX.Exec(ctx, "update ingest_run set finished_at = $2 where id = $1", id, now)
	return err
}
