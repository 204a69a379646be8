package mail

import (
	"context"
	"time"

	"plusultra.link/privacy/internal/postgres"
)

const (
	// lost is when nobody tries to send a message any more: its job had five
	// days, or was killed with its portal in the last try.
	lost = 7 * 24 * time.Hour
	// keepNobodys is how long it can be seen that a message went to an address
	// that belongs to nobody here; those of people are the register's matter.
	keepNobodys = 30 * 24 * time.Hour
)

// Sweep wipes what was never sent, but for what another portal's key may still
// open, and deletes the rows that belong to nobody.
// It is safe to run twice, or in two portals at once.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.deps.Now()
	if err := giveUpLost(ctx, s.deps.DB.Pool, now, now.Add(-lost), s.deps.Ring.OpensWith()); err != nil {
		return err
	}
	return deleteNobodys(ctx, s.deps.DB.Pool, now.Add(-keepNobodys))
}

// GiveUpWaiting ends what a restored backup says is still to be sent: most of it
// has been sent since, and nobody can tell which. Each is shown as given up.
func (s *Service) GiveUpWaiting(ctx context.Context, tx postgres.Tx) error {
	return giveUpWaiting(ctx, tx.PGX, s.deps.Now())
}
