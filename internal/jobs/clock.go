package jobs

import (
	"context"
	"time"

	"plusultra.link/privacy/internal/postgres"
)

// leap is how far the clock may go on between two looks of a portal at it, of
// which there is one a minute. A portal that was off for longer asks, too: it
// can't tell one from the other.
const leap = 7 * 24 * time.Hour

// Leap is a clock that went on too far: nobody looked in between. It is zero
// where none did.
type Leap struct{ From, To time.Time }

// Is tells whether there is one.
func (l Leap) Is() bool { return !l.From.IsZero() }

// ReadLeap adds whether the clock has leapt, and stays so until TrustClock, or
// until it is back. Meanwhile no batch of the queue Erasure begins.
func (p *Plans) ReadLeap(r *postgres.Reads) *Leap { return readLeap(r, p.now()) }

// TrustClock takes the time that it is now for right. It gives the leap that ends
// by it, of which there may be none.
func (p *Plans) TrustClock(ctx context.Context, tx postgres.Tx) (Leap, error) {
	return trustClock(ctx, tx.PGX, p.now())
}

// steady tells whether the clock may be gone by for what can't be undone.
func (p *Plans) steady(ctx context.Context, tx postgres.Tx) (bool, error) {
	l, err := leapt(ctx, tx.PGX, p.now())
	return !l.Is(), err
}
