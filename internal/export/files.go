package export

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"plusultra.link/privacy/internal/postgres"
)

// All that belongs to an export lies under its id. A key is used once.
const (
	keyPrefix   = "export/"
	partPurpose = "export part"
	linesEnding = ".ndjson"
	tableEnding = ".csv"
)

var errNoFiles = errors.New("no place for files is configured")

func folder(id uuid.UUID) string { return keyPrefix + id.String() + "/" }

func newKey(id uuid.UUID) string {
	name := make([]byte, 16)
	rand.Read(name)
	return folder(id) + hex.EncodeToString(name)
}

// store writes a file of which nothing is kept unless fill and all after it
// went well.
func (s *Service) store(ctx context.Context, key string, fill func(io.Writer) error) error {
	if s.deps.Files == nil {
		return errNoFiles
	}
	ctx, forget := context.WithCancel(ctx)
	defer forget()
	to, err := s.deps.Files.NewWriter(ctx, key, &blob.WriterOptions{ContentType: "application/octet-stream", DisableContentTypeDetection: true})
	if err != nil {
		return fmt.Errorf("beginning a file: %w", err)
	}
	if err := fill(to); err != nil {
		forget()
		_ = to.Close() // keeps nothing, because ctx has ended
		return err
	}
	if err := to.Close(); err != nil {
		return fmt.Errorf("ending a file: %w", err)
	}
	return nil
}

// storePiece seals a piece, bound to its key.
func (s *Service) storePiece(ctx context.Context, key string, content []byte) error {
	return s.store(ctx, key, func(to io.Writer) error {
		sealed, err := s.deps.Ring.SealTo(to, partPurpose, []byte(key))
		if err != nil {
			return err
		}
		if _, err := sealed.Write(content); err != nil {
			return fmt.Errorf("storing a part: %w", err)
		}
		return sealed.Close()
	})
}

// copyPiece opens a piece again.
func (s *Service) copyPiece(ctx context.Context, to io.Writer, key string) (err error) {
	from, err := s.deps.Files.NewReader(ctx, key, nil)
	if err != nil {
		return fmt.Errorf("opening a part: %w", err)
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	plain, err := s.deps.Ring.OpenFrom(from, partPurpose, []byte(key))
	if err != nil {
		return err
	}
	_, err = io.Copy(to, plain)
	return err
}

// drop deletes files; that there is none is as good. One that won't go keeps
// no other.
func (s *Service) drop(ctx context.Context, keys ...string) error {
	if s.deps.Files == nil {
		return nil
	}
	var failed []error
	for _, key := range keys {
		if err := s.deps.Files.Delete(ctx, key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			failed = append(failed, fmt.Errorf("deleting a file: %w", err))
		}
	}
	return errors.Join(failed...)
}

// each calls fn with every key in the store that begins like this.
func (s *Service) each(ctx context.Context, prefix string, fn func(key string) error) error {
	if s.deps.Files == nil {
		return nil
	}
	var failed []error
	for all := s.deps.Files.List(&blob.ListOptions{Prefix: prefix}); ; {
		found, err := all.Next(ctx)
		if errors.Is(err, io.EOF) {
			return errors.Join(failed...)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("listing files: %w", err), errors.Join(failed...))
		}
		failed = append(failed, fn(found.Key))
	}
}

// clear deletes all that lies in the store of an export but the file named.
func (s *Service) clear(ctx context.Context, id uuid.UUID, but string) error {
	return s.each(ctx, folder(id), func(key string) error {
		if key == but {
			return nil
		}
		return s.drop(ctx, key)
	})
}

// Sweep deletes what lies in the store and belongs to no export that is under
// way or ready: left by a portal that was killed while a person was erased.
func (s *Service) Sweep(ctx context.Context) error {
	var of Export
	return s.each(ctx, keyPrefix, func(key string) error {
		name, _, _ := strings.Cut(strings.TrimPrefix(key, keyPrefix), "/")
		id, err := uuid.Parse(name)
		if err == nil && id != of.ID {
			if of, err = byID(ctx, s.deps.DB.Gorm(ctx), id); err != nil {
				return err
			}
		}
		if err == nil && of.ID == id && (of.State.UnderWay() || of.State == Ready && of.BlobKey == key) {
			return nil
		}
		return s.drop(ctx, key)
	})
}

// Expire ends at once what a person waits for or could fetch: they are being
// erased.
func (*Service) Expire(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	_, err := expireAll(ctx, tx, person)
	return err
}

// Drop takes a person's downloads away: they are being erased. What they wait
// for or could fetch ends at once; it is done when nobody works on it any more
// and the files have gone. The rows themselves go with the rest of what is
// held. Safe to call twice; nothing is waited for.
func (s *Service) Drop(ctx context.Context, tx postgres.Tx, person uuid.UUID) (done bool, err error) {
	ids, err := expireAll(ctx, tx, person)
	if err != nil {
		return false, err
	}
	if free, err := s.deps.Plans.Withdraw(ctx, tx, kind, ids); err != nil || !free {
		return false, err
	}
	var failed []error
	for _, id := range ids {
		failed = append(failed, s.clear(ctx, id, ""))
	}
	err = errors.Join(failed...)
	return err == nil, err
}
