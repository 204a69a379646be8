package export

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gocloud.dev/gcerrors"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/views/text"
)

const (
	keyPrefix = "export/"
	saltSize  = 16
	keyLength = len(keyPrefix) + 36 + 1 + 2*saltSize

	clearWithin = 10 * time.Second
)

func newSalt() []byte {
	salt := make([]byte, saltSize)
	rand.Read(salt)
	return salt
}

// errTaken says that a later build has claimed the export, or that it is gone.
var errTaken = errors.New("another build has this export, or it is gone")

// Try is which of how many tries a build is.
type Try = jobs.Try

// Build makes an archive. It may be called at any time, by anybody, also while
// another build of the same export runs or lies dead: that one's claim ends.
// On an error nothing is left behind; before the last try the export waits to
// be tried again, after it the person is told that it failed.
func (s *Service) Build(ctx context.Context, person, id uuid.UUID, try Try) error {
	b := &build{service: s, person: person, last: try.Last()}
	before, err := s.claim(ctx, b, id)
	if errors.Is(err, errTaken) {
		return nil // finished, failed or erased
	}
	if err != nil {
		return err
	}
	if err := s.drop(ctx, before); err != nil { // no reason to go without a copy: it is swept later
		s.Log.WarnContext(ctx, "what an earlier build of an export left is still there", "export", b.ID, "cause", err)
	}
	if err := s.try(ctx, b); err != nil {
		return s.release(ctx, b, err)
	}
	return nil
}

// release gives the export back after a try that failed: to wait for the next
// one, or to be told of after the last. A portal that stops has used up no try;
// a build that took too long has. The file goes once no row names it and not
// before: a commit may have got through although its answer was lost.
func (s *Service) release(ctx context.Context, b *build, cause error) error {
	clearing, cancel := context.WithTimeout(context.WithoutCancel(ctx), clearWithin)
	defer cancel()
	stopped := errors.Is(ctx.Err(), context.Canceled)
	var err error
	switch {
	case errors.Is(cause, errTaken):
		return s.drop(clearing, b.BlobKey)
	case b.last && !stopped:
		err = s.fail(clearing, b)
	case stopped:
		cause = errors.Join(ctx.Err(), cause)
		err = s.putOff(clearing, b, "")
	default:
		err = s.putOff(clearing, b, silent(cause))
	}
	if errors.Is(err, errTaken) {
		named, err := s.named(clearing, b.BlobKey)
		if err != nil || named { // it is ready after all
			return err
		}
		return s.drop(clearing, b.BlobKey)
	}
	if err != nil {
		return errors.Join(cause, err) // the row still names the file: the next build deletes it
	}
	return errors.Join(cause, s.drop(clearing, b.BlobKey))
}

func (s *Service) try(ctx context.Context, b *build) error {
	to, err := s.Accounts.Recipient(ctx, b.PersonID)
	if err != nil {
		return err
	}
	if err := s.total(ctx, b); err != nil {
		return err
	}
	defer b.alive(ctx)()
	out, err := b.write(s.Catalog.For(ctx, to.Lang, to.Zone))
	if err != nil {
		return err
	}
	return s.finish(ctx, b, out)
}

// claim makes the export this build's own, and tells under which key an
// earlier build may have left something.
func (s *Service) claim(ctx context.Context, b *build, id uuid.UUID) (before string, err error) {
	err = s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		found := tx.Gorm.Raw(`select * from export where person_id = ? and id = ? and state in ('waiting', 'building') for update`, b.person, id).Scan(&b.Export)
		if found.Error != nil {
			return found.Error
		}
		if found.RowsAffected == 0 {
			return errTaken
		}
		before = b.BlobKey
		b.BlobKey = newKey(id)
		return tx.Gorm.Model(&Export{}).Where("person_id = ? and id = ?", b.person, id).Updates(map[string]any{
			"state": Building, "blob_key": b.BlobKey, "started_at": s.Now(), "touched_at": s.Now(), "rows_done": 0, "rows_total": 0,
		}).Error
	})
	if err != nil && !errors.Is(err, errTaken) {
		err = fmt.Errorf("claiming an export: %w", err)
	}
	return before, err
}

