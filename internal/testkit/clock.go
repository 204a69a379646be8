package testkit

import (
	"sync"
	"testing"
	"time"
)

// SetClock is a clock that stands still until a test moves it. It may be read
// and moved from several goroutines.
type SetClock struct {
	mu  sync.Mutex
	now time.Time
}

// Clock gives a clock at ten in the morning, UTC, on 15 January 2026, a Thursday.
func Clock(testing.TB) *SetClock {
	return &SetClock{now: time.Date(2026, time.January, 15, 10, 0, 0, 0, time.UTC)}
}

// Now is what services take as their Now.
func (c *SetClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by d and gives the new time.
func (c *SetClock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

// Set moves the clock to a time, earlier ones too.
func (c *SetClock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}
