package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
)

// receiptPurpose is what the key of receipts is derived for.
const receiptPurpose = "receipt"

// A receipt is a text file in two parts. The first is what it says to people, signed
// as a note. The second is the entry of the log that says it too, the place of
// that, the hashes that lead from there to a checkpoint, and the checkpoint, which
// is signed by another key: so it verifies with no database and no network.
const proofMark = "portal-receipt-proof 1"

// Words signs what a receipt says, a line each. It must name the subject of the
// entry that will prove it, and names nobody.
func (s *Service) Words(lines []string) (string, error) {
	var b strings.Builder
	for _, words := range lines {
		b.WriteString(strings.Join(strings.Fields(words), " ") + "\n")
	}
	return s.signNote(s.deps.Name, receiptPurpose, b.String())
}

// WordsHash is what an entry says of the words of its receipt, if they were signed
// before it: under "receipt" in its detail.
func WordsHash(words string) string {
	sum := sha256.Sum256([]byte(words))
	return hex.EncodeToString(sum[:])
}

// proofSoon is when to ask again for a proof that can't be given yet.
const proofSoon = 5 * time.Second

// notYet is the fault of a proof that is asked for before its entry has a place.
func notYet() error {
	return &fault.Error{Kind: fault.Unavailable, Key: "audit.notYet", RetryAfter: proofSoon}
}

// Receipt puts the proof of an entry behind words. Unavailable, with the time after
// which to ask again, while the entry has no place in the log yet: nothing is said
// then that may turn out to be wrong.
func (s *Service) Receipt(ctx context.Context, words string, entry uuid.UUID) (string, error) {
	p, err := readProvable(ctx, s.deps.DB.Pool, entry)
	switch {
	case postgres.IsMissing(err):
		return "", notYet()
	case err != nil:
		return "", err
	case p.Position == nil:
		return "", notYet()
	}
	c, err := s.latest(ctx, func(context.Context) (string, error) { return p.Checkpoint, nil })
	if err != nil {
		return "", err
	}
	if c.N <= *p.Position {
		return "", fmt.Errorf("%w: the place of entry %s is not signed", ErrNotWhole, entry)
	}
	record, err := p.record()
	if err != nil {
		return "", err
	}
	path, err := tlog.ProveRecord(c.N, *p.Position, storedHashes(ctx, s.deps.DB.Pool))
	if err != nil {
		return "", fmt.Errorf("proving entry %s: %w", entry, err)
	}
	if err := tlog.CheckRecord(path, c.N, c.Hash, *p.Position, tlog.RecordHash(record)); err != nil { // nobody gets a proof that proves nothing
		return "", fmt.Errorf("%w: entry %s: %w", ErrNotWhole, entry, err)
	}
	return formatReceipt(words, *p.Position, record, path, c.Note)
}

// Find is the entry of the last deed of this kind to something of a person's.
// Unavailable, as for Receipt, if there is none yet.
func (s *Service) Find(ctx context.Context, person uuid.UUID, action, subject string) (uuid.UUID, error) {
	id, err := findEntry(ctx, s.deps.DB.Pool, person, action, subject)
	if postgres.IsMissing(err) {
		return id, notYet()
	}
	if err != nil {
		err = fmt.Errorf("audit: looking for %s: %w", action, err)
	}
	return id, err
}

func formatReceipt(words string, position int64, record []byte, path tlog.RecordProof, checkpoint string) (string, error) {
	entry, err := tlog.FormatRecord(position, record)
	if err != nil {
		return "", fmt.Errorf("writing an entry into a receipt: %w", err)
	}
	var b strings.Builder
	b.WriteString(words + "\n" + proofMark + "\n" + string(entry))
	for _, h := range path {
		b.WriteString(h.String() + "\n")
	}
	b.WriteString("\n" + checkpoint)
	return b.String(), nil
}

// Keys are the public keys of a portal's receipts and of its log in note's form, the
// newest first; earlier ones verify what was signed before a rotation.
func Keys(name string, ring *keyring.Ring) ([]string, error) {
	receipts, err := publicKeys(name, receiptPurpose, ring)
	if err != nil {
		return nil, err
	}
	log, err := publicKeys(logName(name), logPurpose, ring)
	return append(receipts, log...), err
}

