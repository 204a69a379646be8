package consent

import (
	"context"
	"fmt"
	"time"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

const (
	unsubscribed = "unsubscribed"
	erased       = "erased"
)

// Suppress puts addresses, by their keyed hashes, on the list of those that
// get no mail. It is what an erasure leaves behind, and may be called again.
// Only their owner's own yes, given afterwards, counts for more.
func (s *Service) Suppress(ctx context.Context, tx postgres.Tx, hashes ...[]byte) error {
	return suppress(ctx, tx.PGX, s.Now(), erased, All, hashes...)
}

// suppress is one statement. An address that was erased stays so; a second
// time changes nothing.
func suppress(ctx context.Context, db querier, now time.Time, reason, topic string, hashes ...[]byte) error {
	_, err := db.Exec(ctx, `
		insert into suppression (address_hash, topic, at, reason)
		select distinct h, $2, $3::timestamptz, $4 from unnest($1::bytea[]) h
		on conflict (address_hash, topic) do update set reason = excluded.reason, at = excluded.at
		where suppression.reason <> excluded.reason and excluded.reason = 'erased'`, hashes, topic, now, reason)
	if err != nil {
		return fmt.Errorf("consent: suppressing: %w", err)
	}
	return nil
}

// lift takes back the last unsubscription of an address, from its topic or
// from everything. What an erasure put there stays.
func (s *Service) lift(ctx context.Context, l Link) error {
	tag, err := s.DB.Pool.Exec(ctx, `
		with ours as (select * from suppression where address_hash = $1 and topic in ($2, $3) and reason = $4)
		delete from suppression s using ours
		where s.address_hash = ours.address_hash and s.topic = ours.topic and ours.at = (select max(at) from ours)`,
		l.Address, l.Topic, All, unsubscribed)
	if err != nil {
		return fmt.Errorf("consent: lifting a suppression: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "consent.nothingToUndo")
	}
	return nil
}
