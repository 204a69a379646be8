package export

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// purpose keeps these seals apart from every other use of the keys.
const purpose = "export"

// File is an archive being handed over. Close it.
type File struct {
	io.Reader
	Name   string
	Bytes  int64
	Sha256 []byte // of all of it

	under *blob.Reader
}

// Close lets go of the store.
func (f *File) Close() error { return f.under.Close() }

// Look tells what Open would hand over, and hands nothing over; the faults are
// Open's.
func (s *Service) Look(ctx context.Context, person, id uuid.UUID) (name string, bytes int64, err error) {
	e, err := s.fetchable(ctx, person, id)
	if err != nil {
		return "", 0, err
	}
	there, err := s.deps.Files.Exists(ctx, e.BlobKey)
	if err != nil {
		return "", 0, fault.Wrap(err, fault.Unavailable, "fault.unavailable")
	}
	if !there {
		return "", 0, fault.New(fault.Gone, "export.gone")
	}
	return e.fileName(), e.Bytes, nil
}

// fetchable finds an export that there is an archive of.
func (s *Service) fetchable(ctx context.Context, person, id uuid.UUID) (Export, error) {
	e, err := s.Find(ctx, person, id)
	switch {
	case err != nil:
		return e, err
	case e.State == Expired, e.State == Ready && !s.deps.Now().Before(*e.ExpiresAt):
		return e, fault.New(fault.Gone, "export.gone")
	case e.State != Ready:
		return e, fault.New(fault.Conflict, "export.notReady")
	case s.deps.Files == nil:
		return e, errNoFiles
	}
	return e, nil
}

func (e Export) fileName() string { return "data-" + e.AskedAt.UTC().Format("2006-01-02") + ".zip" }

// Open hands an archive to the person whose it is, and writes that down.
// NotFound for anybody else's; Gone once it has expired; Conflict while there
// is none yet; Unavailable if the store does not give it out.
func (s *Service) Open(ctx context.Context, actor audit.Actor, person, id uuid.UUID) (*File, error) {
	e, err := s.fetchable(ctx, person, id)
	if err != nil {
		return nil, err
	}
	under, err := s.deps.Files.NewReader(ctx, e.BlobKey, nil)
	if gcerrors.Code(err) == gcerrors.NotFound { // expired between the two looks, or lost
		return nil, fault.Wrap(err, fault.Gone, "export.gone")
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "fault.unavailable")
	}
	plain, err := s.deps.Ring.OpenFrom(under, purpose, e.owner())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening an archive: %w", err), under.Close())
	}
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		return s.record(ctx, tx, actor, e, "export.downloaded", nil)
	})
	if err != nil {
		return nil, errors.Join(err, under.Close())
	}
	return &File{Reader: plain, Name: e.fileName(), Bytes: e.Bytes, Sha256: e.Sha256, under: under}, nil
}
