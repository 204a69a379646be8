package consent

import (
	"context"
	"fmt"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
)

// replaySQL puts a line of the journal back into the ledger unless it is there,
// and its no into the state, unless something was said since.
const replaySQL = `
with fresh as (
  insert into consent_event (person_id, id, at, topic, given, channel, wording, lang)
  select person_id, $2, $3, $4, false, $5, $6, $7
  from (values ($1::uuid)) a (person_id) ` + account.Shared + `
  on conflict do nothing
  returning *
), unplaced as (
  insert into consent_unplaced (events) select array[id] from fresh
), state as (
  insert into consent_state (person_id, topic, given, at, channel)
  select person_id, topic, given, at, channel from fresh
  on conflict (person_id, topic) do update set given = excluded.given, at = excluded.at, channel = excluded.channel
  where consent_state.at <= excluded.at
)
select count(*) from fresh`

func replay(ctx context.Context, tx postgres.Tx, e journal.Entry) (bool, error) {
	var n int64
	err := tx.PGX.QueryRow(ctx, replaySQL, e.Person, e.ID, e.At, e.Topic, e.Channel, e.Wording, e.Lang).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("consent: replaying a withdrawal: %w", err)
	}
	return n > 0, nil
}

const refillSQL = `insert into ` + journal.Outbox + `
select 'withdrawal', array[at], array[person_id], array[id], topic, channel, wording, lang, null from consent_event where not given and channel <> 'erasure'
union all select 'suppression', array[at], array[null::uuid], array[null::uuid], topic, reason, '', '', array[address_hash] from suppression`

func refill(ctx context.Context, tx postgres.Tx) error {
	if _, err := tx.PGX.Exec(ctx, refillSQL); err != nil {
		return fmt.Errorf("consent: filling the journal: %w", err)
	}
	return nil
}
