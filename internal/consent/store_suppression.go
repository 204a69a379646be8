package consent

import (
	"context"
	"fmt"
	"time"

	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
)

// suppressSQL is the only statement that writes the list, and notes what is new
// for the journal ($5), but where an erasure's own entry says it, or the journal
// itself has said it.
const suppressSQL = `
with changed as (
  insert into suppression (address_hash, topic, at, reason)
  select distinct h, $2, $3::timestamptz, $4 from unnest($1::bytea[]) h
  on conflict (address_hash, topic) do update set reason = excluded.reason, at = excluded.at
  where suppression.reason <> excluded.reason and excluded.reason = 'erased'
  returning address_hash
), noted as (
  insert into ` + journal.Outbox + `
  select 'suppression', array[$3], array[null::uuid], array[null::uuid], $2, $4, '', '', array[address_hash] from changed where $5
)
select count(*) from changed`

// suppress is one statement. An address that was erased stays so; a second
// time changes nothing. It tells how many are new on the list.
func suppress(ctx context.Context, db postgres.Writer, now time.Time, reason, topic string, noted bool, hashes ...[]byte) (n int64, err error) {
	if err = db.QueryRow(ctx, suppressSQL, hashes, topic, now, reason, noted).Scan(&n); err != nil {
		return 0, fmt.Errorf("consent: suppressing: %w", err)
	}
	return n, nil
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
// those about every topic, and those that an erasure left.
type suppressions struct{ any, all, erased int }

func countSuppressions(ctx context.Context, db postgres.Reader, l Link) (n suppressions, err error) {
	err = db.QueryRow(ctx, `
		select count(*), count(*) filter (where topic = $3), count(*) filter (where reason = $4)
		from suppression where address_hash = $1 and topic in ($2, $3)`, l.Address, l.Topic, All, erased).Scan(&n.any, &n.all, &n.erased)
	if err != nil {
		return n, fmt.Errorf("consent: reading a suppression: %w", err)
	}
	return n, nil
}
