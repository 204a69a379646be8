package jobs

import (
	"sync/atomic"
	"time"
)

// quiet is how long nobody may have asked for a page before slow work takes
// all it can get.
const quiet = 2 * time.Second

// Traffic tells slow work whether people are waiting for pages. It knows of
// this process alone: a hint, nothing that must be true.
type Traffic struct {
	Now  func() time.Time
	last atomic.Int64
}

// Seen says that somebody asked for a page.
func (t *Traffic) Seen() { t.last.Store(t.Now().UnixNano()) }

// Quiet tells whether nobody has asked for a page lately.
func (t *Traffic) Quiet() bool { return t.Now().UnixNano()-t.last.Load() > int64(quiet) }
