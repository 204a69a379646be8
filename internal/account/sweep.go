package account

import (
	"context"
	"fmt"
)

// Sweep deletes what has lapsed: sign-ups that nobody confirmed, proofs that
// nobody used, and sessions. None of them means anything any more. It is safe
// to run twice, or in two portals at once.
func (s *Service) Sweep(ctx context.Context) error {
	for _, table := range []string{"sign_up", "email_proof", "session"} {
		if _, err := s.deps.DB.Pool.Exec(ctx, "delete from "+table+" where expires_at < $1", s.deps.Now()); err != nil {
			return fmt.Errorf("sweeping %s: %w", table, err)
		}
	}
	return nil
}
