// Package retention is that what is kept for so long is then gone: each rule of
// the register with a length of time runs once a day, and each run is on record.
//
//	Begin ─▶ a run, with the moment before which all is over ─▶ batches ─▶ done
//	                                                  └── the rule is another now ─▶ stopped
//
// What a rule is, says the register; what of a table its rows are and how they go,
// says internal/record. What lapses by itself (a session, a link in a mail) goes by
// the hour in the room that it belongs to.
package retention
