package backup

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gocloud.dev/blob"

	"plusultra.link/privacy/internal/journal"
)

// Archive is a backup that is whole.
type Archive struct {
	Manifest

	zip *zip.ReadCloser
}

// Close lets go of the file.
func (a *Archive) Close() error { return a.zip.Close() }

// Open reads a backup from its beginning to its end, and gives it only if it is
// whole and as it was written.
func Open(path string) (*Archive, error) {
	z, err := zip.OpenReader(path)
	if errors.Is(err, zip.ErrFormat) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("%s is not a whole backup of a portal: it was cut short, or is something else", path)
	}
	if err != nil {
		return nil, fmt.Errorf("the backup can't be opened: %w", err)
	}
	a := &Archive{zip: z}
	if err := a.verify(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), z.Close())
	}
	return a, nil
}

func (a *Archive) verify() error {
	var manifest bytes.Buffer
	if err := a.copy(&manifest, manifestName); err != nil {
		return errors.New("it is not a backup of a portal: it has no manifest")
	}
	if err := json.Unmarshal(manifest.Bytes(), &a.Manifest); err != nil {
		return fmt.Errorf("its manifest can't be read: %w", err)
	}
	if a.Format != format {
		return fmt.Errorf("it is a backup of form %d, and this program reads form %d: restore it by the program that made it", a.Format, format)
	}
	if len(a.zip.File) != len(a.Parts)+1 {
		return errors.New("it was altered since it was made: what is in it is not what its manifest says")
	}
	for _, p := range a.Parts {
		sum := &summed{Hash: sha256.New()}
		if err := a.copy(sum, p.Name); err != nil || sum.bytes != p.Bytes || !bytes.Equal(sum.Sum(nil), p.SHA256) {
			return fmt.Errorf("it was altered or damaged since it was made: %s is not as it was written", p.Name)
		}
	}
	return nil
}

func (a *Archive) copy(to io.Writer, name string) error {
	from, err := a.zip.Open(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, from.Close())
}

// Dump gives the database in pg_dump's custom format.
func (a *Archive) Dump() (io.ReadCloser, error) { return a.zip.Open(databaseName) }

// Files puts the file store back. One of the same database is left as it is: it is
// newer. One that holds anything else is refused.
func (a *Archive) Files(ctx context.Context, to *blob.Bucket) (copied int, err error) {
	database, empty, err := journal.StoreOf(ctx, to)
	switch {
	case err != nil:
		return 0, err
	case database == a.Of.Database && !empty:
		return 0, nil
	case !empty:
		return 0, errors.New("the file store that PORTAL_FILES names holds something that is not of this backup: name an empty one, or the one that was backed up; nothing was changed")
	}
	parts := slices.Clone(a.Parts)
	isMark := func(p Part) bool { return journal.IsMark(strings.TrimPrefix(p.Name, filesName)) }
	if at := slices.IndexFunc(parts, isMark); at >= 0 { // last of all, what says whose they are
		mark := parts[at]
		parts = append(slices.Delete(parts, at, at+1), mark)
	}
	for _, p := range parts {
		key, is := strings.CutPrefix(p.Name, filesName)
		if !is {
			continue
		}
		if err := a.file(ctx, to, key, p.Name); err != nil {
			return copied, fmt.Errorf("putting %s into the file store: %w", key, err)
		}
		copied++
	}
	return copied, nil
}

func (a *Archive) file(ctx context.Context, to *blob.Bucket, key, name string) error {
	ctx, forget := context.WithCancel(ctx)
	defer forget()
	w, err := to.NewWriter(ctx, key, &blob.WriterOptions{ContentType: "application/octet-stream", DisableContentTypeDetection: true})
	if err != nil {
		return err
	}
	if err := a.copy(w, name); err != nil {
		forget()
		_ = w.Close() // keeps nothing, because ctx has ended
		return err
	}
	return w.Close()
}
