package account

import (
	"context"
	"fmt"
)

// Sweep deletes what has lapsed: sign-ups that nobody confirmed, proofs that
// nobody used, sessions, and round trips to sign-in services. None of them
// means anything any more, but a sign-up by a service, whose grant a job ends
// first. It is safe to run twice, or in two portals at once.
func (s *Service) Sweep(ctx context.Context) error {
	for _, table := range []string{"sign_up", "email_proof", "session", "sso_attempt"} {
		var but string
		if table == "sso_attempt" {
			but = " and purpose <> 'sign-up'"
		}
		if _, err := s.DB.Pool.Exec(ctx, "delete from "+table+" where expires_at < $1"+but, s.Now()); err != nil {
			return fmt.Errorf("sweeping %s: %w", table, err)
		}
	}
	return nil
}
