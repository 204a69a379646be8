package audit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"plusultra.link/privacy/views/text"
)

// Fault is what is wrong with the log.
type Fault string

// What can be wrong.
const (
	Altered   Fault = "altered"   // an entry is not what got its place
	Moved     Fault = "moved"     // an entry stands where another one got its place
	Gone      Fault = "gone"      // an entry that got its place is not there
	Gap       Fault = "gap"       // a place is missing
	Hashes    Fault = "hashes"    // a hash of the tree is not what the leaves come to
	Root      Fault = "root"      // a checkpoint was signed over something else
	Forged    Fault = "forged"    // no key of this portal signed a checkpoint
	Replaced  Fault = "replaced"  // a checkpoint is of another size
	Unsigned  Fault = "unsigned"  // a place behind the last checkpoint: it was not the sequencer's
	Short     Fault = "short"     // more was signed than is there
	Stray     Fault = "stray"     // an entry that has no place and waits for none
	Lost      Fault = "lost"      // an entry that waits for its place and is not there
	Backdated Fault = "backdated" // an entry that says it was there when it was not
	Fork      Fault = "fork"      // a checkpoint that somebody kept is of another log
	Rewound   Fault = "rewound"   // a checkpoint that somebody kept is of a longer log
	Strange   Fault = "strange"   // a checkpoint that somebody kept is not this portal's
)

// Finding is one thing that is wrong, and where.
type Finding struct {
	Fault    Fault
	Position int64     `json:",omitempty"` // from 0; of a checkpoint, its size
	Other    int64     `json:",omitempty"` // another position or size, where there are two
	Entry    uuid.UUID `json:",omitzero"`
	At       time.Time `json:",omitzero"` // that an entry bears
	Then     time.Time `json:",omitzero"` // when all that was there had its place
}

// Say is what was found and where, in the reader's language.
func (f Finding) Say(ctx context.Context) string { return f.Phrase().In(ctx) }

// Phrase is what was found and where, for a page to say.
func (f Finding) Phrase() text.Phrase {
	return text.Say("audit.finding."+string(f.Fault), "Position", f.Position, "Other", f.Other, "Entry", f.Entry.String(), "At", text.ISO(f.At), "Then", text.ISO(f.Then))
}

// Verified is what came of looking through the log.
type Verified struct {
	Entries     int64
	Checkpoints int64
	Tree        Checkpoint // up to which it is signed
	Findings    []Finding  // at most MostFindings
}

// MostFindings is how many findings are told: whoever altered more has altered the log.
const MostFindings = 100

const (
	checkPage = 5000      // entries in memory at once
	backdated = time.Hour // longer than any transaction lasts
)

// Verify looks through the whole log, in memory that does not grow with it: each
// entry against its hash, the hashes against each other, each checkpoint against
// them and against its signature; for entries beside the log; and whether each
// checkpoint that somebody kept elsewhere is of this log, or of one that was forked
// from it or cut short.
func (s *Service) Verify(ctx context.Context, kept ...string) (Verified, error) {
	keys, err := s.logKeys()
	if err != nil {
		return Verified{}, err
	}
	v := &verifier{s: s, keys: keys, tree: &hashed{known: map[int64]tlog.Hash{}}, moved: map[tlog.Hash]int{}, wanted: map[tlog.Hash]int64{}}
	if v.signed, err = sizeSigned(ctx, s.deps.DB.Pool); err != nil {
		return v.Verified, err
	}
	for v.next < v.signed && !v.broken {
		if err := v.page(ctx); err != nil {
			return v.Verified, err
		}
	}
	v.Entries = v.next
	v.tellMoved()
	if err := v.beside(ctx); err != nil {
		return v.Verified, err
	}
	for _, c := range kept {
		if err := v.compare(ctx, c); err != nil {
			return v.Verified, err
		}
	}
	return v.Verified, nil
}

// verifier is one look through the log.
type verifier struct {
	Verified

	s      *Service
	keys   note.Verifiers
	signed int64 // how far the log is signed
	next   int64 // the first place that was not looked at
	tree   *hashed
	whole  time.Time // by when all that was committed has a place before next
	broken bool      // a place is missing: there is no tree beyond
	differ bool      // a root does: all beyond do, too

	moved  map[tlog.Hash]int   // findings of entries by what they are hashed to, if not what their place says
	wanted map[tlog.Hash]int64 // the places of those by what their place says
}

func (v *verifier) find(f Finding) {
	if len(v.Findings) < MostFindings {
		v.Findings = append(v.Findings, f)
	}
}