// Keys are this portal's public keys.
func (s *Service) Keys() ([]string, error) { return Keys(s.deps.Name, s.deps.Ring) }

// Verdict is what a receipt is worth.
type Verdict string

// The verdicts.
const (
	Proved   Verdict = "proved"   // signed, and in the log
	Unproved Verdict = "unproved" // signed, and made before its entry had its place
	NotOurs  Verdict = "notOurs"  // no key that is known signed its words, or they were changed
	Broken   Verdict = "broken"   // the words are signed, and what should prove them does not
	Other    Verdict = "another"  // what is proved is another deed than the words say
)

// Genuine tells whether the words are the portal's.
func (v Verdict) Genuine() bool { return v == Proved || v == Unproved }

// Read is a receipt that was read: what it says, if that is genuine, and what proves it.
type Read struct {
	Verdict  Verdict
	Words    string
	At       time.Time // of the entry
	Entry    uuid.UUID
	Position int64 // from 0
	Size     int64 // of the log, as it was signed
	Record   string
	Note     string // the checkpoint, to be kept and compared
}

// ReadReceipt tells what a receipt is worth by these keys. It needs no database and no
// network. A single letter that was changed makes it NotOurs or Broken. The error is of a
// key.
func ReadReceipt(file []byte, keys ...string) (Read, error) {
	known, err := verifiers(keys)
	if err != nil {
		return Read{}, err
	}
	words, proof, hasProof := strings.Cut(string(asNote(file)), "\n\n"+proofMark+"\n")
	if hasProof {
		words += "\n"
	}
	n, err := note.Open([]byte(words), known)
	if err != nil {
		return Read{Verdict: NotOurs}, nil //nolint:nilerr // that is the verdict
	}
	r := Read{Verdict: Unproved, Words: n.Text}
	if !hasProof {
		return r, nil
	}
	r.Verdict = Broken
	rec, ok := r.open(proof, known)
	if !ok {
		return r, nil
	}
	r.Verdict = Proved
	var detail struct{ Receipt string }
	if err := json.Unmarshal(rec.Detail, &detail); err != nil || detail.Receipt != "" && detail.Receipt != WordsHash(words) || !strings.Contains(n.Text, rec.Subject) || rec.Subject == "" {
		r.Verdict = Other
	}
	return r, nil
}

// VerifyReceipt gives the words of a genuine receipt; any other is an error.
func VerifyReceipt(file []byte, keys ...string) (string, error) {
	r, err := ReadReceipt(file, keys...)
	if err == nil && !r.Verdict.Genuine() {
		err = fmt.Errorf("this is not a receipt of this portal, or it was changed (%s)", r.Verdict)
	}
	return r.Words, err
}

// open reads a proof, and tells whether it proves its entry.
func (r *Read) open(proof string, known note.Verifiers) (rec record, ok bool) {
	position, data, rest, err := tlog.ParseRecord([]byte(proof))
	if err != nil {
		return rec, false
	}
	var path tlog.RecordProof
	hashes, checkpoint, divided := strings.Cut("\n"+string(rest), "\n\n")
	if !divided {
		return rec, false
	}
	for line := range strings.Lines(strings.TrimPrefix(hashes, "\n")) {
		h, err := tlog.ParseHash(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return rec, false
		}
		path = append(path, h)
	}
	c, err := openCheckpoint(checkpoint, known)
	if err != nil || tlog.CheckRecord(path, c.N, c.Hash, position, tlog.RecordHash(data)) != nil || json.Unmarshal(data, &rec) != nil {
		return rec, false
	}
	r.At, r.Entry, r.Position, r.Size, r.Record, r.Note = rec.At, rec.Entry, position, c.N, strings.TrimSpace(string(data)), checkpoint
	return rec, true
}

// CheckpointIn is the checkpoint in a file: a receipt's, or the file itself.
func CheckpointIn(file []byte) string {
	s := string(asNote(file))
	_, proof, ok := strings.Cut(s, "\n\n"+proofMark+"\n")
	if !ok {
		return s
	}
	_, _, rest, err := tlog.ParseRecord([]byte(proof))
	if err != nil {
		return s
	}
	_, checkpoint, _ := strings.Cut("\n"+string(rest), "\n\n")
	return checkpoint
}
