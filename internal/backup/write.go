package backup

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
)

const (
	format       = 1
	databaseName = "database.dump"
	filesName    = "files/"
	manifestName = "manifest.json"
	draftPattern = ".portal-backup-*.part"
)

// Manifest says what a backup is.
type Manifest struct {
	Format int                  `json:"format"`
	Made   time.Time            `json:"made"`
	Of     journal.Installation `json:"of"`
	Parts  []Part               `json:"parts"`
}

// Part is one file in a backup.
type Part struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 []byte `json:"sha256"`
}

// Source is what is backed up.
type Source struct {
	DB      *postgres.DB
	Files   *blob.Bucket
	Journal *journal.Service
	Now     func() time.Time
	// Dump writes the database as it is in an exported snapshot.
	Dump func(ctx context.Context, snapshot string, to io.Writer) error
}

// Write makes a backup at a path that is not there yet, or under a name of its
// own where the path is a folder, and tells where it is. It is there whole, or
// not at all. People may go on using the portal meanwhile: what the file has is
// the database at one moment, and the journal until after it.
func Write(ctx context.Context, s Source, path string) (at string, m Manifest, err error) {
	at = path
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		at = filepath.Join(path, "portal-"+s.Now().UTC().Format("20060102T150405Z")+".zip")
	}
	if _, err := os.Lstat(at); err == nil {
		return at, m, fmt.Errorf("there is a file %s already: nothing was changed", at)
	}
	clearDrafts(filepath.Dir(at))
	draft, err := os.CreateTemp(filepath.Dir(at), draftPattern)
	if err != nil {
		return at, m, fmt.Errorf("beginning the backup: %w", err)
	}
	defer func() {
		err = errors.Join(err, draft.Close())
		if removed := os.Remove(draft.Name()); !errors.Is(removed, os.ErrNotExist) {
			err = errors.Join(err, removed)
		}
	}()
	if err := syscall.Flock(int(draft.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return at, m, err
	}
	if m, err = s.write(ctx, draft); err != nil {
		return at, m, err
	}
	if err := draft.Sync(); err != nil {
		return at, m, fmt.Errorf("the backup could not be brought to the disk: %w", err)
	}
	err = os.Link(draft.Name(), at) // never over another one
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, os.ErrPermission) {
		err = os.Rename(draft.Name(), at) // on a disk without links
	}
	if err != nil {
		return at, m, fmt.Errorf("putting the backup in place: %w", err)
	}
	return at, m, syncFolder(filepath.Dir(at))
}

func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// clearDrafts deletes what backups left that were killed; one that is being
// written is held.
func clearDrafts(folder string) {
	left, _ := filepath.Glob(filepath.Join(folder, draftPattern)) // the pattern is well-formed
	for _, name := range left {
		file, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			_ = os.Remove(name)
		}
		_ = file.Close()
	}
}

// writer is the archive with a note of all that is in it.
type writer struct {
	*zip.Writer

	parts []Part
}

// part adds a file that fill writes.
func (w *writer) part(name string, made time.Time, fill func(io.Writer) error) error {
	to, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: made})
	if err != nil {
		return err
	}
	sum := &summed{Hash: sha256.New()}
	if err := fill(io.MultiWriter(to, sum)); err != nil {
		return err
	}
	w.parts = append(w.parts, Part{Name: name, Bytes: sum.bytes, SHA256: sum.Sum(nil)})
	return nil
}

type summed struct {
	hash.Hash

	bytes int64
}

func (s *summed) Write(b []byte) (int, error) {
	s.bytes += int64(len(b))
	return s.Hash.Write(b)
}

func (s Source) write(ctx context.Context, to io.Writer) (Manifest, error) {
	w := &writer{Writer: zip.NewWriter(to)}
	m := Manifest{Format: format, Made: s.Now().UTC()}
	err := s.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		snapshot, err := exportSnapshot(ctx, tx)
		if err != nil {
			return err
		}
		if m.Of, err = s.Journal.Installation(ctx, tx); err != nil {
			return err
		}
		return w.part(databaseName, m.Made, func(to io.Writer) error { return s.Dump(ctx, snapshot, to) })
	})
	if err != nil {
		return m, err
	}
	if err := s.files(ctx, w, m.Made); err != nil {
		return m, err
	}
	m.Parts = w.parts
	content, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, err
	}
	if err := w.part(manifestName, m.Made, func(to io.Writer) error { _, err := io.Copy(to, bytes.NewReader(content)); return err }); err != nil {
		return m, err
	}
	return m, w.Close()
}

// files copies the store. Of the journal it takes what the database knew when
// copying began, so that no later segment comes without the one before it.
func (s Source) files(ctx context.Context, w *writer, made time.Time) error {
	lag, err := s.Journal.Lag(ctx)
	if err != nil {
		return err
	}
	for all := s.Files.List(nil); ; {
		file, err := all.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("listing the file store: %w", err)
		}
		if n, is := journal.SegmentOf(file.Key); is && n > lag.Segment {
			continue
		}
		from, err := s.Files.NewReader(ctx, file.Key, nil)
		if gcerrors.Code(err) == gcerrors.NotFound && !strings.HasPrefix(file.Key, "journal") {
			continue // a download that has just expired
		}
		if err != nil {
			return fmt.Errorf("reading %s from the file store: %w", file.Key, err)
		}
		err = w.part(filesName+file.Key, made, func(to io.Writer) error { _, err := io.Copy(to, from); return err })
		if err = errors.Join(err, from.Close()); err != nil {
			return fmt.Errorf("copying %s from the file store: %w", file.Key, err)
		}
	}
}
