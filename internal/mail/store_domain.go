package mail

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"plusultra.link/privacy/internal/postgres"
)

// slow notes that a domain has asked for less, once for all who were told so at
// the time, and lets others have what a worker still holds for it.
func slow(ctx context.Context, db postgres.Writer, holder uuid.UUID, domain string, now time.Time) error {
	_, err := db.Exec(ctx, `
		with noted as (
			insert into mail_domain as d (domain, minute, taken, strikes, slow_until) values ($2, date_trunc('minute', $3::timestamptz), 0, 1, $3 + $4::interval)
			on conflict (domain) do update set
				strikes = case when d.slow_until > $3 - interval '10 minutes' then least(d.strikes, 10) else 0 end + 1,
				slow_until = $3 + least($5::interval, $4 * power(2, case when d.slow_until > $3 - interval '10 minutes' then least(d.strikes, 10) else 0 end))
			where d.slow_until <= $3)
		update mail_message set holder = null, held_until = null where holder = $1 and domain = $2`, holder, domain, now, slowFirst, slowLongest)
	if err != nil {
		return fmt.Errorf("slowing mail to a domain: %w", err)
	}
	return nil
}

func deleteQuietDomains(ctx context.Context, db postgres.Writer, then time.Time) error {
	_, err := db.Exec(ctx, `delete from mail_domain where minute < $1 and slow_until < $1`, then)
	if err != nil {
		return fmt.Errorf("sweeping quiet domains: %w", err)
	}
	return nil
}

// meant are the letters that a Which is about, that nobody holds.
const meant = `sealed is not null and failure <> '' and holder is null and domain = $1 and failure = $2
	and ($4::uuid = '00000000-0000-0000-0000-000000000000' or person_id = $3 and id = $4)`

func retry(ctx context.Context, db postgres.Writer, w Which, now time.Time) (int64, error) {
	tag, err := db.Exec(ctx, `update mail_message set due_at = $5 where `+meant, w.Domain, w.Why, w.Owner, w.ID, now)
	if err != nil {
		return 0, fmt.Errorf("trying mail again: %w", err)
	}
	if _, err := db.Exec(ctx, `update mail_domain set strikes = 0, slow_until = '-infinity' where domain = $1`, w.Domain); err != nil {
		return 0, fmt.Errorf("trying mail again: %w", err)
	}
	return tag.RowsAffected(), nil
}

func drop(ctx context.Context, db postgres.Writer, w Which, now time.Time) (int64, error) {
	tag, err := db.Exec(ctx, `update mail_message set sealed = null, failed_at = $5, failure = $6 where `+meant, w.Domain, w.Why, w.Owner, w.ID, now, Dropped)
	if err != nil {
		return 0, fmt.Errorf("giving up mail: %w", err)
	}
	return tag.RowsAffected(), nil
}

func readStuck(r *postgres.Reads, limit int) *[]Stuck {
	return readGroups(r, `select domain, failure, count(*), min(queued_at), min(due_at) from mail_message
		where sealed is not null and failure <> '' group by 1, 2 order by 4 limit $1`, limit)
}

func readGivenUp(r *postgres.Reads, since time.Time, limit int) *[]Stuck {
	return readGroups(r, `select domain, failure, count(*), max(failed_at), '-infinity'::timestamptz from (
			select domain, failure, failed_at from mail_message where failed_at > $1 order by failed_at desc limit $3) x
		group by 1, 2 order by 4 desc limit $2`, since, limit, postgres.CountedTo+1)
}

func readGroups(r *postgres.Reads, sql string, args ...any) *[]Stuck {
	all := &[]Stuck{}
	r.Each(func(rows pgx.Rows) error {
		var one Stuck
		var next pgtype.Timestamptz
		err := rows.Scan(&one.Domain, &one.Why, &one.Number, &one.First, &next)
		one.Next = next.Time // none is the zero time
		*all = append(*all, one)
		return err
	}, sql, args...)
	return all
}

func readSlow(r *postgres.Reads, now time.Time, limit int) *[]Slow {
	all := &[]Slow{}
	r.Each(func(rows pgx.Rows) error {
		one, err := pgx.RowToStructByPos[Slow](rows)
		*all = append(*all, one)
		return err
	}, `select domain, slow_until from mail_domain where slow_until > $1 order by 2 desc, 1 limit $2`, now, limit)
	return all
}

func readLetters(r *postgres.Reads, w Which, limit int) *[]StuckLetter {
	all := &[]StuckLetter{}
	r.Each(func(rows pgx.Rows) error {
		one, err := pgx.RowToStructByPos[StuckLetter](rows)
		*all = append(*all, one)
		return err
	}, `select person_id, id, kind, queued_at, due_at, tries from mail_message where `+meant+` order by queued_at, id limit $5`, w.Domain, w.Why, w.Owner, w.ID, limit)
	return all
}
