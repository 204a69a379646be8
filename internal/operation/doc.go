// Package operation is how the portal itself does: what waits, what failed,
// what is late, and what somebody has to do about it.
//
// Each fact is its noun's, which adds it to one batch of reads; what counts as
// wrong is said here, once (Problems). The operator's page and the metrics are
// two readings of the same Facts.
package operation
