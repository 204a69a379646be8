package mail

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/postgres"
)

func insert(ctx context.Context, tx postgres.Tx, row messageRow) error {
	if err := gorm.G[messageRow](tx.Gorm).Create(ctx, &row); err != nil {
		return fmt.Errorf("mail %s: %w", row.Kind, err)
	}
	return nil
}

// insertAll writes messages down, but for those that are there already.
func insertAll(ctx context.Context, tx postgres.Tx, rows []messageRow) (int64, error) {
	people, ids, sealed := make(postgres.UUIDs, len(rows)), make(postgres.UUIDs, len(rows)), make([][]byte, len(rows))
	kinds, topics, langs, domains := make([]string, len(rows)), make([]string, len(rows)), make([]string, len(rows)), make([]string, len(rows))
	addresses, subjects, wordings := make([]string, len(rows)), make([]string, len(rows)), make([]string, len(rows))
	due := make([]time.Time, len(rows))
	for i, row := range rows {
		people[i], ids[i], sealed[i] = postgres.UUID(row.PersonID), postgres.UUID(row.ID), row.Sealed
		kinds[i], topics[i], langs[i], domains[i] = row.Kind, row.Topic, row.Lang, row.Domain
		addresses[i], subjects[i], wordings[i] = row.Address, row.Subject, row.Words
		due[i] = row.DueAt
	}
	tag, err := tx.PGX.Exec(ctx, `insert into mail_message (person_id, id, kind, topic, lang, sealed, domain, address, subject, words, bulk, queued_at, due_at)
		select person_id, id, kind, topic, lang, sealed, domain, address, subject, words, true, $12, due_at
		from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::text[], $8::text[], $9::text[], $10::text[], $11::timestamptz[])
			as m (person_id, id, kind, topic, lang, sealed, domain, address, subject, words, due_at)
		on conflict do nothing`, people, ids, kinds, topics, langs, sealed, domains, addresses, subjects, wordings, due, rows[0].QueuedAt)
	if err != nil {
		return 0, fmt.Errorf("writing mail to many: %w", err)
	}
	return tag.RowsAffected(), nil
}

func find(ctx context.Context, db *gorm.DB, owner, id uuid.UUID) (messageRow, error) {
	return gorm.G[messageRow](db).Where("person_id = ? and id = ?", owner, id).First(ctx)
}

