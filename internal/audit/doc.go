// Package audit writes down, for good, who did what to whom.
//
// The table is append-only: the database refuses to change or delete a row.
// An entry names a person by an opaque id alone, so that erasing them leaves
// the log whole; detail holds codes and counts, never personal data.
package audit
