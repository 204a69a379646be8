package audit

import (
	"context"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
)

// placeKind is that of the one plan by which entries get their places: it stands for
// the whole log, so it names nothing. checkKind is that of the plans by which the log is
// verified for the desk.
const (
	placeKind = "audit.place"
	checkKind = "audit.check"
)

func (s *Service) work() []jobs.Work {
	return []jobs.Work{
		{Kind: placeKind, Queue: jobs.Default, Batch: s.placeBatch, Sweep: s.plan},
		{Kind: checkKind, Queue: jobs.Default, Tries: 3, Ask: s.runCheck, Failed: s.checkFailed},
	}
}

// plan plans the work if any entry waits. The plan itself is what is due then.
func (s *Service) plan(ctx context.Context) (bool, error) {
	waits, err := s.waits(ctx)
	if err != nil || !waits {
		return false, err
	}
	return false, s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		return s.deps.Plans.Add(ctx, tx, placeKind, uuid.Nil, time.Time{})
	})
}

func (s *Service) waits(ctx context.Context) (bool, error) {
	if s.deps.NotesWait != nil {
		if waits, err := s.deps.NotesWait(ctx); err != nil || waits {
			return waits, err
		}
	}
	return anyUnplaced(ctx, s.deps.DB.Pool)
}

func (s *Service) placeBatch(ctx context.Context, tx postgres.Tx, _ uuid.UUID, _ jobs.Try) (jobs.Next, error) {
	more, err := s.placeSome(ctx, tx)
	return jobs.Next{Over: !more, Rest: placeRest}, err
}

func (s *Service) runCheck(ctx context.Context, id uuid.UUID, _ jobs.Try) (jobs.Note, error) {
	c, err := findCheck(ctx, s.deps.DB.Gorm(ctx), id)
	if fault.Is(err, fault.NotFound) || err == nil && c.EndedAt != nil {
		return jobs.Done, nil
	}
	if err != nil {
		return nil, err
	}
	v, err := s.Verify(ctx)
	if err != nil {
		return nil, err
	}
	c.Entries, c.Findings = v.Entries, v.Findings
	return func(ctx context.Context, tx postgres.Tx) (jobs.Next, error) {
		c.EndedAt = new(s.deps.Now())
		if c.Findings == nil {
			c.Findings = []Finding{}
		}
		return jobs.Next{Over: true}, endCheck(ctx, tx, c)
	}, nil
}

// checkFailed lets a check that could not be made go, so that another may begin: it
// found nothing, and nothing is said of the log.
func (*Service) checkFailed(ctx context.Context, tx postgres.Tx, id uuid.UUID, try jobs.Try, _ error) (jobs.Next, error) {
	if !try.Last() {
		return jobs.Next{}, nil
	}
	return jobs.Next{Over: true}, deleteCheck(ctx, tx, id)
}
