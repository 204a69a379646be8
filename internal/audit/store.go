package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

const rowsAtOnce = 500 // of one statement

// insertSQL adds entries, and unplacedSQL has the sequencer find them: those of one
// statement in one row, for which nothing is looked up.
const (
	insertSQL = `insert into audit_entry (id, at, actor_kind, actor_id, action, person_id, subject, detail)
		select * from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::jsonb[])`
	unplacedSQL = `insert into audit_unplaced (entries) values ($1)`
)

func insert(ctx context.Context, tx postgres.Tx, rows []entryRow) error {
	n := len(rows)
	ids, persons, at := make([]uuid.UUID, n), make([]*uuid.UUID, n), make([]time.Time, n)
	kinds, actors, actions, subjects, details := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	for i, r := range rows {
		detail, err := json.Marshal(r.Detail)
		if err != nil {
			return fmt.Errorf("audit %s: %w", r.Action, err)
		}
		ids[i], at[i], kinds[i], actors[i], actions[i], persons[i], subjects[i], details[i] = r.ID, r.At, string(r.ActorKind), r.ActorID, r.Action, r.PersonID, r.Subject, string(detail)
	}
	var both pgx.Batch // one round trip
	both.Queue(insertSQL, ids, at, kinds, actors, actions, persons, subjects, details)
	both.Queue(unplacedSQL, ids)
	if err := tx.PGX.SendBatch(ctx, &both).Close(); err != nil {
		return fmt.Errorf("audit %s: %w", rows[0].Action, err)
	}
	return nil
}

// readPage reads a page of the log, and one row more if there is another.
func readPage(r *postgres.Reads, f Filter, after Cursor) *[]entryRow {
	w := &postgres.Where{}
	if f.Staff != uuid.Nil {
		w.And("actor_kind = 'staff' and actor_id = ?", f.Staff.String())
	}
	if f.Noun != "" {
		w.And("split_part(action, '.', 1) = ?", f.Noun)
	}
	if after != (Cursor{}) {
		w.And("(at, id) < (?, ?)", after.At, after.ID)
	}
	return postgres.Rows[entryRow](r, w.String()+" order by at desc, id desc limit "+w.Bind(perPage+1), w.Args...)
}

// readOf reads a person's entries of what was done to some nouns.
func readOf(r *postgres.Reads, person uuid.UUID, nouns []string, since time.Time, limit int) *[]entryRow {
	return postgres.Rows[entryRow](r, `where person_id = $1 and at >= $2 and split_part(action, '.', 1) = any($3) order by at desc, id desc limit $4`,
		person, since, nouns, limit)
}
