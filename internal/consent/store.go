package consent

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/postgres"
)

// querier is the pool or a transaction on it.
type querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// writeSQL is the only statement that writes the ledger: the state, and an
// event for each state that it changed. What stands already as it is asked
// for changes nothing, so it may be sent any number of times; of two at once
// the second waits for the first and finds nothing to do. Nobody's state is
// written for a person who is erased. The order keeps two batches from
// waiting for each other.
const writeSQL = `
with asked as (
  select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::text[])
    as a (person_id, id, at, topic, given, channel, wording, lang)
), changed as (
  insert into consent_state (person_id, topic, given, at, channel)
  select a.person_id, a.topic, a.given, a.at, a.channel
  from asked a
  where exists (select from ` + account.OfPeople + ` where people.person_id = a.person_id)
  order by a.person_id, a.topic
  on conflict (person_id, topic) do update
    set given = excluded.given, at = excluded.at, channel = excluded.channel
    where consent_state.given <> excluded.given
  returning person_id, topic
)
insert into consent_event (person_id, id, at, topic, given, channel, wording, lang)
select a.person_id, a.id, a.at, a.topic, a.given, a.channel, a.wording, a.lang
from changed join asked a using (person_id, topic)`

// write puts events into the ledger, as far as they change anything, and
// tells how many did. There may be one per person and topic.
func write(ctx context.Context, db querier, events []Event) (int64, error) {
	n := len(events)
	persons, ids := make([]uuid.UUID, n), make([]uuid.UUID, n)
	at, given := make([]time.Time, n), make([]bool, n)
	topics, channels, wordings, langs := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	for i, e := range events {
		persons[i], ids[i], at[i], given[i] = e.PersonID, postgres.NewID(), e.At, e.Given
		topics[i], channels[i], wordings[i], langs[i] = e.Topic, string(e.Channel), e.Wording, e.Lang
	}
	tag, err := db.Exec(ctx, writeSQL, persons, ids, at, topics, given, channels, wordings, langs)
	if err != nil {
		return 0, fmt.Errorf("consent: writing %d events: %w", n, err)
	}
	return tag.RowsAffected(), nil
}

// read collects what a person said and how their addresses, and those whose
// hashes are given, stand on the suppression list. Two round trips, whatever
// there is.
func (s *Service) read(ctx context.Context, db querier, person uuid.UUID, hashes [][]byte) (said, error) {
	batch := &pgx.Batch{}
	batch.Queue(`select person_id, topic, given, at, channel from consent_state where person_id = $1`, person)
	batch.Queue(account.AddressesOf, person)
	results := db.SendBatch(ctx, batch)
	states, err := collect(results, pgx.RowToStructByPos[stateRow])
	if err != nil {
		_ = results.Close() // the first error says it all
		return said{}, err
	}
	addresses, err := collect(results, pgx.RowTo[string])
	if err != nil {
		_ = results.Close()
		return said{}, err
	}
	if err := results.Close(); err != nil {
		return said{}, fmt.Errorf("consent: reading: %w", err)
	}
	for _, address := range addresses {
		hashes = append(hashes, s.hashes(address)...)
	}
	rows, err := db.Query(ctx, `select topic, at from suppression where address_hash = any($1)`, hashes)
	if err != nil {
		return said{}, fmt.Errorf("consent: reading suppressions: %w", err)
	}
	suppressions, err := pgx.CollectRows(rows, pgx.RowToStructByPos[suppressionRow])
	if err != nil {
		return said{}, fmt.Errorf("consent: reading suppressions: %w", err)
	}
	return newSaid(states, suppressions), nil
}

func collect[T any](results pgx.BatchResults, as pgx.RowToFunc[T]) ([]T, error) {
	rows, err := results.Query()
	if err != nil {
		return nil, fmt.Errorf("consent: reading: %w", err)
	}
	list, err := pgx.CollectRows(rows, as)
	if err != nil {
		return nil, fmt.Errorf("consent: reading: %w", err)
	}
	return list, nil
}
