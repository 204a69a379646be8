package consent

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
)

const (
	writerCount  = 2   // one may wait for a row while the other goes on
	batchMax     = 256 // posts in one commit
	writeTimeout = 10 * time.Second
)

// Coalesce lets one-click posts that arrive together share a commit: while one
// batch is being written, the next waits at the door. Nobody waits for company, and each
// post is answered after the commit that holds it. stop writes what was taken
// in and returns when it is in the database; what comes later is written by
// itself.
func (s *Service) Coalesce(ctx context.Context) (stop func()) {
	w := &writers{closed: make(chan struct{})}
	for i := range w.shards {
		w.shards[i] = make(chan post)
		w.done.Add(1)
		go func() {
			defer w.done.Done()
			s.gather(context.WithoutCancel(ctx), w.shards[i], w.closed)
		}()
	}
	w.direct = func(ctx context.Context, e Event) error {
		_, err := write(ctx, s.deps.DB.Planned, []Event{e})
		return err
	}
	s.writers.Store(w)
	return sync.OnceFunc(func() {
		s.writers.Store(nil)
		close(w.closed)
		w.done.Wait()
	})
}

// writers take posts by person, so that one person's are written in order.
type writers struct {
	shards [writerCount]chan post
	closed chan struct{}
	done   sync.WaitGroup
	direct func(context.Context, Event) error
}

type post struct {
	event  Event
	answer chan<- error // holds one: the writer never waits for it
}

// write hands a post over and waits for its commit. Whoever stops waiting
// gets ctx's error, and the post may be written all the same.
func (w *writers) write(ctx context.Context, e Event) error {
	answer := make(chan error, 1)
	select {
	case w.shards[e.PersonID[len(e.PersonID)-1]%writerCount] <- post{e, answer}:
	case <-w.closed:
		return w.direct(ctx, e)
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// gather writes what waits at its door as one batch, again and again. The
// channel has no room of its own, so that whatever was taken is written before
// gather returns.
func (s *Service) gather(ctx context.Context, door <-chan post, closed <-chan struct{}) {
	batch := make([]post, 0, batchMax)
	for {
		select {
		case p := <-door:
			batch = append(batch[:0], p)
		case <-closed:
			return
		}
		for waiting := true; waiting && len(batch) < batchMax; {
			select {
			case p := <-door:
				batch = append(batch, p)
			default:
				waiting = false
			}
		}
		s.writeBatch(ctx, batch)
	}
}

// writeBatch writes each person's topic once, and tells everybody.
func (s *Service) writeBatch(ctx context.Context, batch []post) {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	type key struct {
		person uuid.UUID
		topic  string
	}
	seen := make(map[key]bool, len(batch))
	events := make([]Event, 0, len(batch))
	for _, p := range batch {
		k := key{p.event.PersonID, p.event.Topic}
		if !seen[k] {
			seen[k] = true
			events = append(events, p.event)
		}
	}
	_, err := write(ctx, s.deps.DB.Planned, events)
	for _, p := range batch {
		p.answer <- err
	}
}
