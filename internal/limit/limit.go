// Package limit counts attempts, so that nobody tries passwords or sends mail
// at will, however many portals share the database.
//
// What is counted stands in the database under a keyed hash: no address of any
// kind can be read there. The count slides: attempts of the window before
// still weigh in, less and less, so that nobody gets twice the number by
// trying at the end of one window and the start of the next.
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

// Limiter counts attempts in the table "attempt".
type Limiter struct {
	DB   *postgres.DB
	Hash func(purpose string, data []byte) []byte // keyed: keyring.Ring's
	Now  func() time.Time

	Security *security.Log // of guesses that failed; nil: none
}

// Allow counts an attempt of key, an address for example, and tells whether it
// may go on. A refused attempt is not counted: whoever waits as told is let
// in. It is one statement outside any transaction, so that an attempt which
// fails later, and rolls back, has been counted all the same.
func (l *Limiter) Allow(ctx context.Context, rule Rule, key string) (Outcome, error) {
	if err := rule.check(); err != nil {
		return Outcome{}, err
	}
	start, passed := rule.at(l.Now())
	var (
		allowed         bool
		current, before int
	)
	err := l.DB.Pool.QueryRow(ctx, count, l.bucket(rule, key), start, start.Add(-rule.Window), 1-passed, rule.Max).
		Scan(&allowed, &current, &before)
	if err != nil {
		return Outcome{}, fmt.Errorf("limit %s: %w", rule.Name, err)
	}
	if allowed {
		return Outcome{Allowed: true}, nil
	}
	return Outcome{RetryAfter: rule.wait(passed, current, before)}, nil
}

// count adds one to the window's row unless that would be too many. Attempts
// that run side by side wait for one another on the row, and the condition is
// then seen to hold for the newest count: exactly Max get through.
const count = `
with before as (
  select coalesce(max(count), 0) as count from attempt where bucket = $1 and window_start = $3
), counted as (
  insert into attempt (bucket, window_start, count)
  select $1, $2, 1 from before where floor(before.count * $4::float8) < $5::int
  on conflict (bucket, window_start) do update set count = attempt.count + 1
    where attempt.count + floor((select count from before) * $4::float8) < $5::int
  returning count
)
select exists (select from counted),
  coalesce((select count from attempt where bucket = $1 and window_start = $2), 0),
  (select count from before)`

// Forget sets the counts of a key back: a person who has proved who they are
// need not wait because of earlier slips.
func (l *Limiter) Forget(ctx context.Context, rule Rule, key string) error {
	if err := rule.check(); err != nil {
		return err
	}
	if _, err := l.DB.Pool.Exec(ctx, `delete from attempt where bucket = $1`, l.bucket(rule, key)); err != nil {
		return fmt.Errorf("limit %s: %w", rule.Name, err)
	}
	return nil
}

// Sweep deletes the counts that no rule can ask for any more, and gives their
// number. It is safe to run twice, or in two portals at once.
func (l *Limiter) Sweep(ctx context.Context) (int64, error) {
	tag, err := l.DB.Pool.Exec(ctx, `delete from attempt where window_start < $1`, l.Now().Add(-2*Longest))
	if err != nil {
		return 0, fmt.Errorf("old attempts: %w", err)
	}
	return tag.RowsAffected(), nil
}

// bucket names the count. The window is part of it: windows of another length
// begin at other moments.
func (l *Limiter) bucket(rule Rule, key string) []byte {
	return l.Hash(hashPurpose, fmt.Appendf(nil, "%s\x00%s\x00%s", rule.Name, rule.Window, key))
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
