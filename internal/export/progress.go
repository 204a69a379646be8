package export

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	tellEvery  = 500 * time.Millisecond
	aliveEvery = 2 * time.Second
)

// done counts rows, and says so now and then.
func (b *build) done(ctx context.Context, n int64) error {
	b.RowsDone += n
	if time.Since(b.told) < tellEvery {
		return nil
	}
	return b.tell(ctx)
}

// alive says now and then that a build lives, whatever it waits for: a store may
// take minutes for what it is handed, and for ending a file. The function it
// gives ends that.
func (b *build) alive(ctx context.Context) func() {
	ctx, cancel := context.WithCancel(ctx)
	var ended sync.WaitGroup
	ended.Go(func() {
		beat := time.NewTicker(aliveEvery)
		defer beat.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-beat.C:
			}
			_, err := b.service.DB.Pool.Exec(ctx, `update export set touched_at = $4 where person_id = $1 and id = $2 and blob_key = $3 and state = 'building'`,
				b.PersonID, b.ID, b.BlobKey, b.service.Now())
			if err != nil && ctx.Err() == nil {
				b.service.Log.WarnContext(ctx, "an export's sign of life", "export", b.ID, "cause", err)
			}
		}
	})
	return func() { cancel(); ended.Wait() }
}

func (b *build) tell(ctx context.Context) error {
	b.told = time.Now() //nolint:forbidigo // how much time passes, not what time it is
	b.RowsTotal = max(b.RowsTotal, b.RowsDone)
	tag, err := b.service.DB.Pool.Exec(ctx, `update export set rows_done = $4, rows_total = $5, touched_at = $6
		where person_id = $1 and id = $2 and blob_key = $3 and state = 'building'`,
		b.PersonID, b.ID, b.BlobKey, b.RowsDone, b.RowsTotal, b.service.Now())
	if err != nil {
		return fmt.Errorf("telling an export's progress: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return errTaken
	}
	return nil
}
