package postgres

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"
)

// ErrSilent says that a place did not answer in time, or that somebody's rows
// there did not a moment ago.
var ErrSilent = errors.New("what was asked for does not answer just now")

// Bulkhead keeps a place where rows lie, which may hang for some people and not
// for others (one machine of many), from taking the pool with it. What is asked
// there has a time; a part of the pool may be asking, less of it for one person,
// and less yet may be hanging. Whoever asks again for a person whose rows hang
// waits without a connection to see how that ends, and for some seconds after it
// ended badly is told so at once.
type Bulkhead struct {
	most, each, slow int // asking, of them for one person, and hanging
	times            bulkheadTimes

	mu      sync.Mutex
	asking  int
	hanging int
	waiting int
	people  map[uuid.UUID]*asker
	changed chan struct{} // closed when something of this did
}

type bulkheadTimes struct {
	slow   time.Duration // after which a question counts as hanging
	within time.Duration // for an answer, and for a turn to ask
	rest   time.Duration // before somebody's rows are asked for again
}

type asker struct {
	asking, hanging int
	silent          bool
}

// Bulkhead makes one in which half of the connections may ask, a quarter for one
// person, and a quarter hang.
func (db *DB) Bulkhead() *Bulkhead {
	conns := int(db.Pool.Config().MaxConns)
	return &Bulkhead{
		most: max(conns/2, 1), each: max(conns/4, 1), slow: max(conns/4, 1),
		times:  bulkheadTimes{slow: 500 * time.Millisecond, within: 2 * time.Second, rest: 5 * time.Second},
		people: map[uuid.UUID]*asker{}, changed: make(chan struct{}),
	}
}

// Do asks about a person, and gives ErrSilent if there is no answer in time.
func (b *Bulkhead) Do(ctx context.Context, whose uuid.UUID, ask func(context.Context) error) error {
	turn, err := b.enter(ctx, whose)
	if err != nil {
		return err
	}
	defer turn.leave()
	asking, cancel := context.WithCancel(ctx)
	defer cancel()
	turn.watch(cancel)
	if err := ask(asking); err == nil || !turn.unwatch() {
		return err
	}
	return ErrSilent
}

// enter waits for a turn to ask; it holds no connection meanwhile.
func (b *Bulkhead) enter(ctx context.Context, whose uuid.UUID) (*turn, error) {
	var late <-chan time.Time
	for {
		b.mu.Lock()
		a := b.people[whose]
		if a == nil {
			a = &asker{}
			b.people[whose] = a
		}
		if a.silent {
			b.mu.Unlock()
			return nil, ErrSilent
		}
		if b.asking < b.most && a.asking < b.each && a.hanging == 0 {
			b.asking++
			a.asking++
			b.mu.Unlock()
			return &turn{b: b, whose: whose, of: a}, nil
		}
		changed := b.changed
		b.waiting++
		b.mu.Unlock()
		if late == nil {
			timer := time.NewTimer(b.times.within)
			defer timer.Stop()
			late = timer.C
		}
		var err error
		select {
		case <-changed:
		case <-late:
			err = ErrSilent
		case <-ctx.Done():
			err = ctx.Err()
		}
		b.mu.Lock()
		b.waiting--
		if err != nil {
			b.tidy(whose)
		}
		b.mu.Unlock()
		if err != nil {
			return nil, err
		}
	}
}

// tell wakes whoever waits; the lock is held.
func (b *Bulkhead) tell() {
	if b.waiting == 0 {
		return
	}
	close(b.changed)
	b.changed = make(chan struct{})
}

// tidy forgets a person about whom there is nothing to remember; the lock is held.
func (b *Bulkhead) tidy(whose uuid.UUID) {
	if a := b.people[whose]; a != nil && a.asking == 0 && a.hanging == 0 && !a.silent {
		delete(b.people, whose)
	}
}

// turn is one question under way. Its fields are guarded by the bulkhead's lock.
type turn struct {
	b     *Bulkhead
	whose uuid.UUID
	of    *asker

	cancel  func()
	timer   *time.Timer
	since   int  // watches so far: a timer of an earlier one says nothing
	hanging bool // it is counted there, and not among those asking
	silent  bool // it was given up
}

// watch begins to measure the time of an answer, and cancels what takes too long.
func (t *turn) watch(cancel func()) {
	t.b.mu.Lock()
	defer t.b.mu.Unlock()
	t.since++
	since := t.since
	t.cancel = cancel
	t.timer = time.AfterFunc(t.b.times.slow, func() { t.hangs(since) })
}

// hangs lets a slow question go on beside those that are asked, if there is room
// for one that may never be answered.
func (t *turn) hangs(since int) {
	t.b.mu.Lock()
	defer t.b.mu.Unlock()
	if since != t.since {
		return
	}
	if !t.hanging {
		if t.b.hanging == t.b.slow {
			t.giveUp()
			return
		}
		t.hanging = true
		t.b.asking, t.of.asking = t.b.asking-1, t.of.asking-1
		t.b.hanging, t.of.hanging = t.b.hanging+1, t.of.hanging+1
		t.b.tell()
	}
	t.timer = time.AfterFunc(t.b.times.within-t.b.times.slow, func() {
		t.b.mu.Lock()
		defer t.b.mu.Unlock()
		if since == t.since {
			t.giveUp()
		}
	})
}

// giveUp is done under the lock.
func (t *turn) giveUp() {
	t.silent = true
	t.cancel()
	if t.of.silent {
		return
	}
	t.of.silent = true
	t.b.tell()
	time.AfterFunc(t.b.times.rest, func() {
		t.b.mu.Lock()
		defer t.b.mu.Unlock()
		t.of.silent = false
		t.b.tidy(t.whose)
	})
}

// unwatch ends watch, and tells whether the question was given up.
func (t *turn) unwatch() (silent bool) {
	t.b.mu.Lock()
	defer t.b.mu.Unlock()
	if t.timer != nil {
		t.timer.Stop()
	}
	t.since++
	return t.silent
}

// leave makes room for the next one.
func (t *turn) leave() {
	t.unwatch()
	t.b.mu.Lock()
	defer t.b.mu.Unlock()
	if t.hanging {
		t.b.hanging, t.of.hanging = t.b.hanging-1, t.of.hanging-1
	} else {
		t.b.asking, t.of.asking = t.b.asking-1, t.of.asking-1
	}
	t.b.tidy(t.whose)
	t.b.tell()
}
