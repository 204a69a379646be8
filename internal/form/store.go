package form

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

// All by pgx: each is one statement that stands alone, on the way of every post.

// insertKept keeps a form, and lets the oldest go if the browser has many.
func insertKept(ctx context.Context, db postgres.Writer, session uuid.UUID, id []byte, at time.Time, sealed []byte) error {
	_, err := db.Exec(ctx, `
		with old as (
		  delete from kept_form where session_id = $1 and id in (select id from kept_form where session_id = $1 order by at desc offset $5)
		)
		insert into kept_form (session_id, id, at, content) values ($1, $2, $3, $4)`, session, id, at, sealed, keptEach-1)
	if err != nil {
		return fmt.Errorf("keeping a form: %w", err)
	}
	return nil
}

// readKept reads what was kept since then.
func readKept(r *postgres.Reads, k *Kept, by string, it any, since time.Time) {
	r.Each(func(rows pgx.Rows) error { return rows.Scan(&k.sealed) },
		`select content from kept_form where session_id = `+by+` and id = $2 and at > $3`, it, k.id, since)
}

func deleteKept(ctx context.Context, db postgres.Writer, session uuid.UUID, id []byte) error {
	if _, err := db.Exec(ctx, `delete from kept_form where session_id = $1 and id = $2`, session, id); err != nil {
		return fmt.Errorf("dropping a kept form: %w", err)
	}
	return nil
}

func deleteLapsed(ctx context.Context, db postgres.Writer, kept, used time.Time) error {
	_, one := db.Exec(ctx, `delete from kept_form where at <= $1`, kept)
	_, other := db.Exec(ctx, `delete from used_form where at <= $1`, used)
	if err := errors.Join(one, other); err != nil {
		return fmt.Errorf("sweeping forms: %w", err)
	}
	return nil
}

// take makes the form's number this sending's. ErrRepeated if it is another's.
func (g *Sending) take(ctx context.Context, tx postgres.Tx) error {
	tag, err := tx.PGX.Exec(ctx, `
		insert into used_form (key, try, at) values ($1, $2, $3)
		on conflict (key) do update set try = used_form.try where used_form.try = excluded.try`, g.key, g.try, g.forms.deps.Now())
	if err != nil {
		return fmt.Errorf("taking a form's number: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrRepeated
	}
	return nil
}

// answer is where another sending of the form led, nil while that is not known.
func (g *Sending) answer(ctx context.Context) (to *string, done bool, err error) {
	err = g.forms.deps.DB.Pool.QueryRow(ctx, `select answer from used_form where key = $1 and try <> $2`, g.key, g.try).Scan(&to)
	if postgres.IsMissing(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("reading where a form led: %w", err)
	}
	return to, true, nil
}

func (g *Sending) setAnswer(ctx context.Context, to string) error {
	_, err := g.forms.deps.DB.Pool.Exec(ctx, `update used_form set answer = $3 where key = $1 and try = $2`, g.key, g.try, to)
	if err != nil {
		return fmt.Errorf("writing where a form led: %w", err)
	}
	return nil
}

func (g *Sending) release(ctx context.Context) error {
	_, err := g.forms.deps.DB.Pool.Exec(ctx, `delete from used_form where key = $1 and try = $2`, g.key, g.try)
	if err != nil {
		return fmt.Errorf("giving a form's number back: %w", err)
	}
	return nil
}
