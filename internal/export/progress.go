package export

import (
	"bytes"
	"crypto/sha256"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"

	"github.com/klauspost/compress/flate"
)

// progress is from where to go on with a step. It is sealed: a cursor, and
// the rows that the archive's page shows, are the person's data.
type progress struct {
	Cursor string
	Lines  stream
	Table  stream
	Newest [][][]byte       // rows, the newest last
	Months map[string]int64 // rows of each month, as in 2026-11; nil where they have no time
}

const progressPurpose = "export step"

func (s *Service) openProgress(st step) (p progress, err error) {
	if st.Sealed == nil {
		return p, nil
	}
	plain, err := s.deps.Ring.Open(progressPurpose, st.ExportID[:], st.Sealed)
	if err == nil {
		err = json.Unmarshal(plain, &p)
	}
	if err != nil {
		return p, fmt.Errorf("reading how far an export is: %w", err)
	}
	return p, nil
}

func (s *Service) sealProgress(st step, p progress) ([]byte, error) {
	plain, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return s.deps.Ring.Seal(progressPurpose, st.ExportID[:], plain)
}

// stream is what there is of one file, whose pieces lie packed in the store.
type stream struct {
	Bytes, Packed int64
	CRC           uint32
	Sum           []byte // SHA-256 as far as it is counted
}

// hash goes on counting.
func (s stream) hash() (hash.Hash, error) {
	sum := sha256.New()
	if s.Sum == nil {
		return sum, nil
	}
	goOn, ok := sum.(encoding.BinaryUnmarshaler)
	if !ok {
		return nil, errors.New("this SHA-256 can't be gone on with")
	}
	return sum, goOn.UnmarshalBinary(s.Sum)
}

func (s stream) sha256() ([]byte, error) {
	sum, err := s.hash()
	if err != nil {
		return nil, err
	}
	return sum.Sum(nil), nil
}

// piece is the next of a stream, being packed. It begins without what came
// before and ends at a whole byte, so that pieces one after the other are a
// stream of DEFLATE (RFC 1951), and only the last is marked as such.
type piece struct {
	stream

	sum    hash.Hash
	packer *flate.Writer
	packed bytes.Buffer
}

// begin makes it the next piece of a stream.
func (p *piece) begin(of stream) (err error) {
	p.stream = of
	if p.sum, err = of.hash(); err != nil {
		return err
	}
	p.packed.Reset()
	if p.packer == nil {
		p.packer, err = flate.NewWriter(&p.packed, flate.BestSpeed)
		return err
	}
	p.packer.Reset(&p.packed)
	return nil
}

func (p *piece) Write(b []byte) (int, error) {
	p.sum.Write(b)
	p.CRC = crc32.Update(p.CRC, crc32.IEEETable, b)
	p.Bytes += int64(len(b))
	return p.packer.Write(b)
}

// end packs what is left and gives the stream as it is now.
func (p *piece) end(last bool) (stream, error) {
	finish := p.packer.Flush
	if last {
		finish = p.packer.Close
	}
	if err := finish(); err != nil {
		return stream{}, err
	}
	state, ok := p.sum.(encoding.BinaryMarshaler)
	if !ok {
		return stream{}, errors.New("this SHA-256 can't be put aside")
	}
	p.Packed += int64(p.packed.Len())
	var err error
	p.Sum, err = state.MarshalBinary()
	return p.stream, err
}
