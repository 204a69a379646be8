package mail

import (
	"context"
	"time"

	"plusultra.link/privacy/internal/postgres"
)

// keepNobodys is how long it can be seen that a message went to an address
// that belongs to nobody here; those of people are the register's matter.
const keepNobodys = 30 * 24 * time.Hour

// Sweep deletes the rows that belong to nobody, and what is known of domains that
// nothing was sent to lately. It is safe to run twice, or in
// two portals at once.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.deps.Now()
	if err := deleteQuietDomains(ctx, s.deps.DB.Pool, now.Add(-quietDomain)); err != nil {
		return err
	}
	return deleteNobodys(ctx, s.deps.DB.Pool, now.Add(-keepNobodys))
}

// GiveUpWaiting ends what a restored backup says is still to be sent: most of it
// has been sent since, and nobody can tell which. Each is shown as given up.
func (s *Service) GiveUpWaiting(ctx context.Context, tx postgres.Tx) error {
	return giveUpWaiting(ctx, tx.PGX, s.deps.Now())
}
