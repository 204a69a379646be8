package consent

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

// placeMost is how many lines get their places in one transaction, but for those of one
// statement more.
const placeMost = 2000

// placeSQL gives places to lines that have none, and tells what they say. A line
// that has gone since gets none.
const placeSQL = `
with first as (
  select ctid as at, cardinality(events) as n from consent_unplaced limit $1
), few as (
  select at from (select at, sum(n) over (order by at) - n as before from first) s where before < $1
), taken as (
  delete from consent_unplaced where ctid = any (array(select at from few)) returning events
), lines as (
  select e.person_id, e.id, e.at, e.topic, e.given, e.channel, e.lang, e.wording from taken cross join unnest(events) u(id) join consent_event e using (id)
), placed as (
  insert into consent_place (position, event_id)
  select nextval('consent_position'), id from (select id from lines order by at, id) ordered
)
select person_id, id, at, topic, given, channel, lang, wording from lines order by at, id`

// place is done by one at a time: the next sees what this one has committed. It
// gives the lines that got their place, and tells whether there may be more.
func place(ctx context.Context, tx postgres.Tx) (lines []Event, more bool, err error) {
	if _, err = tx.PGX.Exec(ctx, "select pg_advisory_xact_lock(hashtextextended('portal consent place', 0))"); err != nil {
		return nil, false, fmt.Errorf("consent: waiting to place: %w", err)
	}
	rows, _ := tx.PGX.Query(ctx, placeSQL, placeMost) // CollectRows gives its error
	if lines, err = pgx.CollectRows(rows, pgx.RowToStructByNameLax[Event]); err != nil {
		return nil, false, fmt.Errorf("consent: placing: %w", err)
	}
	more, err = anyUnplaced(ctx, tx.PGX)
	return lines, more, err
}

// anyUnplaced tells whether a line has no place.
func anyUnplaced(ctx context.Context, db postgres.Reader) (any bool, err error) {
	if err = db.QueryRow(ctx, "select exists (select from consent_unplaced)").Scan(&any); err != nil {
		err = fmt.Errorf("consent: looking for what has no place: %w", err)
	}
	return any, err
}

// hasPlace tells whether a cursor is of this ledger: its line stands there, or
// stood there and has gone with its person.
func hasPlace(ctx context.Context, db postgres.Reader, c Cursor) (bool, error) {
	if c.position == 0 {
		return true, nil
	}
	var last int64
	var id *uuid.UUID
	err := db.QueryRow(ctx, `select coalesce(pg_sequence_last_value('consent_position'), 0), (select event_id from consent_place where position = $1)`, c.position).Scan(&last, &id)
	if err != nil {
		return false, fmt.Errorf("consent: looking for a place: %w", err)
	}
	return c.position <= last && (id == nil || checkOf(*id) == c.check), nil
}

func readChanges(ctx context.Context, db postgres.Reader, after int64, most int) ([]Change, error) {
	rows, _ := db.Query(ctx, `
		select p.position, e.id, e.person_id, e.topic, e.given, e.channel, e.at, e.wording
		from consent_place p join consent_event e on e.id = p.event_id
		where p.position > $1 order by p.position limit $2`, after, most) // CollectRows gives its error
	changes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Change, error) {
		c, err := pgx.RowToStructByPos[Change](row)
		c.Wording = Version(c.Wording)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("consent: reading changes: %w", err)
	}
	return changes, nil
}

func lastCursor(ctx context.Context, db postgres.Reader) (Cursor, error) {
	var last Change
	err := db.QueryRow(ctx, "select position, event_id from consent_place order by position desc limit 1").Scan(&last.Position, &last.ID)
	switch {
	case postgres.IsMissing(err):
		return Cursor{}, nil
	case err != nil:
		return Cursor{}, fmt.Errorf("consent: looking for the last place: %w", err)
	}
	return last.Cursor(), nil
}
