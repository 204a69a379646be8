package mailing

import (
	"context"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
)

// Sized makes batches of a service smaller.
func Sized(s *Service, batch int) *Service {
	s.deps.Batch = batch
	return s
}

// Batch writes the letters to the next people.
func Batch(ctx context.Context, s *Service, tx postgres.Tx, id uuid.UUID) (jobs.Next, error) {
	return s.batch(ctx, tx, id, jobs.Try{})
}
