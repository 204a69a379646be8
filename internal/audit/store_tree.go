package audit

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"plusultra.link/privacy/internal/postgres"
)

// lockLog lets one at a time give places.
func lockLog(ctx context.Context, tx postgres.Tx) error {
	if _, err := tx.PGX.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('portal audit log', 0))`); err != nil {
		return fmt.Errorf("audit: waiting to give places: %w", err)
	}
	return nil
}

func anyUnplaced(ctx context.Context, db postgres.Reader) (any bool, err error) {
	if err = db.QueryRow(ctx, `select exists (select from audit_unplaced)`).Scan(&any); err != nil {
		err = fmt.Errorf("audit: looking for what has no place: %w", err)
	}
	return any, err
}

// takeUnplaced takes out entries that have no place: those of some statements, so
// that they are not many more than most.
func takeUnplaced(ctx context.Context, tx postgres.Tx, most int) ([]uuid.UUID, error) {
	rows, _ := tx.PGX.Query(ctx, `
with first as (
  select ctid as at, cardinality(entries) as n from audit_unplaced limit $1
), few as (
  select at from (select at, sum(n) over (order by at) - n as before from first) s where before < $1
), taken as (
  delete from audit_unplaced where ctid = any (array(select at from few)) returning entries
)
select unnest(entries) from taken`, most) // CollectRows gives its error
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("audit: taking what has no place: %w", err)
	}
	return ids, nil
}

const leafColumns = `e.id, e.at, e.actor_kind, e.actor_id, e.action, e.person_id, e.subject, e.detail::text`

// readLeaves are entries in the order in which they get their places.
func readLeaves(ctx context.Context, db postgres.Reader, ids []uuid.UUID) ([]leaf, error) {
	rows, _ := db.Query(ctx, `select `+leafColumns+` from audit_entry e where id = any($1) order by at, id`, ids) // CollectRows gives its error
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[leaf])
	if err != nil {
		return nil, fmt.Errorf("audit: reading what has no place: %w", err)
	}
	return all, nil
}

func insertLeaves(ctx context.Context, tx postgres.Tx, first int64, entries []leaf, hashes [][]byte) error {
	positions, ids := make([]int64, len(entries)), make([]uuid.UUID, len(entries))
	for i, e := range entries {
		positions[i], ids[i] = first+int64(i), e.ID
	}
	if _, err := tx.PGX.Exec(ctx, `insert into audit_leaf (position, entry_id, hashes) select * from unnest($1::bigint[], $2::uuid[], $3::bytea[])`, positions, ids, hashes); err != nil {
		return fmt.Errorf("audit: giving places from %d on: %w", first, err)
	}
	return nil
}

func insertCheckpoint(ctx context.Context, tx postgres.Tx, size int64, note string) error {
	if _, err := tx.PGX.Exec(ctx, `insert into audit_checkpoint (size, note) values ($1, $2)`, size, note); err != nil {
		return fmt.Errorf("audit: writing down a checkpoint: %w", err)
	}
	return nil
}

// lastCheckpoint is as it was signed; empty if there is none.
func lastCheckpoint(ctx context.Context, db postgres.Reader) (note string, err error) {
	err = db.QueryRow(ctx, `select note from audit_checkpoint order by size desc limit 1`).Scan(&note)
	if postgres.IsMissing(err) {
		return "", nil
	}
	if err != nil {
		err = fmt.Errorf("audit: reading the last checkpoint: %w", err)
	}
	return note, err
}

// storedHashes reads hashes of the tree where the leaves have left them.
func storedHashes(ctx context.Context, db postgres.Reader) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		positions := make([]int64, len(indexes))
		for i, index := range indexes {
			positions[i], _ = hashAt(index)
		}
		rows, err := db.Query(ctx, `select position, hashes from audit_leaf where position = any($1)`, positions)
		if err != nil {
			return nil, fmt.Errorf("audit: reading hashes: %w", err)
		}
		found := map[int64][]byte{}
		var position int64
		var hashes []byte
		if _, err = pgx.ForEachRow(rows, []any{&position, &hashes}, func() error {
			found[position] = append([]byte(nil), hashes...)
			return nil
		}); err != nil {
			return nil, fmt.Errorf("audit: reading hashes: %w", err)
		}
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			position, level := hashAt(index)
			if len(found[position]) < (level+1)*tlog.HashSize {
				return nil, fmt.Errorf("audit: a hash of position %d is missing", position)
			}
			copy(out[i][:], found[position][level*tlog.HashSize:])
		}
		return out, nil
	})
}

// placed is an entry with its place and what a checkpoint needs.
type placed struct {
	leaf
	Position int64
	Hashes   []byte
	There    bool // the entry itself is
}

// readPlaced are the places from one on, in order, with what stands at each.
func readPlaced(ctx context.Context, db postgres.Reader, from, before int64, most int) ([]placed, error) {
	rows, err := db.Query(ctx, `
		select l.position, l.hashes, l.entry_id, e.id is not null, coalesce(e.at, 'epoch'), coalesce(e.actor_kind, ''), coalesce(e.actor_id, ''),
		  coalesce(e.action, ''), e.person_id, coalesce(e.subject, ''), coalesce(e.detail::text, '')
		from audit_leaf l left join audit_entry e on e.id = l.entry_id
		where l.position >= $1 and l.position < $2 order by l.position limit $3`, from, before, most)
	if err != nil {
		return nil, fmt.Errorf("audit: reading the log: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p placed, err error) {
		err = row.Scan(&p.Position, &p.Hashes, &p.ID, &p.There, &p.At, &p.ActorKind, &p.ActorID, &p.Action, &p.PersonID, &p.Subject, &p.Detail)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("audit: reading the log: %w", err)
	}
	return all, nil
}

// signedAt is a checkpoint as it is kept.
type signedAt struct {
	Size int64
	Note string
}

// readCheckpoints are those of sizes beyond one, up to another.
func readCheckpoints(ctx context.Context, db postgres.Reader, beyond, to int64) ([]signedAt, error) {
	rows, _ := db.Query(ctx, `select size, note from audit_checkpoint where size > $1 and size <= $2 order by size`, beyond, to) // CollectRows gives its error
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[signedAt])
	if err != nil {
		return nil, fmt.Errorf("audit: reading checkpoints: %w", err)
	}
	return all, nil
}

// sizeSigned is the size of the last checkpoint, whatever it says.
func sizeSigned(ctx context.Context, db postgres.Reader) (size int64, err error) {
	if err = db.QueryRow(ctx, `select coalesce(max(size), 0) from audit_checkpoint`).Scan(&size); err != nil {
		err = fmt.Errorf("audit: reading how far the log is signed: %w", err)
	}
	return size, err
}

// firstUnsigned is the first place behind the last checkpoint; -1 if there is none.
func firstUnsigned(ctx context.Context, db postgres.Reader) (position int64, err error) {
	err = db.QueryRow(ctx, `select coalesce(min(position), -1) from audit_leaf where position >= (select coalesce(max(size), 0) from audit_checkpoint)`).Scan(&position)
	if err != nil {
		err = fmt.Errorf("audit: looking behind the last checkpoint: %w", err)
	}
	return position, err
}

// outside is an entry that has no place.
type outside struct {
	ID uuid.UUID
	At *time.Time // nil: it is not there
}

// readStrays are entries that neither have a place nor wait for one, and those that
// wait and are not there: at most so many of each. What moves meanwhile from one
// to the other is seen by one statement in one of them.
func readStrays(ctx context.Context, db postgres.Reader, most int) ([]outside, error) {
	rows, _ := db.Query(ctx, `
		with waiting as (select unnest(entries) as id from audit_unplaced)
		(select e.id, e.at from audit_entry e
		  where not exists (select from audit_leaf l where l.entry_id = e.id) and not exists (select from waiting w where w.id = e.id) order by e.id limit $1)
		union all
		(select w.id, null from waiting w where not exists (select from audit_entry e where e.id = w.id) order by w.id limit $1)`, most) // CollectRows gives its error
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[outside])
	if err != nil {
		return nil, fmt.Errorf("audit: looking for entries without a place: %w", err)
	}
	return all, nil
}

// provable is what a proof of an entry begins with.
type provable struct {
	leaf
	Position   *int64
	Checkpoint string
}

// readProvable is an entry by its number, its place, if it has one, and the last
// checkpoint. IsMissing tells that there is no such entry.
func readProvable(ctx context.Context, db postgres.Reader, id uuid.UUID) (p provable, err error) {
	err = db.QueryRow(ctx, `select `+leafColumns+`, l.position, coalesce((select note from audit_checkpoint order by size desc limit 1), '')
		from audit_entry e left join audit_leaf l on l.entry_id = e.id where e.id = $1`, id).
		Scan(&p.ID, &p.At, &p.ActorKind, &p.ActorID, &p.Action, &p.PersonID, &p.Subject, &p.Detail, &p.Position, &p.Checkpoint)
	if err != nil && !postgres.IsMissing(err) {
		err = fmt.Errorf("audit: reading an entry to prove it: %w", err)
	}
	return p, err
}

// findEntry is the number of the last entry of a deed to something of a person's.
// IsMissing tells that there is none.
func findEntry(ctx context.Context, db postgres.Reader, person uuid.UUID, action, subject string) (id uuid.UUID, err error) {
	err = db.QueryRow(ctx, `select id from audit_entry where person_id = $1 and action = $2 and subject = $3 order by at desc, id desc limit 1`,
		person, action, subject).Scan(&id)
	return id, err
}
