package consent

import (
	"context"

	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
)

// Replay makes a no true again that the journal has and a restored database has
// not, and tells whether anything changed. A yes that was given after it stays.
func (s *Service) Replay(ctx context.Context, tx postgres.Tx, e journal.Entry) (bool, error) {
	if e.Kind == journal.Withdrawal {
		return replay(ctx, tx, e)
	}
	n, err := suppress(ctx, tx.PGX, e.Channel, false, listings(e.Hashes, e.Topic, e.At)...)
	return n > 0, err
}

// Refill puts every no that is held into the outbox: for a new journal.
func (*Service) Refill(ctx context.Context, tx postgres.Tx) error { return refill(ctx, tx) }
