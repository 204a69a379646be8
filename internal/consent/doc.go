// Package consent is about what people agreed to (mail, uses of what is held,
// transfers, sharing), and about what they said when, how and on which wording.
//
// The ledger is append-only: the database refuses to change or delete a line.
// Beside it stands what the ledger comes to, one row per person and topic, and
// the suppression list: addresses, known only by a keyed hash, that get no
// mail even after their owner's account is gone. Every change of a person's
// choices is one SQL statement that writes state and ledger together.
package consent
