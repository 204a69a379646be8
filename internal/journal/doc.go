// Package journal is what survives the loss of the database: who was erased
// and who is not to be, which addresses get no mail, and which consents were
// withdrawn, kept in the
// file store and replayed when a backup has brought older rows back.
//
//	the room's own statement ──▶ journal_outbox ──Write──▶ journal/0000000/000001
//	                                                        journal/0000000/000002 …
//
// Whoever erases, suppresses or withdraws leaves a row in the outbox, in the
// statement that does it: no post waits for the store. Within seconds one portal
// at a time takes what lies there, writes it as the journal's next segment, and
// notes in the same transaction how far the database is. A segment is sealed by
// the key ring, carries its number and the hash of the one before, and is never
// written twice: a torn, an altered and a missing one are each told apart.
//
// A database that was restored from a backup finds segments that it does not
// know. They are replayed before anything else happens (CatchUp), each in one
// transaction with the note of it; what is there already changes nothing.
//
// The package also knows what belongs together: the database, its keys and its
// file store (Open).
package journal
