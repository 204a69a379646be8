package limit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/security"
)

// Longest is the longest window that a rule may have: Sweep deletes what is
// older than any rule can ask for.
const Longest = 24 * time.Hour

// hashPurpose keeps these hashes apart from every other use of the keys.
const hashPurpose = "limit"

// Rule allows Max attempts in any Window. Its Name keeps its counts apart from
// those of other rules.
type Rule struct {
	Name   string
	Max    int
	Window time.Duration // at most Longest
}

// Outcome tells whether an attempt may go on and, if not, how long to wait
// before the next may.
type Outcome struct {
	Allowed    bool
	RetryAfter time.Duration // rounded up to a second
}

// Deps are what the limiter stands on.
type Deps struct {
	DB   *postgres.DB
	Hash func(purpose string, data []byte) []byte // keyed: keyring.Ring's
	Now  func() time.Time

	Security *security.Log // of guesses that failed; nil: none
}

// Limiter counts attempts in the table "attempt".
type Limiter struct{ deps Deps }

// New makes a limiter.
func New(d Deps) *Limiter { return &Limiter{d} }

// Allow counts an attempt of key, an address for example, and tells whether it
// may go on. A refused attempt is not counted: whoever waits as told is let
// in. It is one statement outside any transaction, so that an attempt which
// fails later, and rolls back, has been counted all the same.
func (l *Limiter) Allow(ctx context.Context, rule Rule, key string) (Outcome, error) {
	if err := rule.check(); err != nil {
		return Outcome{}, err
	}
	start, passed := rule.at(l.deps.Now())
	allowed, current, before, err := l.count(ctx, rule, key, start, passed)
	if err != nil {
		return Outcome{}, err
	}
	if allowed {
		return Outcome{Allowed: true}, nil
	}
	return Outcome{RetryAfter: rule.wait(passed, current, before)}, nil
}

// Forget sets the counts of a key back: a person who has proved who they are
// need not wait because of earlier slips.
func (l *Limiter) Forget(ctx context.Context, rule Rule, key string) error {
	if err := rule.check(); err != nil {
		return err
	}
	return l.forget(ctx, rule, key)
}

// Sweep deletes the counts that no rule can ask for any more, and gives their
// number. It is safe to run twice, or in two portals at once.
func (l *Limiter) Sweep(ctx context.Context) (int64, error) {
	return l.deleteBefore(ctx, l.deps.Now().Add(-2*Longest))
}

// bucket names the count. The window is part of it: windows of another length
// begin at other moments.
func (l *Limiter) bucket(rule Rule, key string) []byte {
	return l.deps.Hash(hashPurpose, fmt.Appendf(nil, "%s\x00%s\x00%s", rule.Name, rule.Window, key))
}

// at is the window that a moment is in, and the share of it that has passed.
func (r Rule) at(now time.Time) (start time.Time, passed float64) {
	start = now.Truncate(r.Window)
	return start, float64(now.Sub(start)) / float64(r.Window)
}

func (r Rule) check() error {
	switch {
	case r.Name == "":
		return errors.New("a limit needs a name")
	case r.Max < 1:
		return fmt.Errorf("limit %s allows %d attempts", r.Name, r.Max)
	case r.Window < time.Second || r.Window > Longest:
		return fmt.Errorf("limit %s has a window of %s, not between a second and %s", r.Name, r.Window, Longest)
	}
	return nil
}

// wait is how long until one more fits, when a share passed of the window is
// over. While this window has room, that is when the one before weighs little
// enough; otherwise the next window has to begin, and this one weigh less.
func (r Rule) wait(passed float64, current, before int) time.Duration {
	weighty, fits := before, float64(r.Max-current)
	left := -passed
	if current >= r.Max || before == 0 {
		weighty, fits = current, float64(r.Max)
		left = 1 - passed
	}
	// floor(weighty × (1-share)) < fits holds once share exceeds this.
	if share := 1 - fits/float64(max(weighty, 1)); share > 0 {
		left += share
	}
	seconds := math.Floor(left*r.Window.Seconds()) + 1
	return time.Duration(max(seconds, 1)) * time.Second
}
