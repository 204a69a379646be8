package export

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/klauspost/compress/flate"
)

// archive is a ZIP being written to a store, sealed on its way.
type archive struct {
	zip *zip.Writer
	all tally
	sum hash.Hash // of the ZIP before it is sealed
	at  time.Time

	sealed io.WriteCloser
}

// create begins an archive that is bound to its owner.
func (s *Service) create(store io.Writer, owner []byte, at time.Time) (*archive, error) {
	a := &archive{sum: sha256.New(), at: at}
	var err error
	if a.sealed, err = s.deps.Ring.SealTo(store, purpose, owner); err != nil {
		return nil, err
	}
	a.all.to = io.MultiWriter(a.sealed, a.sum)
	a.zip = zip.NewWriter(&a.all)
	a.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	return a, nil
}

func (a *archive) close() error {
	if err := a.zip.Close(); err != nil {
		return err
	}
	return a.sealed.Close()
}

// tally counts what goes through.
type tally struct {
	to io.Writer
	n  int64
}

func (t *tally) Write(p []byte) (int, error) {
	n, err := t.to.Write(p)
	t.n += int64(n)
	return n, err
}

// entry is one file of an archive being written: at most one at a time.
type entry struct {
	tally
	name string
	sum  hash.Hash
}

func (a *archive) entry(name string) (*entry, error) {
	to, err := a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: a.at})
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	return &entry{tally{to: io.MultiWriter(to, sum)}, name, sum}, nil
}

func (e *entry) file() file {
	return file{Path: e.name, Bytes: e.n, SHA256: hex.EncodeToString(e.sum.Sum(nil))}
}

// raw writes a file of which all is known and that lies packed in pieces.
func (a *archive) raw(name string, of stream, pieces func(to io.Writer) error) (file, error) {
	head := &zip.FileHeader{
		Name: name, Method: zip.Deflate, CRC32: of.CRC,
		CompressedSize64: uint64(of.Packed), UncompressedSize64: uint64(of.Bytes), //nolint:gosec // counts of bytes written
	}
	head.SetModTime(a.at) //nolint:staticcheck // CreateRaw writes the old fields alone, and no date is the year 1980
	to, err := a.zip.CreateRaw(head)
	if err != nil {
		return file{}, err
	}
	if err := pieces(to); err != nil {
		return file{}, fmt.Errorf("putting %s into the archive: %w", name, err)
	}
	sum, err := of.sha256()
	return file{Path: name, Bytes: of.Bytes, SHA256: hex.EncodeToString(sum)}, err
}

// put writes a whole small file.
func (a *archive) put(name string, content []byte) (file, error) {
	e, err := a.entry(name)
	if err != nil {
		return file{}, err
	}
	if _, err := e.Write(content); err != nil {
		return file{}, err
	}
	return e.file(), nil
}
