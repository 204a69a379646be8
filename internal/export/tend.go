package export

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"time"

	"gocloud.dev/blob"
	"gorm.io/gorm"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/postgres"
)

// stalled is how long a build may give no sign of life before another is
// begun. It says so every half second, and rests or asks again for seconds.
const stalled = 2 * time.Minute

// some is how many exports are looked after at once.
const some = 100

// Tend takes back what has expired, and begins again what a killed portal left
// half built. It may run at any time, in several portals at once.
func (s *Service) Tend(ctx context.Context) error {
	return errors.Join(s.expire(ctx), s.resume(ctx))
}

// expire deletes the file first and says so after: a file without a row is
// swept, a row must not promise a file that is gone.
func (s *Service) expire(ctx context.Context) error {
	due, err := gorm.G[Export](s.DB.Gorm(ctx)).Where("state = ? and expires_at <= ?", Ready, s.Now()).Limit(some).Find(ctx)
	if err != nil {
		return fmt.Errorf("looking for expired exports: %w", err)
	}
	var failed []error // one file that won't go keeps no other here
	for _, e := range due {
		if err := s.drop(ctx, e.BlobKey); err != nil {
			failed = append(failed, err)
			continue
		}
		err := s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
			done := tx.Gorm.Model(&Export{}).Where("person_id = ? and id = ? and state = ?", e.PersonID, e.ID, Ready).
				Updates(map[string]any{"state": Expired, "blob_key": ""})
			if done.Error != nil || done.RowsAffected == 0 {
				return done.Error
			}
			return s.record(ctx, tx, audit.BySystem("export"), e, "export.expired", nil)
		})
		if err != nil {
			failed = append(failed, fmt.Errorf("expiring an export: %w", err))
		}
	}
	return errors.Join(failed...)
}

// resume asks for another job where the one there was has died with its
// portal, or was lost while the export waited. If it lives after all, the claim
// decides between the two.
func (s *Service) resume(ctx context.Context) error {
	var dead []Export
	err := s.DB.Gorm(ctx).Raw(`
		select * from export e where coalesce(touched_at, asked_at) < @quiet and (state = 'building' or state = 'waiting' and not exists (
			select from river_job j where j.kind = @kind and j.args @> jsonb_build_object('id', e.id)
				and j.state in ('available', 'pending', 'retryable', 'scheduled')))
		order by coalesce(touched_at, asked_at) limit @some`,
		sql.Named("quiet", s.Now().Add(-stalled)), sql.Named("kind", buildArgs{}.Kind()), sql.Named("some", some)).Scan(&dead).Error
	if err != nil {
		return fmt.Errorf("looking for stalled exports: %w", err)
	}
	for _, e := range dead {
		err := s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
			done := tx.Gorm.Model(&Export{}).
				Where("person_id = ? and id = ? and state = ? and touched_at is not distinct from ?", e.PersonID, e.ID, e.State, e.TouchedAt).
				Update("touched_at", s.Now())
			if done.Error != nil || done.RowsAffected == 0 {
				return done.Error
			}
			return s.Queue.Again(ctx, tx, buildArgs{e.PersonID, e.ID})
		})
		if err != nil {
			return fmt.Errorf("resuming an export: %w", err)
		}
	}
	return nil
}

// Sweep deletes what lies in the store and no row names: left by a portal that
// was killed, or by somebody's erasure. A build claims its row before it writes,
// so that nothing under way is ever taken for a leftover.
func (s *Service) Sweep(ctx context.Context) error {
	if s.Files == nil {
		return nil
	}
	var failed []error // one file that won't go keeps no other here
	for all := s.Files.List(&blob.ListOptions{Prefix: keyPrefix}); ; {
		found, err := all.Next(ctx)
		if errors.Is(err, io.EOF) {
			return errors.Join(failed...)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("listing files: %w", err), errors.Join(failed...))
		}
		named, err := s.named(ctx, found.Key)
		if err != nil {
			return err
		}
		if !named {
			failed = append(failed, s.drop(ctx, found.Key))
		}
	}
}

// named tells whether a row names the file. A store may add to the key of a
// file that is still being written.
func (s *Service) named(ctx context.Context, key string) (bool, error) {
	if len(key) < keyLength {
		return false, nil // nothing that we wrote has such a name
	}
	n, err := gorm.G[Export](s.DB.Gorm(ctx)).Where("blob_key = ? and state in ?", key[:keyLength], []State{Building, Ready}).Count(ctx, "*")
	if err != nil {
		return false, fmt.Errorf("looking for a file's row: %w", err)
	}
	return n > 0, nil
}
