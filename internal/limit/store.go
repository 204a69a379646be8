package limit

import (
	"context"
	"fmt"
	"time"
)

// All by pgx, each a statement outside any transaction: an attempt that fails
// later, and rolls back, has been counted all the same.

// countQuery adds one to the window's row unless that would be too many. Attempts
// that run side by side wait for one another on the row, and the condition is
// then seen to hold for the newest count: exactly Max get through.
const countQuery = `
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

func (l *Limiter) count(ctx context.Context, r Rule, key string, start time.Time, passed float64) (allowed bool, current, before int, err error) {
	err = l.deps.DB.Pool.QueryRow(ctx, countQuery, l.bucket(r, key), start, start.Add(-r.Window), 1-passed, r.Max).Scan(&allowed, &current, &before)
	return allowed, current, before, failed(r, err)
}

// look reads the counts of a window and of the one before.
func (l *Limiter) look(ctx context.Context, r Rule, key string, start time.Time) (current, before int, err error) {
	err = l.deps.DB.Pool.QueryRow(ctx, `select coalesce(max(count) filter (where window_start = $2), 0), coalesce(max(count) filter (where window_start = $3), 0)
		from attempt where bucket = $1`, l.bucket(r, key), start, start.Add(-r.Window)).Scan(&current, &before)
	return current, before, failed(r, err)
}

func (l *Limiter) uncount(ctx context.Context, r Rule, key string, start time.Time) error {
	_, err := l.deps.DB.Pool.Exec(ctx, `update attempt set count = count - 1 where bucket = $1 and window_start = $2 and count > 0`, l.bucket(r, key), start)
	return failed(r, err)
}

func (l *Limiter) forget(ctx context.Context, r Rule, key string) error {
	_, err := l.deps.DB.Pool.Exec(ctx, `delete from attempt where bucket = $1`, l.bucket(r, key))
	return failed(r, err)
}

func (l *Limiter) deleteBefore(ctx context.Context, then time.Time) (int64, error) {
	tag, err := l.deps.DB.Pool.Exec(ctx, `delete from attempt where window_start < $1`, then)
	if err != nil {
		return 0, fmt.Errorf("old attempts: %w", err)
	}
	return tag.RowsAffected(), nil
}

func failed(r Rule, err error) error {
	if err != nil {
		return fmt.Errorf("limit %s: %w", r.Name, err)
	}
	return nil
}
