// Package mailing writes one letter to everybody whom something concerns: a new
// version of the policy, a change of the service, a breach of security.
//
// One of the staff drafts it, another begins it who has lately proved who they are.
// A draft is counted first, by the batches that will write it: who will get it, and
// who will not and why. It may be edited until it is begun, and is counted again.
// Letters are written down in batches, in each person's language, and go out behind
// all mail that somebody waits for (internal/mail):
//
//	draft ──begun by another──▶ running ──▶ done
//	  │                          │   ▲
//	  │                          ▼   │
//	  └──────▶ cancelled ◀──── paused
//
// A letter's number comes from the mailing's and the person's, so that nobody gets
// two of one mailing, wherever a portal was killed; and a batch notes with its
// letters how far it came, so that nobody is left out. Whoever signs up once it has
// begun is not written to: they were shown what it tells of. Whoever is being erased
// is not either.
package mailing
