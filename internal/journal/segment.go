package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/keyring"
)

// segment is some entries that were written together.
type segment struct {
	Database uuid.UUID `json:"database"`
	Store    uuid.UUID `json:"store"`
	Number   int64     `json:"number"`   // from 1 on, without a gap
	Previous []byte    `json:"previous"` // the hash of the one before; empty at the first
	Written  time.Time `json:"written"`
	Entries  []Entry   `json:"entries"`
}

const (
	purpose = "journal"
	// The first line of a segment says what it is and how long the rest is, so
	// that a torn one is told from an altered one.
	headline = "portal journal 1 "
)

// TornError says that a segment ends before its end: it was being written when
// the machine stopped, or its disk was full.
type TornError struct{ Number int64 }

func (e TornError) Error() string {
	return fmt.Sprintf("segment %d of the journal is torn: it ends before its end, as if the machine had stopped while it was written", e.Number)
}

// AlteredError says that a segment is not as it was written.
type AlteredError struct{ Number int64 }

func (e AlteredError) Error() string {
	return fmt.Sprintf("segment %d of the journal was altered since it was written: put the file store's own copy back, or take it from a backup", e.Number)
}

// MissingError says that a segment is not there, though it was.
type MissingError struct {
	Number int64
	Why    string // how that is known
}

func (e MissingError) Error() string {
	return fmt.Sprintf("segment %d of the journal is missing, though %s: put the file store's own copy back, or take it from a backup", e.Number, e.Why)
}

// owner binds a segment to its place: it opens nowhere else.
func owner(store uuid.UUID, number int64) []byte {
	return strconv.AppendInt(append([]byte{}, store[:]...), number, 10)
}

func (g segment) seal(ring *keyring.Ring) ([]byte, error) {
	plain, err := json.Marshal(g)
	if err != nil {
		return nil, err
	}
	sealed, err := ring.Seal(purpose, owner(g.Store, g.Number), plain)
	if err != nil {
		return nil, err
	}
	return append([]byte(headline+strconv.Itoa(len(sealed))+"\n"), sealed...), nil
}

// open reads a segment of this store and number.
func open(ring *keyring.Ring, store uuid.UUID, number int64, raw []byte) (segment, error) {
	var g segment
	first, sealed, whole := bytes.Cut(raw, []byte("\n"))
	length, said := bytes.CutPrefix(first, []byte(headline))
	n, err := strconv.Atoi(string(length))
	switch {
	case !whole && bytes.HasPrefix([]byte(headline), raw[:min(len(raw), len(headline))]), said && err == nil && len(sealed) < n:
		return g, TornError{number}
	case !said || err != nil || len(sealed) != n:
		return g, AlteredError{number}
	}
	plain, err := ring.Open(purpose, owner(store, number), sealed)
	if errors.Is(err, keyring.ErrNoKey) {
		return g, fmt.Errorf("segment %d of the journal was sealed with the key %x, which is not among those of PORTAL_KEYS that open: put it back, behind the others", number, sealed[:4])
	}
	if err != nil || json.Unmarshal(plain, &g) != nil || g.Number != number {
		return g, AlteredError{number}
	}
	return g, nil
}

func hashOf(raw []byte) []byte {
	sum := sha256.Sum256(raw)
	return sum[:]
}
