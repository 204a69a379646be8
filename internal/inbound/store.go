package inbound

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

func count(ctx context.Context, db postgres.Writer, o Outcome, now time.Time) error {
	_, err := db.Exec(ctx, `insert into inbound_mail (day, outcome, number, last_at) values ($1::timestamptz at time zone 'UTC', $2, 1, $1)
		on conflict (day, outcome) do update set number = inbound_mail.number + 1, last_at = greatest(inbound_mail.last_at, excluded.last_at)`, now, o)
	if err != nil {
		return fmt.Errorf("counting mail that came in: %w", err)
	}
	return nil
}

func readTallies(r *postgres.Reads, since time.Time) *[]Tally {
	all := &[]Tally{}
	r.Each(func(rows pgx.Rows) error {
		one, err := pgx.RowToStructByPos[Tally](rows)
		*all = append(*all, one)
		return err
	}, `select outcome, sum(number)::bigint, max(last_at) from inbound_mail where last_at > $1 group by outcome order by outcome`, since)
	return all
}

func deleteOld(ctx context.Context, db postgres.Writer, then time.Time) error {
	_, err := db.Exec(ctx, `delete from inbound_mail where last_at < $1`, then)
	if err != nil {
		return fmt.Errorf("sweeping counts of mail that came in: %w", err)
	}
	return nil
}
