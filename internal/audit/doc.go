// Package audit writes down, for good, who did what to whom, and proves it.
//
// The table is append-only: the database refuses to change or delete a row.
// An entry names a person by an opaque id alone, so that erasing them leaves
// the log whole; detail holds codes and counts, never personal data. Nothing of
// an entry is ever wiped, so all of it is under its hash: who acted and whom it
// concerns by a commitment, so that a receipt can show the rest of an entry and
// name nobody.
//
// Entries are the records of a Merkle tree in the form of
// golang.org/x/mod/sumdb/tlog, as logs of certificates are:
//
//	Record ──commit──▶ audit_unplaced ──▶ audit_leaf, audit_checkpoint
//	(with the deed)        │
//	                       └── the sequencer: some thousands at a time, one at a time
//
// No deed waits for another because of its place. The sequencer gives places, writes
// the hashes that they add and a signed checkpoint (golang.org/x/mod/sumdb/note)
// in one transaction, so that whatever kills it leaves all of that or nothing. It
// signs nothing on top of a log that is not what it signed last. Each checkpoint
// covers all before it; who keeps one elsewhere (each receipt has one) can tell
// whether what was signed then is still what the log says.
package audit
