package consent

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
)

// suppressSQL is the only statement that writes the list, and notes what is new
// for the journal ($5), but where an erasure's own entry says it, or the journal
// itself has said it.
const suppressSQL = `
with asked as (
  select distinct on (h, topic) h, topic, at from unnest($1::bytea[], $2::text[], $3::timestamptz[]) a (h, topic, at) order by h, topic, at
), changed as (
  insert into suppression (address_hash, topic, at, reason)
  select h, topic, at, $4 from asked
  on conflict (address_hash, topic) do update set reason = excluded.reason, at = excluded.at
  where suppression.reason <> 'erased' and (excluded.reason = 'erased' or excluded.reason in ('bounced', 'complained') and excluded.at > suppression.at)
  returning address_hash, topic, at
), noted as (
  insert into ` + journal.Outbox + `
  select 'suppression', array[at], array[null::uuid], array[null::uuid], topic, $4, '', '', array[address_hash] from changed where $5
)
select count(*) from changed`

// listing is one address to put on the list, by its keyed hash.
type listing struct {
	hash  []byte
	topic string
	at    time.Time
}

// suppress is one statement. An address that was erased stays so; what its
// mailbox says counts from the last time; all else said a second time changes nothing. It tells how many are new on the list.
func suppress(ctx context.Context, db postgres.Writer, reason string, noted bool, all ...listing) (n int64, err error) {
	hashes, topics, at := make([][]byte, len(all)), make([]string, len(all)), make([]time.Time, len(all))
	for i, l := range all {
		hashes[i], topics[i], at[i] = l.hash, l.topic, l.at
	}
	if err = db.QueryRow(ctx, suppressSQL, hashes, topics, at, reason, noted).Scan(&n); err != nil {
		return 0, fmt.Errorf("consent: suppressing: %w", err)
	}
	return n, nil
}

// listedSince tells whether an address has been on the list for all since a moment or later.
func listedSince(ctx context.Context, db postgres.Reader, hash []byte, at time.Time) (is bool, err error) {
	if err = db.QueryRow(ctx, `select exists (select from suppression where address_hash = $1 and topic = $2 and at >= $3)`, hash, All, at).Scan(&is); err != nil {
		return false, fmt.Errorf("consent: looking for an address on the list: %w", err)
	}
	return is, nil
}

// Suppression is a line of the list.
type Suppression struct {
	Hash   []byte
	Topic  string
	At     time.Time
	Reason string
}

// readSuppressions gives the lines of the list behind one, at most so many.
func readSuppressions(ctx context.Context, db postgres.Reader, after Suppression, most int) ([]Suppression, error) {
	rows, _ := db.Query(ctx, `select address_hash, topic, at, reason from suppression where (address_hash, topic) > ($1, $2) order by address_hash, topic limit $3`,
		after.Hash, after.Topic, most) // CollectRows gives its error
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Suppression])
	if err != nil {
		return nil, fmt.Errorf("consent: reading the suppression list: %w", err)
	}
	return all, nil
}

// lift takes back the last unsubscription of an address, from its topic or
// from everything, and tells whether there was one. What an erasure put there
// stays.
func lift(ctx context.Context, db postgres.Writer, l Link) (bool, error) {
	tag, err := db.Exec(ctx, `
		with ours as (select * from suppression where address_hash = $1 and topic in ($2, $3) and reason = $4)
		delete from suppression s using ours
		where s.address_hash = ours.address_hash and s.topic = ours.topic and ours.at = (select max(at) from ours)`,
		l.Address, l.Topic, All, unsubscribed)
	if err != nil {
		return false, fmt.Errorf("consent: lifting a suppression: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// suppressions are how many rows concern an address and a topic: all that do,
// those about every topic, and those that no link takes back.
type suppressions struct{ any, all, lasting int }

func countSuppressions(ctx context.Context, db postgres.Reader, l Link) (n suppressions, err error) {
	err = db.QueryRow(ctx, `
		select count(*), count(*) filter (where topic = $3), count(*) filter (where reason <> $4)
		from suppression where address_hash = $1 and topic in ($2, $3)`, l.Address, l.Topic, All, unsubscribed).Scan(&n.any, &n.all, &n.lasting)
	if err != nil {
		return n, fmt.Errorf("consent: reading a suppression: %w", err)
	}
	return n, nil
}
