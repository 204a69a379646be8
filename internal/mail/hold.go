package mail

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

const (
	atOnce   = 8               // messages that are held together
	heldFor  = 6 * time.Second // unless its worker, who lives, asks for more
	keepRate = 2 * time.Second
	noteTime = 2 * time.Second // for one statement
	lastNote = 5 * time.Second // in which a portal that stops still tries to note a yes
)

// held are messages that one worker sends and no other.
type held struct {
	service *Service
	id      uuid.UUID

	mu    sync.Mutex
	until time.Time // by our own clock, a little before the database's

	slowed map[string]bool // domains that asked for less: theirs are released
}

// hold takes some messages that are due.
func (s *Service) hold(ctx context.Context) (*held, []messageRow, error) {
	h := &held{service: s, id: postgres.NewID(), until: elapsed().Add(heldFor), slowed: map[string]bool{}}
	rows, err := takeDue(ctx, s.deps.DB.Pool, h.id, s.deps.Now(), s.deps.Ring.OpensWith(), s.deps.Limits)
	return h, rows, err
}

// ours tells whether nobody else can have taken them meanwhile.
func (h *held) ours() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return elapsed().Before(h.until)
}

// keep holds them until it is told to stop.
func (h *held) keep(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var keeping sync.WaitGroup
	keeping.Go(func() {
		tick := time.NewTicker(keepRate)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			asked := elapsed()
			if keepHeld(ctx, h.service.deps.DB.Pool, h.id) == nil {
				h.mu.Lock()
				h.until = asked.Add(heldFor)
				h.mu.Unlock()
			}
		}
	})
	return func() { cancel(); keeping.Wait() }
}

// release leaves to others what is still held.
func (h *held) release(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime)
	defer cancel()
	return release(ctx, h.service.deps.DB.Pool, h.id)
}

// sweepHeld takes back what workers hold that are dead.
func (s *Service) sweepHeld(ctx context.Context, dead []uuid.UUID) (due bool, err error) {
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		if len(dead) > 0 {
			if err := releaseDead(ctx, tx.PGX, dead); err != nil {
				return err
			}
		}
		due, err = anyDue(ctx, tx.PGX, s.deps.Now(), s.deps.Ring.OpensWith())
		return err
	})
	return due, err
}

// elapsed is for how long things take, and not what time it is.
func elapsed() time.Time { return time.Now() } //nolint:forbidigo // as it says
