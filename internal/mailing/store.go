package mailing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

const columns = `id, kind, breach, state, topic, version, subject, body, whom, among, unknown, unknown_lines, size, drafted_by, drafted_at,
	edition, counted_at, begun_by, begun_at, ended_at, resume, would, written, passed, listed`

func scan(row pgx.Row) (m Mailing, err error) {
	var subject, body []byte
	err = row.Scan(&m.ID, &m.Kind, &m.Breach, &m.State, &m.Topic, &m.Version, &subject, &body, &m.Whom, &m.Among, &m.Unknown, &m.Lines, &m.Size, &m.DraftedBy, &m.DraftedAt,
		&m.Edition, &m.CountedAt, &m.BegunBy, &m.BegunAt, &m.EndedAt, &m.Resume, &m.Would, &m.Written, &m.Passed, &m.Listed)
	if err == nil {
		err = errors.Join(json.Unmarshal(subject, &m.Subject), json.Unmarshal(body, &m.Body))
	}
	return m, err
}

// shown is how many mailings the desk lists.
const shown = 100

func readAll(r *postgres.Reads) *[]Mailing {
	return read(r, `select `+columns+` from mailing order by drafted_at desc, id limit $1`, shown)
}

func readOne(r *postgres.Reads, id uuid.UUID) *[]Mailing {
	return read(r, `select `+columns+` from mailing where id = $1`, id)
}

func readOfBreach(r *postgres.Reads, breach uuid.UUID) *[]Mailing {
	return read(r, `select `+columns+` from mailing where breach = $1 order by drafted_at desc, id limit $2`, breach, shown)
}

func read(r *postgres.Reads, sql string, args ...any) *[]Mailing {
	all := &[]Mailing{}
	r.Each(func(rows pgx.Rows) error {
		m, err := scan(rows)
		*all = append(*all, m)
		return err
	}, sql, args...)
	return all
}

// lock reads a mailing and keeps others from it; false if there is none.
func lock(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Mailing, bool, error) {
	m, err := scan(tx.PGX.QueryRow(ctx, `select `+columns+` from mailing where id = $1 for update of mailing`, id))
	if errors.Is(err, pgx.ErrNoRows) {
		return m, false, nil
	}
	if err != nil {
		return m, false, fmt.Errorf("reading a mailing: %w", err)
	}
	return m, true, nil
}

func insert(ctx context.Context, tx postgres.Tx, m Mailing) error {
	_, err := tx.PGX.Exec(ctx, `insert into mailing (id, kind, breach, state, topic, version, subject, body, whom, among, unknown, unknown_lines, size, drafted_by, drafted_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		m.ID, m.Kind, m.Breach, m.State, m.Topic, m.Version, m.Subject, m.Body, m.Whom, m.Among, m.Unknown, m.Lines, m.Size, m.DraftedBy, m.DraftedAt)
	if err != nil {
		return fmt.Errorf("drafting a mailing: %w", err)
	}
	return nil
}

// rewrite notes what a draft says now, and to whom.
func rewrite(ctx context.Context, tx postgres.Tx, m Mailing) error {
	_, err := tx.PGX.Exec(ctx, `update mailing set topic = $2, version = $3, subject = $4, body = $5, whom = $6, among = $7, unknown = $8, unknown_lines = $9, size = $10,
		drafted_by = $11, drafted_at = $12, edition = $13 where id = $1`,
		m.ID, m.Topic, m.Version, m.Subject, m.Body, m.Whom, m.Among, m.Unknown, m.Lines, m.Size, m.DraftedBy, m.DraftedAt, m.Edition)
	if err != nil {
		return fmt.Errorf("editing a mailing: %w", err)
	}
	return update(ctx, tx, m)
}

// update notes where a mailing stands, and how far it is.
func update(ctx context.Context, tx postgres.Tx, m Mailing) error {
	_, err := tx.PGX.Exec(ctx, `update mailing set state = $2, begun_by = $3, begun_at = $4, ended_at = $5, resume = $6, written = $7, passed = $8, listed = $9, would = $10,
		counted_at = $11, size = $12 where id = $1`,
		m.ID, m.State, m.BegunBy, m.BegunAt, m.EndedAt, m.Resume, m.Written, m.Passed, m.Listed, m.Would, m.CountedAt, m.Size)
	if err != nil {
		return fmt.Errorf("noting how far a mailing is: %w", err)
	}
	return nil
}

// name notes whom a list names.
func name(ctx context.Context, tx postgres.Tx, m Mailing, people []uuid.UUID) error {
	named := postgres.UUIDsOf(people)
	_, err := tx.PGX.Exec(ctx, `insert into mailing_person (person_id, mailing_id, named_at) select distinct id, $2::uuid, $3::timestamptz from unnest($1::uuid[]) as n (id)`,
		named, m.ID, m.DraftedAt)
	if err != nil {
		return fmt.Errorf("naming whom a mailing is for: %w", err)
	}
	return nil
}

// nextNamed are the next people of a list after one.
func nextNamed(ctx context.Context, tx postgres.Tx, id, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	rows, _ := tx.PGX.Query(ctx, `select person_id from mailing_person where mailing_id = $1 and person_id > $2 order by person_id limit $3`, id, after, limit) // CollectRows gives its error
	people, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("reading whom a mailing is for: %w", err)
	}
	return people, nil
}

// forget deletes the list of a mailing that is over.
func forget(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	if _, err := tx.PGX.Exec(ctx, `delete from mailing_person where mailing_id = $1`, id); err != nil {
		return fmt.Errorf("forgetting whom a mailing was for: %w", err)
	}
	return nil
}
