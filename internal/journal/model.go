package journal

import (
	"time"

	"github.com/google/uuid"
)

// Kind is what an entry says.
type Kind string

// The kinds.
const (
	Erasure     Kind = "erasure"     // somebody's erasure has begun, and can't be stopped
	Part        Kind = "part"        // somebody has had a time of a category deleted
	Shorter     Kind = "shorter"     // somebody has a category kept for a shorter time, or no more
	CallOff     Kind = "call-off"    // somebody's erasure that was asked for is not to be
	Suppression Kind = "suppression" // an address gets no mail of a topic
	Withdrawal  Kind = "withdrawal"  // somebody has said no to a topic
)

// Entry is one thing that outlives a backup. It names people by their opaque
// numbers and addresses by their keyed hashes.
type Entry struct {
	Kind    Kind      `json:"kind"`
	At      time.Time `json:"at"`               // when it was said; of an erasure, when it began
	Person  uuid.UUID `json:"person,omitzero"`  // of all but a suppression
	ID      uuid.UUID `json:"id,omitzero"`      // of the erasure or its part, or of the line in the consent ledger
	Topic   string    `json:"topic,omitempty"`  // of a suppression and a withdrawal; of a part, its category
	Channel string    `json:"channel,omitzero"` // how it was withdrawn or called off, or why it is suppressed; how long it is kept
	Wording string    `json:"wording,omitempty"`
	Lang    string    `json:"lang,omitempty"`
	Hashes  [][]byte  `json:"hashes,omitempty"` // of addresses

	Since *time.Time `json:"since,omitempty"` // of a part: from when on; nil is from the beginning
	Until *time.Time `json:"until,omitempty"` // and before when
}
