package breach

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres"
)

const columns = `id, state, found_at, nature, categories, people, consequences, measures, high_risk, version, noted_by, noted_at, told_at, reference, late, closed_at, reason`

func scan(row pgx.Row) (b Breach, err error) {
	err = row.Scan(&b.ID, &b.State, &b.FoundAt, &b.Nature, &b.Categories, &b.People, &b.Consequences, &b.Measures, &b.HighRisk, &b.Version, &b.NotedBy, &b.NotedAt,
		&b.ToldAt, &b.Reference, &b.Late, &b.ClosedAt, &b.Reason)
	return b, err
}

// shown is how many breaches the desk lists.
const shown = 100

func readAll(r *postgres.Reads) *[]Breach {
	return read(r, `select `+columns+` from breach order by state = 'open' desc, found_at desc, id limit $1`, shown)
}

func readOpen(r *postgres.Reads) *[]Breach {
	return read(r, `select `+columns+` from breach where state = 'open' order by found_at, id limit $1`, shown)
}

func readOne(r *postgres.Reads, id uuid.UUID) *[]Breach {
	return read(r, `select `+columns+` from breach where id = $1`, id)
}

func read(r *postgres.Reads, sql string, args ...any) *[]Breach {
	all := &[]Breach{}
	r.Each(func(rows pgx.Rows) error {
		b, err := scan(rows)
		*all = append(*all, b)
		return err
	}, sql, args...)
	return all
}

// lock reads a breach and keeps others from it; false if there is none.
func lock(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Breach, bool, error) {
	b, err := scan(tx.PGX.QueryRow(ctx, `select `+columns+` from breach where id = $1 for update of breach`, id))
	if errors.Is(err, pgx.ErrNoRows) {
		return b, false, nil
	}
	if err != nil {
		return b, false, fmt.Errorf("reading a breach: %w", err)
	}
	return b, true, nil
}

func insert(ctx context.Context, tx postgres.Tx, b Breach) error {
	_, err := tx.PGX.Exec(ctx, `insert into breach (id, state, found_at, nature, categories, people, consequences, measures, high_risk, version, noted_by, noted_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		b.ID, b.State, b.FoundAt, b.Nature, b.Categories, b.People, b.Consequences, b.Measures, b.HighRisk, b.Version, b.NotedBy, b.NotedAt)
	if err != nil {
		return fmt.Errorf("noting a breach: %w", err)
	}
	return nil
}

func update(ctx context.Context, tx postgres.Tx, b Breach) error {
	_, err := tx.PGX.Exec(ctx, `update breach set state = $2, nature = $3, categories = $4, people = $5, consequences = $6, measures = $7, high_risk = $8, version = $9,
		told_at = $10, reference = $11, late = $12, closed_at = $13, reason = $14 where id = $1`,
		b.ID, b.State, b.Nature, b.Categories, b.People, b.Consequences, b.Measures, b.HighRisk, b.Version, b.ToldAt, b.Reference, b.Late, b.ClosedAt, b.Reason)
	if err != nil {
		return fmt.Errorf("amending a breach: %w", err)
	}
	return nil
}
