// Package webhook tells other systems what people choose, as it is chosen.
//
// A subscription is sent the ledger's lines in their order, some to a message, and
// goes on only when a message was taken: a receiver that is away for a day gets
// all of it afterwards. What a message holds is written down before it is sent for the
// first time, so that it bears the same id however often it has to be sent. One
// that is refused again and again is put aside, and the next ones go on; it is
// shown at the desk, and sent again from there. Messages are signed as Standard
// Webhooks (v1) says, and go to no address inside anybody's network.
//
//	              ┌── away: later ──┐
//	              ▼                 │
//	lines ──▶ waiting ──────────────┼──▶ taken: the row is gone
//	              │                 │
//	              └── refused too often ──▶ dead ──replayed──▶ again ──▶ taken, or dead
package webhook
