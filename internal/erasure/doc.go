// Package erasure is about leaving: what goes, what has to stay and until
// when, and the proof of it afterwards.
//
//	            ┌── Cancel ──▶ cancelled
//	Schedule ─▶ grace ── Refuse ──▶ refused
//	            └── runs_at ──▶ running ──▶ done ──▶ the receipt is mailed
//
// What happens to a category is the register's rule, read there and nowhere
// else. The work goes in batches, each in one transaction with the note of how
// far it has come: it may be stopped anywhere, begun again, even run twice at
// once, and the counts stay exact. Once it runs there is no way back.
package erasure
