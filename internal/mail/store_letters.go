package mail

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

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
