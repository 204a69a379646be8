package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

// Outbox stands after "insert into" in the statement by which a room erases,
// suppresses or withdraws: the same commit holds both. Its columns are those of
// an Entry; at, about and id are arrays of one length, so that entries which
// differ in nothing else are one row.
const Outbox = `journal_outbox (kind, at, about, id, topic, channel, wording, lang, hashes)`

// Parts is Outbox for an entry that is about a part of what is held.
const Parts = `journal_outbox (kind, at, about, id, topic, channel, wording, lang, hashes, since, until)`

const addSQL = `insert into ` + Parts + ` values ($1, array[$2::timestamptz], array[$3::uuid], array[$4::uuid], $5, $6, $7, $8, $9, $10, $11)`

func add(ctx context.Context, tx postgres.Tx, e Entry) error {
	if _, err := tx.PGX.Exec(ctx, addSQL, e.Kind, e.At, e.Person, e.ID, e.Topic, e.Channel, e.Wording, e.Lang, e.Hashes, e.Since, e.Until); err != nil {
		return fmt.Errorf("noting an entry for the journal: %w", err)
	}
	return nil
}

func pending(ctx context.Context, tx postgres.Tx, erasure uuid.UUID) (is bool, err error) {
	err = tx.PGX.QueryRow(ctx, `select exists (select from journal_outbox where kind = any($1) and $2 = any(id))`, []Kind{Erasure, Part}, erasure).Scan(&is)
	if err != nil {
		return false, fmt.Errorf("looking for an entry of the journal: %w", err)
	}
	return is, nil
}

func waiting(ctx context.Context, db postgres.Reader) (some bool, err error) {
	if err = db.QueryRow(ctx, `select exists (select from journal_outbox)`).Scan(&some); err != nil {
		return false, fmt.Errorf("looking for entries of the journal: %w", err)
	}
	return some, nil
}

// readWaiting counts those that lie first, which are the oldest but for some
// that came at once.
func readWaiting(r *postgres.Reads) *postgres.Tally {
	return postgres.Count(r, `select coalesce(sum(cardinality(at)), 0), min(at[1]) from (select at from journal_outbox limit $1) x`, postgres.CountedTo+1)
}

func lag(ctx context.Context, db postgres.Reader) (l Lag, oldest *time.Time, err error) {
	err = db.QueryRow(ctx, `select coalesce(sum(cardinality(at)), 0), min(at[1]), coalesce((select segment from installation), 0) from journal_outbox`).Scan(&l.Waiting, &oldest, &l.Segment)
	if err != nil {
		return l, nil, fmt.Errorf("how far the journal is: %w", err)
	}
	return l, oldest, nil
}

// takeSQL takes rows as they lie until they hold $1 entries or more.
const takeSQL = `
with next as (
  select ctid as row, sum(cardinality(at)) over (rows unbounded preceding) - cardinality(at) as before
  from (select ctid, at from journal_outbox limit $1) x
), taken as (
  delete from journal_outbox where ctid = any (array(select row from next where before < $1))
  returning *
)
select kind, e.at, coalesce(e.about, $2), coalesce(e.id, $2), topic, channel, wording, lang, hashes, since, until
from taken, unnest(taken.at, taken.about, taken.id) as e (at, about, id)`

// take deletes rows from the outbox as they lie, and gives their entries in the order
// in which they were said.
func take(ctx context.Context, tx postgres.Tx, limit int) ([]Entry, error) {
	rows, _ := tx.PGX.Query(ctx, takeSQL, limit, uuid.Nil) // CollectRows gives its error
	entries, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Entry])
	if err != nil {
		return nil, fmt.Errorf("taking entries of the journal: %w", err)
	}
	slices.SortStableFunc(entries, func(a, b Entry) int { return a.At.Compare(b.At) })
	return entries, nil
}

// empty takes all entries away: a new journal is written from the rooms' rows.
func empty(ctx context.Context, tx postgres.Tx) error {
	if _, err := tx.PGX.Exec(ctx, `delete from journal_outbox`); err != nil {
		return fmt.Errorf("emptying the outbox of the journal: %w", err)
	}
	return nil
}

// installation is what belongs together. ID is uuid.Nil before anything does.
type installation struct {
	ID      uuid.UUID
	StoreID *uuid.UUID
	Renewed int // times that the journal was begun anew
	Segment int64
	Hash    []byte // of the segment's bytes
}

// lock holds the installation until tx ends: one writer at a time.
func lock(ctx context.Context, tx postgres.Tx, how string) (in installation, err error) {
	err = tx.PGX.QueryRow(ctx, `select id, store_id, renewed, segment, hash from installation `+how).Scan(&in.ID, &in.StoreID, &in.Renewed, &in.Segment, &in.Hash)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return in, fmt.Errorf("reading the installation: %w", err)
	}
	return in, nil
}

// begin makes the installation of a database that has none, by whoever comes first.
func begin(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	if _, err := tx.PGX.Exec(ctx, `insert into installation (id) values ($1) on conflict do nothing`, id); err != nil {
		return fmt.Errorf("noting the installation: %w", err)
	}
	return nil
}

// note writes how far the database is.
func note(ctx context.Context, tx postgres.Tx, segment int64, hash []byte) error {
	if _, err := tx.PGX.Exec(ctx, `update installation set segment = $1, hash = $2`, segment, hash); err != nil {
		return fmt.Errorf("noting how far the journal is: %w", err)
	}
	return nil
}

// setRestored notes that the database comes from a backup.
func setRestored(ctx context.Context, tx postgres.Tx, now time.Time) error {
	if _, err := tx.PGX.Exec(ctx, `update installation set restored_at = $1`, now); err != nil {
		return fmt.Errorf("noting the restore: %w", err)
	}
	return nil
}

func readRestored(r *postgres.Reads) *time.Time {
	at := new(time.Time)
	r.Each(func(rows pgx.Rows) error { return rows.Scan(at) }, `select restored_at from installation where restored_at is not null`)
	return at
}

// setStore notes which store is this database's; its journal begins anew.
func setStore(ctx context.Context, tx postgres.Tx, m mark) error {
	if _, err := tx.PGX.Exec(ctx, `update installation set store_id = $1, renewed = $2, segment = 0, hash = ''`, m.Store, m.Renewed); err != nil {
		return fmt.Errorf("noting the file store: %w", err)
	}
	return nil
}

// KeyCheck tells a key without telling it: a keyed hash of the database's id.
type KeyCheck struct {
	ID    []byte `json:"id"` // as it stands in front of what it made
	Value []byte `json:"value"`
}

func keyChecks(ctx context.Context, db postgres.Reader) ([]KeyCheck, error) {
	rows, _ := db.Query(ctx, `select id, value from installation_key order by since, id`) // CollectRows gives its error
	checks, err := pgx.CollectRows(rows, pgx.RowToStructByPos[KeyCheck])
	if err != nil {
		return nil, fmt.Errorf("reading which keys are this database's: %w", err)
	}
	return checks, nil
}

func addKeys(ctx context.Context, tx postgres.Tx, now time.Time, checks []KeyCheck) error {
	for _, c := range checks {
		_, err := tx.PGX.Exec(ctx, `insert into installation_key (id, value, since) values ($1, $2, $3) on conflict do nothing`, c.ID, c.Value, now)
		if err != nil {
			return fmt.Errorf("noting a key: %w", err)
		}
	}
	return nil
}
