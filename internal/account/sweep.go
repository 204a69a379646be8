package account

import "context"

// Sweep deletes what has lapsed: sign-ups that nobody confirmed, proofs that
// nobody used, and sessions. None of them means anything any more. It is safe
// to run twice, or in two portals at once.
func (s *Service) Sweep(ctx context.Context) error {
	return deleteLapsed(ctx, s.deps.DB.Pool, s.deps.Now())
}
