package record

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

// agreed parts rows from those of people who have said no to what it rests on
// that they are taken in, or are too young to say yes (promises P10, P20 and P21). Whose is nobody's is not asked.
func (r *run) agreed(ctx context.Context, tx postgres.Tx, rows []pending, people []uuid.UUID) (kept []pending, refused []Refusal, err error) {
	if len(rows) == 0 {
		return rows, nil, nil
	}
	against, err := r.deps.Refusers(ctx, tx, r.in.Category, people)
	if err != nil || len(against) == 0 {
		return rows, nil, err
	}
	for _, p := range rows {
		if why := against[people[p.person]]; why != "" {
			refused = append(refused, Refusal{Line: p.line, Field: personField, Reason: why})
			continue
		}
		kept = append(kept, p)
	}
	return kept, refused, nil
}

// Bar is a time of which no row of somebody's is taken in, and why.
type Bar struct {
	Period

	Reason Reason
}

// wanted parts rows from those of a time that the person whom they are about had
// deleted, or wants kept no longer (promises P22 and P23).
func (r *run) wanted(ctx context.Context, tx postgres.Tx, rows []pending, people []uuid.UUID) (kept []pending, refused []Refusal, err error) {
	if len(rows) == 0 || r.deps.Barred == nil {
		return rows, nil, nil
	}
	bars, err := r.deps.Barred(ctx, tx, r.in.Category, people)
	if err != nil || len(bars) == 0 {
		return rows, nil, err
	}
	for _, p := range rows {
		bar := slices.IndexFunc(bars[people[p.person]], func(b Bar) bool { return b.Covers(p.at) })
		if bar >= 0 {
			refused = append(refused, Refusal{Line: p.line, Field: r.into.holding.Time, Reason: bars[people[p.person]][bar].Reason})
			continue
		}
		kept = append(kept, p)
	}
	return kept, refused, nil
}
