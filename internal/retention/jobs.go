package retention

import (
	"context"
	"math"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
)

// kind is that of the plans of runs.
const kind = "retention"

func (s *Service) work() []jobs.Work {
	return []jobs.Work{
		{Kind: kind, Queue: jobs.Erasure, Batch: s.batch},
		{Kind: choiceKind, Queue: jobs.Erasure, Batch: s.batchChoice},
	}
}

// Run carries out what is due of a run, or goes on with one that was stopped:
// what the workers do, at once.
func (s *Service) Run(ctx context.Context, id uuid.UUID) error {
	return s.deps.Plans.Run(ctx, kind, id)
}

// batch does what is next for a run: it may be killed anywhere.
func (s *Service) batch(ctx context.Context, tx postgres.Tx, id uuid.UUID, _ jobs.Try) (jobs.Next, error) {
	r, ok, err := find(ctx, tx, id)
	if err != nil || !ok || r.EndedAt != nil {
		return jobs.Next{Over: true}, err
	}
	c, ok := s.deps.Register.Category(r.Rule)
	if !ok || !s.sweeps(c) {
		return s.end(ctx, tx, r, Stopped)
	}
	if c.Retention.Keep.Before(s.deps.Now()).Before(r.Before) { // the clock was put back, or more is kept now
		return s.end(ctx, tx, r, Stopped)
	}
	spared, err := s.deps.Spared(ctx, tx.PGX)
	if err != nil {
		return jobs.Next{}, err
	}
	next, err := s.deps.Records.SweepNext(ctx, tx, r.Rule, record.Sweep{
		Run: r.ID, Before: r.Before, Spared: spared(c), Limit: s.deps.Batch, Rows: r.Rows, Partitions: r.Partitions, Oldest: r.Oldest, Place: r.Place, Resume: r.Resume,
	})
	if err != nil {
		return jobs.Next{}, err
	}
	r.Rows, r.Partitions, r.Oldest, r.Place, r.Resume = next.Rows, next.Partitions, next.Oldest, next.Place, next.Resume
	if next.Over {
		return s.end(ctx, tx, r, Done)
	}
	return jobs.Next{After: next.Wait, Rest: s.deps.Rest}, update(ctx, tx, r)
}

// end ends a run, and the audit log tells of it.
func (s *Service) end(ctx context.Context, tx postgres.Tx, r Run, how Outcome) (jobs.Next, error) {
	now := s.deps.Now()
	if now.Before(r.StartedAt) { // by a clock that was put back
		now = r.StartedAt
	}
	r.EndedAt, r.Outcome = &now, how
	if err := update(ctx, tx, r); err != nil {
		return jobs.Next{Over: true}, err
	}
	said := map[string]any{"category": r.Rule, "kept": r.Keep, "rows": r.Rows, "partitions": r.Partitions, "seconds": math.Round(now.Sub(r.StartedAt).Seconds())}
	if how == Stopped {
		return jobs.Next{Over: true}, audit.Record(ctx, tx, audit.Entry{At: now, Actor: actor(), Action: "retention.stopped", Subject: r.ID.String(), Detail: said})
	}
	return jobs.Next{Over: true}, audit.Record(ctx, tx, audit.Entry{At: now, Actor: actor(), Action: "retention.swept", Subject: r.ID.String(), Detail: said})
}
