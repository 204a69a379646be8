package mail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

func readKept(r *postgres.Reads, person uuid.UUID, after KeptCursor, limit int) *[]Kept {
	const columns = `select id, kind, address, subject, '', lang, queued_at, sent_at, failed_at, failure from mail_message where person_id = $1`
	if after == (KeptCursor{}) {
		return readKeptRows(r, columns+` order by queued_at desc, id desc limit $2`, person, limit)
	}
	return readKeptRows(r, columns+` and (queued_at, id) < ($3, $4) order by queued_at desc, id desc limit $2`, person, limit, after.At, after.ID)
}

func readOneKept(r *postgres.Reads, person, id uuid.UUID) *[]Kept {
	return readKeptRows(r, `select id, kind, address, subject, words, lang, queued_at, sent_at, failed_at, failure from mail_message where person_id = $1 and id = $2`, person, id)
}

func readKeptRows(r *postgres.Reads, sql string, args ...any) *[]Kept {
	all := &[]Kept{}
	r.Each(func(rows pgx.Rows) error {
		one, err := pgx.RowToStructByPos[Kept](rows)
		*all = append(*all, one)
		return err
	}, sql, args...)
	return all
}

func findGone(ctx context.Context, db postgres.Reader, id uuid.UUID) (g Gone, err error) {
	err = db.QueryRow(ctx, `select case when address = '' then '00000000-0000-0000-0000-000000000000' else person_id end, address, topic, coalesce(sent_at, queued_at)
		from mail_message where id = $1`, id).Scan(&g.Person, &g.Address, &g.Topic, &g.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return g, fault.New(fault.NotFound, "fault.notFound")
	}
	if err != nil {
		return g, fmt.Errorf("looking for a message that came back: %w", err)
	}
	return g, nil
}

func setBounced(ctx context.Context, db postgres.Writer, id uuid.UUID, domain string, why Failure, now time.Time) (bool, error) {
	tag, err := db.Exec(ctx, `update mail_message set failed_at = $2, failure = $3, domain = $4 where id = $1 and sealed is null and failed_at is null`, id, now, why, domain)
	if err != nil {
		return false, fmt.Errorf("noting that a message came back: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// wentOff is when a letter went, and why it came back; empty if it did not.
type wentOff struct {
	At      time.Time
	Failure Failure
}

// lastGone are the letters that went to somebody's address since then, the latest first.
func lastGone(ctx context.Context, db postgres.Reader, g Gone, since time.Time) ([]wentOff, error) {
	rows, _ := db.Query(ctx, `select sent_at, failure from mail_message where person_id = $1 and address = $2 and sent_at > $3 order by sent_at desc, id limit 100`,
		g.Person, g.Address, since) // CollectRows gives its error
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[wentOff])
	if err != nil {
		return nil, fmt.Errorf("looking for letters to an address: %w", err)
	}
	return all, nil
}