// change writes to the export's row while this build has it.
func (s *Service) change(tx postgres.Tx, b *build, to map[string]any) error {
	done := tx.Gorm.Model(&Export{}).Where("person_id = ? and id = ? and state = ? and blob_key = ?", b.PersonID, b.ID, Building, b.BlobKey).Updates(to)
	if done.Error != nil {
		return fmt.Errorf("an export's row: %w", done.Error)
	}
	if done.RowsAffected == 0 {
		return errTaken
	}
	return nil
}

// total says how many rows there are to copy: for the bar alone.
func (s *Service) total(ctx context.Context, b *build) error {
	b.RowsTotal = 0
	for _, id := range b.Categories {
		for _, source := range s.Sources(id) {
			n, err := s.counted(ctx, b, source)
			if err != nil && ctx.Err() != nil {
				return err
			}
			if err != nil && !b.last {
				return silentError{id, err}
			}
			b.RowsTotal += n
			if err := b.done(ctx, 0); err != nil {
				return err
			}
		}
	}
	return b.tell(ctx)
}

func (s *Service) counted(ctx context.Context, b *build, source record.Source) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, s.readTime())
	defer cancel()
	return source.Count(ctx, b.PersonID)
}

// finish offers the archive, in one transaction with all that follows.
func (s *Service) finish(ctx context.Context, b *build, out built) error {
	expires := s.Now().Add(s.Keep)
	return s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		parts := Export{Parts: out.parts}
		err := s.change(tx, b, map[string]any{
			"state": Ready, "finished_at": s.Now(), "expires_at": expires, "rows_done": out.rows, "rows_total": out.rows,
			"bytes": out.bytes, "sha256": out.sha256, "failure": "",
		})
		if err != nil {
			return err
		}
		if err := tx.Gorm.Model(&Export{PersonID: b.PersonID, ID: b.ID}).Select("parts").Updates(parts).Error; err != nil {
			return fmt.Errorf("an export's parts: %w", err)
		}
		by := audit.BySystem("export")
		if err := s.record(ctx, tx, by, b.Export, "export.ready", map[string]any{"rows": out.rows, "complete": parts.Complete()}); err != nil {
			return err
		}
		kind := "exportReady"
		if !parts.Complete() {
			kind = "exportIncomplete"
		} else if s.Ready != nil && s.everything(b.Export) {
			if err := s.Ready(ctx, tx, b.PersonID, b.AskedAt); err != nil {
				return err
			}
		}
		return s.mail(ctx, tx, parts.missing(), b, kind, expires)
	})
}

// fail gives up, and says so.
func (s *Service) fail(ctx context.Context, b *build) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := s.change(tx, b, map[string]any{"state": Failed, "finished_at": s.Now(), "blob_key": ""}); err != nil {
			return err
		}
		if err := s.record(ctx, tx, audit.BySystem("export"), b.Export, "export.failed", nil); err != nil {
			return err
		}
		return s.mail(ctx, tx, nil, b, "exportFailed", time.Time{})
	})
}

// putOff lets the export wait for its next try, and says for whom.
func (s *Service) putOff(ctx context.Context, b *build, silent string) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		return s.change(tx, b, map[string]any{"state": Waiting, "failure": silent, "blob_key": "", "touched_at": s.Now()})
	})
}

// mail tells the person where to look, and which kinds of data are missing. No
// data goes along: the page behind the link asks who is there.
func (s *Service) mail(ctx context.Context, tx postgres.Tx, missing []string, b *build, kind string, until time.Time) error {
	to, err := s.Accounts.RecipientIn(ctx, tx, b.PersonID)
	if err != nil {
		return err
	}
	ctx = s.Catalog.For(ctx, to.Lang, to.Zone)
	for i, id := range missing {
		c, _ := s.Register.Category(id)
		missing[i] = c.Name.In(to.Lang)
	}
	return s.Mail.Post(ctx, tx, to, mail.Message{
		Kind: kind, Topic: "security-notices", Link: s.BaseURL + "/downloads/" + b.ID.String(),
		Args: map[string]string{"Until": text.Time(ctx, until), "Categories": text.Clauses(ctx, missing)},
	})
}

// drop deletes a file; that there is none is as good.
func (s *Service) drop(ctx context.Context, key string) error {
	if key == "" || s.Files == nil {
		return nil
	}
	if err := s.Files.Delete(ctx, key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("deleting a file: %w", err)
	}
	return nil
}