func (v *verifier) page(ctx context.Context) error {
	db := v.s.deps.DB.Pool
	all, err := readPlaced(ctx, db, v.next, v.signed, checkPage)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		v.broken = true
		v.find(Finding{Fault: Short, Position: v.next, Other: v.signed})
		return nil
	}
	checkpoints, err := readCheckpoints(ctx, db, v.next, all[len(all)-1].Position+1)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.Position != v.next {
			v.broken = true
			v.find(Finding{Fault: Gap, Position: v.next, Other: p.Position})
			return nil
		}
		if err := v.entry(p); err != nil {
			return err
		}
		v.next++
		for len(checkpoints) > 0 && checkpoints[0].Size <= v.next {
			if err := v.checkpoint(checkpoints[0]); err != nil {
				return err
			}
			checkpoints = checkpoints[1:]
		}
	}
	return v.tree.forget(v.next)
}

// entry looks at one entry, and goes on from the hash that its place says.
func (v *verifier) entry(p placed) error {
	var stored tlog.Hash
	copy(stored[:], p.Hashes)
	if !p.There {
		v.find(Finding{Fault: Gone, Position: p.Position, Entry: p.ID})
	} else if record, err := p.record(); err != nil || tlog.RecordHash(record) != stored {
		if len(v.Findings) < MostFindings {
			v.moved[tlog.RecordHash(record)] = len(v.Findings)
			v.wanted[stored] = p.Position
		}
		v.find(Finding{Fault: Altered, Position: p.Position, Entry: p.ID, At: p.At})
	} else if !v.whole.IsZero() && p.At.Before(v.whole.Add(-backdated)) {
		v.find(Finding{Fault: Backdated, Position: p.Position, Entry: p.ID, At: p.At, Then: v.whole})
	}
	hashes, err := v.tree.add(p.Position, stored)
	if err != nil {
		return err
	}
	if !slices.Equal(joined(hashes), p.Hashes) {
		v.find(Finding{Fault: Hashes, Position: p.Position, Entry: p.ID})
	}
	return nil
}

func (v *verifier) checkpoint(c signedAt) error {
	v.Checkpoints++
	opened, err := openCheckpoint(c.Note, v.keys)
	switch {
	case err != nil:
		v.find(Finding{Fault: Forged, Position: c.Size})
		return nil
	case opened.N != c.Size:
		v.find(Finding{Fault: Replaced, Position: c.Size, Other: opened.N})
		return nil
	}
	root, err := tlog.TreeHash(c.Size, v.tree)
	if err != nil {
		return err
	}
	if root != opened.Hash && !v.differ {
		v.differ = true
		v.find(Finding{Fault: Root, Position: c.Size, Other: v.Tree.N})
	}
	if !v.differ {
		v.Tree = opened
	}
	if !opened.Whole.IsZero() {
		v.whole = opened.Whole
	}
	return nil
}

// tellMoved tells which of the entries that are not what got their place are what got
// another one's.
func (v *verifier) tellMoved() {
	for hash, at := range v.moved {
		if from, ok := v.wanted[hash]; ok {
			v.Findings[at].Fault, v.Findings[at].Other = Moved, from
		}
	}
}

// beside looks at what is not in the tree.
func (v *verifier) beside(ctx context.Context) error {
	db := v.s.deps.DB.Pool
	position, err := firstUnsigned(ctx, db)
	if err != nil {
		return err
	}
	if position >= 0 {
		v.find(Finding{Fault: Unsigned, Position: position})
	}
	strays, err := readStrays(ctx, db, MostFindings)
	for _, o := range strays {
		if o.At == nil {
			v.find(Finding{Fault: Lost, Entry: o.ID})
		} else {
			v.find(Finding{Fault: Stray, Entry: o.ID, At: *o.At})
		}
	}
	return err
}

// compare holds a checkpoint that somebody kept against the log as it is signed now.
func (v *verifier) compare(ctx context.Context, kept string) error {
	c, err := openCheckpoint(kept, v.keys)
	if err != nil {
		v.find(Finding{Fault: Strange})
		return nil //nolint:nilerr // that is the finding
	}
	now := v.Tree
	switch {
	case c.N > v.signed:
		v.find(Finding{Fault: Rewound, Position: c.N, Other: v.signed})
		return nil
	case c.N > now.N || c.N == 0: // what is wrong before it was found; or nothing is in it
		return nil
	}
	proof, err := tlog.ProveTree(now.N, c.N, storedHashes(ctx, v.s.deps.DB.Pool))
	if err != nil {
		return fmt.Errorf("proving that the log has grown out of what was signed: %w", err)
	}
	if tlog.CheckTree(proof, now.N, now.Hash, c.N, c.Hash) != nil {
		v.find(Finding{Fault: Fork, Position: c.N, Other: now.N})
	}
	return nil
}
