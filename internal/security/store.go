package security

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"plusultra.link/privacy/internal/postgres"
)

const foreignKeyViolation = "23503"

// add counts an attempt. The foreign key lets a row go with its person; of
// somebody who has just gone nothing is written.
func add(ctx context.Context, pool *pgxpool.Pool, a Attempt, account, source []byte, now time.Time) error {
	var person *uuid.UUID
	if a.Account.Person != uuid.Nil {
		person = &a.Account.Person
	}
	_, err := pool.Exec(ctx, `insert into security_event (hour, door, outcome, account, source, person_id, at, times) values ($1, $2, $3, $4, $5, $6, $7, 1)
		on conflict (account, source, door, outcome, hour) do update set times = security_event.times + 1, at = greatest(security_event.at, excluded.at)`,
		now.Truncate(time.Hour), a.Door, a.Outcome, account, source, person, now)
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == foreignKeyViolation {
		return nil
	}
	if err != nil {
		return fmt.Errorf("noting a failed attempt: %w", err)
	}
	return nil
}

func readOf(r *postgres.Reads, person uuid.UUID, since time.Time, limit int) *[]Event {
	all := &[]Event{}
	r.Each(func(rows pgx.Rows) error {
		e, err := pgx.RowToStructByPos[Event](rows)
		*all = append(*all, e)
		return err
	}, `select door, outcome, max(at), sum(times)::int from security_event where person_id = $1 and at >= $2 and hour > $2::timestamptz - interval '1 hour'
		group by hour, door, outcome order by max(at) desc limit $3`, person, since, limit)
	return all
}

const tried = `select left(encode(%[1]s, 'hex'), 12), bool_or(door = any($1)), %[3]s, sum(times)::int, count(distinct %[2]s)::int, max(at)
	from security_event where at >= $2 and hour > $2::timestamptz - interval '1 hour' and ($3 = '' or door = $3) and ($4 = '' or outcome = $4) and %[1]s <> ''
	group by %[1]s order by 4 desc, 5 desc, 1 limit $5`

func triedMost(ctx context.Context, db postgres.Reader, f Filter, limit int) ([]Tried, error) {
	sql := fmt.Sprintf(tried, "account", "source", "bool_or(person_id is not null or door = any($1))")
	if f.ByNetwork {
		sql = fmt.Sprintf(tried, "source", "account", "false")
	}
	rows, err := db.Query(ctx, sql, []Door{StaffSignIn, StaffCode, Invitation}, f.Since, f.Door, f.Outcome, limit)
	if err != nil {
		return nil, fmt.Errorf("reading who was tried: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Tried])
	if err != nil {
		return nil, fmt.Errorf("reading who was tried: %w", err)
	}
	return all, nil
}
