package audit

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"plusultra.link/privacy/internal/keyring"
)

// logPurpose is what the key of checkpoints is derived for.
const logPurpose = "audit"

// logName is what a portal's checkpoints are signed as.
func logName(host string) string { return host + "/audit" }

// record is an entry as it is hashed: one line of JSON.
type record struct {
	Entry   uuid.UUID       `json:"entry"`
	At      time.Time       `json:"at"`
	Action  string          `json:"action"`
	Subject string          `json:"subject"`
	Detail  json.RawMessage `json:"detail"`
	Who     string          `json:"who"` // a commitment: the entry's number is its salt
}

// leaf is an entry as it stands in the tree.
type leaf struct {
	ID        uuid.UUID
	At        time.Time
	ActorKind string
	ActorID   string
	Action    string
	PersonID  *uuid.UUID
	Subject   string
	Detail    string
}

// record gives the bytes that are hashed.
func (l leaf) record() ([]byte, error) {
	detail, err := plainJSON(l.Detail)
	if err != nil {
		return nil, fmt.Errorf("the detail of audit entry %s: %w", l.ID, err)
	}
	person := ""
	if l.PersonID != nil {
		person = l.PersonID.String()
	}
	who, err := json.Marshal([]string{l.ID.String(), l.ActorKind, l.ActorID, person})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(who)
	line, err := json.Marshal(record{
		Entry: l.ID, At: l.At.UTC(), Action: l.Action, Subject: l.Subject, Detail: detail, Who: base64.StdEncoding.EncodeToString(sum[:]),
	})
	return append(line, '\n'), err
}

// plainJSON writes JSON in one form, whatever the database thinks of spaces and
// of the order of names. No digit of a number is lost.
func plainJSON(s string) ([]byte, error) {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

// hashAt is where a stored hash of the tree lies: among those of the leaf that
// completed its subtree.
func hashAt(index int64) (position int64, level int) {
	level, n := tlog.SplitStoredHashIndex(index)
	return (n+1)<<level - 1, level
}

// hashed are stored hashes by their index, with a way to more.
type hashed struct {
	known map[int64]tlog.Hash
	more  tlog.HashReader
}

// ReadHashes gives what is known, and asks once for what is not.
func (h *hashed) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	missing := slices.DeleteFunc(slices.Clone(indexes), func(i int64) bool { _, ok := h.known[i]; return ok })
	if len(missing) > 0 {
		if h.more == nil {
			return nil, errors.New("a hash of the audit log is asked for that was forgotten")
		}
		read, err := h.more.ReadHashes(missing)
		if err != nil {
			return nil, err
		}
		for at, index := range missing {
			h.known[index] = read[at]
		}
	}
	out := make([]tlog.Hash, len(indexes))
	for at, index := range indexes {
		out[at] = h.known[index]
	}
	return out, nil
}

// add gives the hashes that a record adds to a tree of so many, and knows them.
func (h *hashed) add(n int64, leaf tlog.Hash) ([]tlog.Hash, error) {
	hashes, err := tlog.StoredHashesForRecordHash(n, leaf, h)
	if err != nil {
		return nil, err
	}
	first := tlog.StoredHashIndex(0, n)
	for at, hash := range hashes {
		h.known[first+int64(at)] = hash
	}
	return hashes, nil
}

// forget drops all that a tree of so many needs no more to grow.
func (h *hashed) forget(n int64) error {
	kept := &hashed{known: map[int64]tlog.Hash{}, more: h}
	if _, err := tlog.TreeHash(n, kept); err != nil { // it asks for the edge
		return err
	}
	h.known = kept.known
	return nil
}

func joined(hashes []tlog.Hash) []byte {
	out := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}

// Checkpoint is what the tree came to at some time, as it was signed.
type Checkpoint struct {
	tlog.Tree
	// Whole is by when all that was committed is in the tree; zero where more waited.
	Whole time.Time
	Note  string
}

const wholeAt = "whole "

// sign makes a checkpoint, in tlog's form with a line behind it.
func (s *Service) sign(tree tlog.Tree, whole time.Time) (string, error) {
	text := string(tlog.FormatTree(tree))
	if !whole.IsZero() {
		text += wholeAt + whole.UTC().Format(time.RFC3339Nano) + "\n"
	}
	return s.signNote(logName(s.deps.Name), logPurpose, text)
}

// openCheckpoint reads a signed checkpoint. An error if no key of the log signed it.
func openCheckpoint(signed string, keys note.Verifiers) (c Checkpoint, err error) {
	n, err := note.Open([]byte(signed), keys)
	if err != nil {
		return c, err
	}
	if c.Tree, err = tlog.ParseTree([]byte(n.Text)); err != nil {
		return c, err
	}
	c.Note = signed
	for line := range strings.Lines(n.Text) {
		if at, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), wholeAt); ok {
			if c.Whole, err = time.Parse(time.RFC3339Nano, at); err != nil {
				return c, err
			}
		}
	}
	return c, nil
}

func (s *Service) signNote(name, purpose, text string) (string, error) {
	signed, err := note.Sign(&note.Note{Text: text}, signer{name, s.deps.Ring.SigningKey(purpose)})
	if err != nil {
		return "", fmt.Errorf("signing as %s: %w", name, err)
	}
	return string(signed), nil
}

// publicKeys are those of a purpose in note's form, the newest first.
func publicKeys(name, purpose string, ring *keyring.Ring) ([]string, error) {
	var keys []string
	for _, public := range ring.PublicKeys(purpose) {
		key, err := note.NewEd25519VerifierKey(name, public)
		if err != nil {
			return nil, fmt.Errorf("the key of %s: %w", name, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func verifiers(keys []string) (note.Verifiers, error) {
	all := make([]note.Verifier, len(keys))
	for i, key := range keys {
		v, err := note.NewVerifier(strings.TrimSpace(key))
		if err != nil {
			return nil, fmt.Errorf("%q is not a key of receipts or of an audit log: %w", key, err)
		}
		all[i] = v
	}
	return note.VerifierList(all...), nil
}

// signer is the ring's key as note wants it.
type signer struct {
	name string
	key  ed25519.PrivateKey
}

func (s signer) Name() string { return s.name }

// KeyHash is note's own, taken from the public key's form.
func (s signer) KeyHash() uint32 {
	key, err := note.NewEd25519VerifierKey(s.name, ed25519.PublicKey(s.key[ed25519.SeedSize:]))
	if err != nil {
		return 0
	}
	v, err := note.NewVerifier(key)
	if err != nil {
		return 0
	}
	return v.KeyHash()
}

func (s signer) Sign(message []byte) ([]byte, error) { return ed25519.Sign(s.key, message), nil }

// latest reads the last checkpoint, whoever signed it; none is a tree of nothing.
func (s *Service) latest(ctx context.Context, read func(context.Context) (string, error)) (Checkpoint, error) {
	signed, err := read(ctx)
	if err != nil || signed == "" {
		return Checkpoint{}, err
	}
	keys, err := s.logKeys()
	if err != nil {
		return Checkpoint{}, err
	}
	c, err := openCheckpoint(signed, keys)
	if err != nil {
		return c, fmt.Errorf("the last checkpoint of the audit log: %w", err)
	}
	return c, nil
}

func (s *Service) logKeys() (note.Verifiers, error) {
	keys, err := publicKeys(logName(s.deps.Name), logPurpose, s.deps.Ring)
	if err != nil {
		return nil, err
	}
	return verifiers(keys)
}

// asNote is a file with a mail program's line ends as it was signed.
func asNote(file []byte) []byte { return bytes.ReplaceAll(file, []byte("\r\n"), []byte("\n")) }
