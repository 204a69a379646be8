// Package export makes the copy of a person's data that they may take with
// them (GDPR art. 15(3) and 20): a ZIP that people can read and programs too.
//
//	Ask ──▶ waiting ──▶ building ──▶ ready ──▶ expired
//	           ▲           │
//	           │           ├── a source is down: back to waiting, tried again later
//	           └───────────┤
//	                       └── the last try failed ─▶ failed
//
// A build claims its row with a new blob key and writes under that key alone.
// Whoever finds the row claimed by a later build stops and deletes what it
// wrote, so a build may be killed anywhere and begun again by anybody: only
// the row that says "ready" offers a file, and only of the build that ended
// last. What lies in the store and is named by no such row is swept.
//
// Nothing is held in memory but one batch of rows. A source is read once: its
// lines go into the archive, its table into a sealed spool beside it. A source
// that stays silent to the last try is left out, and the archive, the page and
// the mail all say so.
package export
