package mail

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
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
	now := s.Now()
	_, err := s.DB.Pool.Exec(ctx, `update mail_message set sealed = null, failed_at = $1, failure = $2
		where sealed is not null and queued_at < $3 and substring(sealed for 4) = any($4)`, now, notTaken, now.Add(-lost), s.Ring.OpensWith())
	if err != nil {
		return fmt.Errorf("sweeping lost mail: %w", err)
	}
	_, err = s.DB.Pool.Exec(ctx, `delete from mail_message where person_id = $1 and sealed is null and queued_at < $2`, uuid.Nil, now.Add(-keepNobodys))
	if err != nil {
		return fmt.Errorf("sweeping mail of nobody: %w", err)
	}
	return nil
}
