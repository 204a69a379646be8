package erasure

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

// byDate tells whether what a step kept goes as a whole on its date. Where rows go
// by their own time, and no later, internal/retention takes them.
func (s *Service) byDate(st Step) bool {
	c, ok := s.deps.Register.Category(st.Category)
	if !ok || st.Action != register.Keep || st.KeepUntil == nil || st.ReleasedAt != nil || len(s.deps.Records.For(c.ID)) == 0 {
		return false
	}
	return c.Erasure.From == register.SinceErasure || c.Retention.From != register.SinceRow ||
		c.Retention.Keep.Before(*st.KeepUntil).Before(c.Erasure.Keep.Before(*st.KeepUntil))
}

// releases is when the next of what is kept goes; nil if nothing waits for a date.
func (s *Service) releases(steps []Step) (next *time.Time) {
	for _, st := range steps {
		if s.byDate(st) && (next == nil || st.KeepUntil.Before(*next)) {
			next = st.KeepUntil
		}
	}
	return next
}

// ReleaseKept takes away what an erasure kept and whose date has come: what the
// workers do, at once. Nobody is written to: no address is known any more, and the
// erasure's page says what went.
func (s *Service) ReleaseKept(ctx context.Context, id uuid.UUID) error {
	return s.deps.Plans.Run(ctx, releaseKind, id)
}

func (s *Service) release(ctx context.Context, tx postgres.Tx, id uuid.UUID, _ jobs.Try) (jobs.Next, error) {
	e, err := find(ctx, tx.Gorm, id)
	if fault.Is(err, fault.NotFound) || err == nil && e.State != Done {
		return jobs.Next{Over: true}, nil
	}
	if err != nil {
		return jobs.Next{}, err
	}
	if held, err := s.held(ctx, tx, e.PersonID); err != nil || held {
		return jobs.Next{After: askAgain}, err
	}
	steps, err := stepsOf(ctx, tx, e)
	if err != nil {
		return jobs.Next{}, err
	}
	now := s.deps.Now()
	for i := range steps {
		st := &steps[i]
		if !s.byDate(*st) || st.KeepUntil.After(now) {
			continue
		}
		n, err := s.deps.Records.Release(ctx, tx, st.Category, e.PersonID, s.deps.Batch)
		if err != nil {
			return jobs.Next{}, fmt.Errorf("releasing %s: %w", st.Category, err)
		}
		if n > 0 {
			return jobs.Next{Rest: s.deps.Rest}, nil
		}
		st.ReleasedAt = &now
		if err := release(ctx, tx, *st); err != nil {
			return jobs.Next{}, err
		}
		if err := s.record(ctx, tx, e, actor(), "erasure.released", map[string]any{"category": st.Category}); err != nil {
			return jobs.Next{}, err
		}
	}
	e.ReleasesAt = s.releases(steps)
	if err := update(ctx, tx, e, "releases_at"); err != nil || e.ReleasesAt == nil {
		return jobs.Next{Over: true}, err
	}
	return jobs.Next{After: e.ReleasesAt.Sub(now)}, nil
}

// ReadSteps adds what an erasure does, or did, to each category.
func (*Service) ReadSteps(r *postgres.Reads, e Erasure) *[]Step { return readSteps(r, e) }

// Kept are the steps that kept something. Where rows go by their own time, the last
// of them went when it came.
func (s *Service) Kept(steps []Step) (kept []Step) {
	for _, st := range steps {
		c, ok := s.deps.Register.Category(st.Category)
		if !ok || st.Action != register.Keep || st.RowsDue == 0 && !s.arisesFromErasure(c) {
			continue
		}
		if !s.byDate(st) && st.ReleasedAt == nil && st.KeepUntil != nil && st.KeepUntil.Before(s.deps.Now()) {
			st.ReleasedAt = st.KeepUntil
		}
		kept = append(kept, st)
	}
	return kept
}
