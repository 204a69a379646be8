package notice

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
)

const (
	// kind is that of the plans of days on which a version comes into force.
	kind = "policy"
	// atOnce is how many yeses lapse in one batch.
	atOnce = 2000
	pause  = 10 * time.Millisecond
)

// work waits where the clock has leapt: no line of the ledger is taken back.
func (s *Service) work() jobs.Work {
	return jobs.Work{Kind: kind, Queue: jobs.Erasure, Batch: s.batch}
}

// planOf is the plan of the day on which a version comes into force.
func planOf(version string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("policy "+version))
}

// Run does what is due of a version that has come into force: what the workers do,
// at once.
func (s *Service) Run(ctx context.Context, version string) error {
	return s.deps.Plans.Run(ctx, kind, planOf(version))
}

// batch lets some of the yeses lapse that count no more since a version is in force.
// It may be killed anywhere: what has lapsed is no yes any more.
func (s *Service) batch(ctx context.Context, tx postgres.Tx, id uuid.UUID, _ jobs.Try) (jobs.Next, error) {
	reads := tx.Reads()
	published := s.ReadPublished(reads)
	if err := reads.Send(ctx); err != nil {
		return jobs.Next{}, err
	}
	for _, v := range *published {
		if planOf(v.ID) != id || len(v.Renews) == 0 {
			continue
		}
		begins := s.begins(v.Effective)
		if wait := begins.Sub(s.deps.Now()); wait > 0 { // by a clock that was put back
			return jobs.Next{After: wait}, nil
		}
		n, err := s.deps.Lapse(ctx, tx, v.Renews, begins, atOnce)
		return jobs.Next{Over: n == 0, Rest: pause}, err
	}
	return jobs.Next{Over: true}, nil // it was taken back
}
