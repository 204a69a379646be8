// Package export makes the copy of a person's data that they may take with
// them (GDPR art. 15(3) and 20): a ZIP that people can read and programs too.
//
//	Ask ──▶ waiting ──▶ building ──▶ ready ──▶ expired
//	           ▲           │
//	           │           ├── a source is down, or the store: back to waiting, tried again later
//	           └───────────┤
//	                       └── the last try failed ─▶ failed
//
// An erasure takes an export to expired from wherever it is.
//
// The work is a plan (see jobs): a step for each source, read in parts of
// seconds. A part is a piece of both of the source's files, packed and sealed
// in the store, and noted with where to go on in the transaction that holds
// the plan. So whatever is killed goes on behind its last part, nothing is read
// twice, and memory holds one part. When all is read, the archive is put
// together from the parts, and they go.
//
// A part or an archive gets a new key each time. Whoever wrote one and finds
// that the export is not as it was (it was widened, or its person is leaving)
// deletes what it wrote; what nobody deleted is swept.
//
// A source that stays silent to the last try is left out, and the archive, the
// page and the mail all say so.
package export