// takeDue holds some messages that are due, that nobody holds, and that one of
// these keys opens, the oldest first. By pgx, as what follows: statements that
// stand alone, and each is a round trip between two messages.
func takeDue(ctx context.Context, db postgres.Writer, holder uuid.UUID, now time.Time, keys [][]byte, limits Limits) ([]messageRow, error) {
	rows, err := db.Query(ctx, `select * from take_mail($1, $2, $3, $4, $5, $6)`, holder, heldFor, now, keys, atOnce, limits)
	if err != nil {
		return nil, fmt.Errorf("taking mail that is due: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[messageRow])
	if err != nil {
		return nil, fmt.Errorf("taking mail that is due: %w", err)
	}
	slices.SortFunc(out, func(a, b messageRow) int { // as they were written, and what goes to everybody last
		if a.Bulk != b.Bulk {
			return map[bool]int{true: 1, false: -1}[a.Bulk]
		}
		return bytes.Compare(a.ID[:], b.ID[:])
	})
	return out, nil
}

// anyDue tells whether takeDue would find a message. No wait is as long as an
// hour: what is due later than that was noted before somebody put the clock
// back, and is due now.
func anyDue(ctx context.Context, db postgres.Writer, now time.Time, keys [][]byte) (any bool, err error) {
	_, err = db.Exec(ctx, `update mail_message set due_at = $1::timestamptz where sealed is not null and holder is null
		and (not bulk and due_at > $1::timestamptz + interval '1 hour' or bulk and due_at > $1::timestamptz + interval '1 hour')`, now)
	if err != nil {
		return false, fmt.Errorf("looking for mail that is due: %w", err)
	}
	const due = `exists (select from mail_message where sealed is not null and holder is null and due_at <= $1 and substring(sealed for 4) = any($2) and `
	err = db.QueryRow(ctx, `select `+due+`not bulk) or `+due+`bulk)`, now, keys).Scan(&any)
	return any, err
}

// keepHeld holds what a worker still has for longer.
func keepHeld(ctx context.Context, db postgres.Writer, holder uuid.UUID) error {
	_, err := db.Exec(ctx, `update mail_message set held_until = clock_timestamp() + $2::interval where holder = $1`, holder, heldFor)
	return err
}

func release(ctx context.Context, db postgres.Writer, holder uuid.UUID) error {
	_, err := db.Exec(ctx, `update mail_message set holder = null, held_until = null where holder = $1`, holder)
	return err
}

// isDead is of what its worker has not asked to keep: it is dead, or the
// database's clock was put back.
const isDead = `not held_until between clock_timestamp() and clock_timestamp() + $1::interval`

// readDead gives workers that seem dead.
func readDead(ctx context.Context, db postgres.Reader) ([]uuid.UUID, error) {
	rows, _ := db.Query(ctx, `select distinct holder from mail_message where holder is not null and `+isDead, heldFor) // CollectRows gives its error
	dead, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("looking for mail that dead workers hold: %w", err)
	}
	return dead, nil
}

// releaseDead takes from some workers what they still have not asked to keep.
func releaseDead(ctx context.Context, db postgres.Writer, dead []uuid.UUID) error {
	_, err := db.Exec(ctx, `update mail_message set holder = null, held_until = null where holder = any ($2) and `+isDead, heldFor, dead)
	return err
}

// setSent notes that messages have gone and wipes them, whoever holds them now.
func setSent(ctx context.Context, db *postgres.DB, gone []*yes) error {
	people, ids, times := make(postgres.UUIDs, len(gone)), make(postgres.UUIDs, len(gone)), make([]time.Time, len(gone))
	for i, y := range gone {
		people[i], ids[i], times[i] = postgres.UUID(y.row.PersonID), postgres.UUID(y.row.ID), y.at
	}
	_, err := db.Planned(ctx, `update mail_message m set sent_at = g.at, sealed = null, domain = '', failed_at = null, failure = '', holder = null, held_until = null
		from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as g (person_id, id, at)
		where m.person_id = g.person_id and m.id = g.id`, people, ids, times)
	return err
}

// setFailed notes a try that failed, if its worker still holds the message.
func setFailed(ctx context.Context, db postgres.Writer, holder uuid.UUID, row messageRow) error {
	_, err := db.Exec(ctx, `update mail_message set sealed = $4, due_at = $5, tries = $6, failed_at = $7, failure = $8, holder = null, held_until = null
		where person_id = $1 and id = $2 and holder = $3`, row.PersonID, row.ID, holder, row.Sealed, row.DueAt, row.Tries, row.FailedAt, row.Failure)
	return err
}

// setDeclined wipes messages that a worker still holds and that nobody wants any more.
func setDeclined(ctx context.Context, db postgres.Writer, holder uuid.UUID, declined []letter, now time.Time) error {
	if len(declined) == 0 {
		return nil
	}
	people, ids := make(postgres.UUIDs, len(declined)), make(postgres.UUIDs, len(declined))
	for i, l := range declined {
		people[i], ids[i] = postgres.UUID(l.PersonID), postgres.UUID(l.ID)
	}
	_, err := db.Exec(ctx, `update mail_message m set sealed = null, failed_at = $4, failure = $5, holder = null, held_until = null
		from unnest($1::uuid[], $2::uuid[]) as d (person_id, id) where m.person_id = d.person_id and m.id = d.id and m.holder = $3`, people, ids, holder, now, Declined)
	if err != nil {
		return fmt.Errorf("wiping mail that was stopped: %w", err)
	}
	return nil
}

// postpone has what a worker still holds wait as long as this one, for the
// same reason.
func postpone(ctx context.Context, db postgres.Writer, holder uuid.UUID, as messageRow) error {
	_, err := db.Exec(ctx, `update mail_message set due_at = $2, failure = $3, holder = null, held_until = null where holder = $1`, holder, as.DueAt, as.Failure)
	return err
}

// noneHeld locks the messages to a person and tells whether nobody sends one.
func noneHeld(ctx context.Context, tx postgres.Tx, person uuid.UUID) (none bool, err error) {
	err = tx.PGX.QueryRow(ctx, `select (select count(*) from mail_message where person_id = $1) =
		(select count(*) from (select from mail_message where person_id = $1 and holder is null for update skip locked) free)`, person).Scan(&none)
	if err != nil {
		return false, fmt.Errorf("looking for mail on its way: %w", err)
	}
	return none, nil
}

func giveUpWaiting(ctx context.Context, db postgres.Writer, now time.Time) error {
	_, err := db.Exec(ctx, `update mail_message set sealed = null, failed_at = $1, failure = $2, holder = null, held_until = null where sealed is not null`, now, Restored)
	if err != nil {
		return fmt.Errorf("giving up mail of a backup: %w", err)
	}
	return nil
}

// deleteNobodys deletes what went to addresses that belong to nobody here.
func deleteNobodys(ctx context.Context, db postgres.Writer, then time.Time) error {
	_, err := db.Exec(ctx, `delete from mail_message where person_id = $1 and sealed is null and queued_at < $2`, uuid.Nil, then)
	if err != nil {
		return fmt.Errorf("sweeping mail of nobody: %w", err)
	}
	return nil
}

// firstWaiting are those that are due first, which what can't be opened soon is.
const (
	firstWaiting = `((` + waitingSQL + `not bulk order by due_at, id limit $1) union all (` + waitingSQL + `bulk order by due_at, id limit $1) limit $1) x`
	waitingSQL   = `select queued_at, failure, substring(sealed for 4) as key from mail_message where sealed is not null and holder is null and `
)

func readWaiting(r *postgres.Reads) *postgres.Tally {
	return postgres.Count(r, `select count(*), min(queued_at) from `+firstWaiting, postgres.CountedTo+1)
}

func readNoKey(r *postgres.Reads, keys [][]byte) *postgres.Tally {
	return postgres.Count(r, `select count(*), min(queued_at) from `+firstWaiting+` where key <> all($2)`, postgres.CountedTo+1, keys)
}

func readDelayed(r *postgres.Reads) *[]Trouble {
	return readTrouble(r, `select failure, count(*), min(queued_at) from `+firstWaiting+` where failure <> '' group by 1 order by 1`, postgres.CountedTo+1)
}

func readFailed(r *postgres.Reads, since time.Time) *[]Trouble {
	return readTrouble(r, `select failure, count(*), max(failed_at) from (select failure, failed_at from mail_message where failed_at > $1 order by failed_at desc limit $2) x
		group by 1 order by 1`, since, postgres.CountedTo+1)
}

func readTrouble(r *postgres.Reads, sql string, args ...any) *[]Trouble {
	all := &[]Trouble{}
	r.Each(func(rows pgx.Rows) error {
		var t Trouble
		err := rows.Scan(&t.Why, &t.Number, &t.At)
		*all = append(*all, t)
		return err
	}, sql, args...)
	return all
}
