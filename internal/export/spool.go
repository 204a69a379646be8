package export

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"os"

	"github.com/klauspost/compress/flate"

	"plusultra.link/privacy/internal/keyring"
)

// spool keeps one packed file aside until it is its turn in the archive, so
// that a source is read once for both. It lies sealed in a file without a
// name, which the system takes back however this process ends.
type spool struct {
	ring   *keyring.Ring
	file   *os.File
	sealed io.WriteCloser
	packer *flate.Writer
	packed tally
	crc    hash.Hash32
	sum    hash.Hash
	bytes  int64
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

const spoolPurpose = "export spool"

func newSpool(ring *keyring.Ring) (*spool, error) {
	file, err := os.CreateTemp("", "export-*")
	if err != nil {
		return nil, fmt.Errorf("a file to spool to: %w", err)
	}
	_ = os.Remove(file.Name()) // where the system can't do that yet, close does
	s := &spool{ring: ring, file: file, crc: crc32.NewIEEE(), sum: sha256.New()}
	if s.sealed, err = ring.SealTo(file, spoolPurpose, nil); err != nil {
		return nil, errors.Join(err, s.close())
	}
	s.packed.to = s.sealed
	if s.packer, err = flate.NewWriter(&s.packed, flate.BestSpeed); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *spool) Write(p []byte) (int, error) {
	s.crc.Write(p)
	s.sum.Write(p)
	s.bytes += int64(len(p))
	return s.packer.Write(p)
}

// into copies the file into an archive. On its way it calls alive, again and
// again: a large file to a slow store takes long.
func (s *spool) into(a *archive, name string, alive func() error) (file, error) {
	if err := errors.Join(s.packer.Close(), s.sealed.Close()); err != nil {
		return file{}, fmt.Errorf("spooling %s: %w", name, err)
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return file{}, err
	}
	plain, err := s.ring.OpenFrom(s.file, spoolPurpose, nil)
	if err != nil {
		return file{}, fmt.Errorf("spooling %s: %w", name, err)
	}
	head := &zip.FileHeader{
		Name: name, Method: zip.Deflate, CRC32: s.crc.Sum32(),
		CompressedSize64: uint64(s.packed.n), UncompressedSize64: uint64(s.bytes), //nolint:gosec // counts of bytes written
	}
	head.SetModTime(a.at) //nolint:staticcheck // CreateRaw writes the old fields alone, and no date is the year 1980
	to, err := a.zip.CreateRaw(head)
	if err != nil {
		return file{}, err
	}
	if _, err := io.Copy(to, beating{plain, alive}); err != nil {
		return file{}, fmt.Errorf("spooling %s: %w", name, err)
	}
	return file{Path: name, Bytes: s.bytes, SHA256: hex.EncodeToString(s.sum.Sum(nil))}, nil
}

// beating calls beat before each read.
type beating struct {
	from io.Reader
	beat func() error
}

func (b beating) Read(p []byte) (int, error) {
	if err := b.beat(); err != nil {
		return 0, err
	}
	return b.from.Read(p)
}

func (s *spool) close() error {
	err := s.file.Close()
	_ = os.Remove(s.file.Name())
	return err
}
