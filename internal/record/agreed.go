package record

import (
	"context"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

// agreed parts rows from those of people who have said no to what it rests on
// that they are taken in (promises P10 and P20). Whose is nobody's is not asked.
func (r *run) agreed(ctx context.Context, tx postgres.Tx, rows []pending, people []uuid.UUID) (kept []pending, refused []Refusal, err error) {
	if len(rows) == 0 {
		return rows, nil, nil
	}
	against, err := r.deps.Refusers(ctx, tx, r.in.Category, people)
	if err != nil || len(against) == 0 {
		return rows, nil, err
	}
	for _, p := range rows {
		if against[people[p.person]] {
			refused = append(refused, Refusal{Line: p.line, Field: personField, Reason: SaidNo})
			continue
		}
		kept = append(kept, p)
	}
	return kept, refused, nil
}
