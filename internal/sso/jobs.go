package sso

import (
	"context"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
)

// kind is that of the plans of revocations, lapsedKind of the ends of sign-ups
// that nobody finished.
const (
	kind       = "sso.revoke"
	lapsedKind = "sso.endLapsed"
)

// tries are spread over about seven hours: n^4 seconds lie between one and the
// next.
const tries = 10

func (s *Service) work() []jobs.Work {
	failed := func(context.Context, postgres.Tx, uuid.UUID, jobs.Try, error) (jobs.Next, error) {
		return jobs.Next{}, nil
	}
	return []jobs.Work{
		{Kind: kind, Queue: jobs.Default, Tries: tries, Ask: s.endAtProvider, Failed: failed},
		{Kind: lapsedKind, Queue: jobs.Default, Tries: tries, Ask: s.endLapsed, Failed: failed},
	}
}
