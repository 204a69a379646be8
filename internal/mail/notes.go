package mail

import (
	"context"
	"sync"
	"time"

	"plusultra.link/privacy/internal/postgres"
)

// notes write down the mail server's yeses. Those that come while one is being
// written share the next commit; nobody waits for company, and whoever brought
// one has it in the database before its worker sends another message.
type notes struct {
	writing sync.Mutex // held by whoever writes, for all that wait
	mu      sync.Mutex
	waiting []*yes
}

// yes is one that is to be noted; its end is read and set by whoever holds writing.
type yes struct {
	row   messageRow
	at    time.Time
	ended bool
	err   error
}

// write notes that a message has gone at a time.
func (n *notes) write(ctx context.Context, db *postgres.DB, row messageRow, at time.Time) error {
	mine := &yes{row: row, at: at}
	n.mu.Lock()
	n.waiting = append(n.waiting, mine)
	n.mu.Unlock()
	n.writing.Lock()
	defer n.writing.Unlock()
	if mine.ended { // with somebody else's
		return mine.err
	}
	n.mu.Lock()
	all := n.waiting
	n.waiting = nil
	n.mu.Unlock()
	err := setSent(ctx, db, all)
	for _, y := range all {
		y.ended, y.err = true, err
		if err != nil && !postgres.IsAway(err) && len(all) > 1 { // such as by somebody else's lock
			y.err = setSent(ctx, db, []*yes{y})
		}
	}
	return mine.err
}
